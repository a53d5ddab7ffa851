// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "admin/sessions.h"
#include "registry/api_keys.h"
#include "registry/audit_log.h"
#include "registry/users.h"

namespace runnel::admin {

/// /session: log in, who am I, log out. Logins that were let in or refused go to the audit log; the
/// name only if there is such a user: people type passwords into the wrong field.
Routes sessionRoutes(Users& users, Sessions& sessions, AuditLog& log);

/// /users: accounts and their passwords.
Routes userRoutes(Users& users, Sessions& sessions);

/// /keys: API keys.
Routes keyRoutes(ApiKeys& keys);

/// /audit: who did what.
Routes auditRoutes(const AuditLog& log);

}  // namespace runnel::admin
