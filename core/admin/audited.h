// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "registry/audit_log.h"

namespace runnel::admin {

/// The same routes, with each change that a known caller made, or did not get because of us (500
/// and above) written to the audit log: the method as action, the path as
/// object, a problem's text as detail. Reads, and what was wrong with a request, are not written.
/// An entry that the disk refuses does not turn a change that was made into an error: the
/// registry's file has logged it. `log` has to outlive the handlers. Thread safety: as the
/// handlers.
Routes audited(Routes routes, AuditLog& log);

/// What the dispatch tells of changes that were forbidden (403), for want of a right or of the
/// X-CSRF-Token; of others nothing.
void noteForbidden(const Route& route, const ApiRequest& request, int status, AuditLog& log);

/// Appends without throwing what the disk refuses.
void note(AuditLog& log, AuditEntry entry);

}  // namespace runnel::admin
