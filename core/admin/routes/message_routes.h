// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "journal/journal.h"

namespace runnel::admin {

/// GET …/applications/{application}/messages: what the journal holds of the application, newest
/// first. `journal` outlives it.
Routes messageRoutes(const Journal& journal);

}  // namespace runnel::admin
