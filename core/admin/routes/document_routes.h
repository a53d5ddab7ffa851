// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "delivery/streams.h"
#include "journal/journal.h"
#include "observe/health_board.h"
#include "registry/catalogue.h"

namespace runnel::admin {

/// What document routes work with; all outlive them.
struct DocumentParts {
    const Catalogue& catalogue;
    const Streams& streams;
    const HealthBoard& health;
    const Journal& journal;
};

/// GET …/streams/{stream}/documents: the newest messages that the stream wants, as its format
/// writes them. Needs no session, and leaves books and cursor alone.
Routes documentRoutes(DocumentParts parts);

}  // namespace runnel::admin
