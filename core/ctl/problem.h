// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ctl/failure.h"

namespace runnel::ctl {

/// What a refusal says, for people: the problem document's (RFC 9457) detail, then each of its
/// errors on a line of its own with its field, "  options.url: must be …". A body that is no
/// problem document leaves the status. 401 and 403 are NotAuthorised, the others Refused.
/// Thread safety: a pure function.
Failure failureOf(int status, const std::string& body);

}  // namespace runnel::ctl
