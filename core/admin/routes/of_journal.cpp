// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/of_journal.h"

#include <algorithm>

#include "admin/json_body.h"
#include "admin/routes/of_stream.h"

namespace runnel::admin {

MessageSearch searchBelow(const ApiRequest& request, const Journal& journal) {
    MessageSearch search{.after = journal.oldest() - std::min<Position>(1, journal.oldest()),
                         .through = journal.head()};
    stayBelow(request, "before", search);
    return search;
}

void stayBelow(const ApiRequest& request, const std::string& name, MessageSearch& search) {
    if (!request.query.contains(name)) return;
    const auto position = parseNumber(request.queryText(name));
    if (!position || *position == 0) {
        throw Problem(400, name + " has to be a position, 1 or more, found \"" +
                               request.queryText(name) + "\"");
    }
    search.through = std::min(search.through, *position - 1);
}

NewestMessages readNewest(const Journal& journal, const MessageSearch& search, std::size_t max) {
    auto found = newestMessages(journal, search, max);
    if (!found) {
        throw Problem(503, "the journal cannot be read: " + found.error().reason)
            .with("Retry-After", "10");
    }
    return *std::move(found);
}

ApiAnswer newestAnswer(const Poco::JSON::Array::Ptr& items, Position searched) {
    auto body = newObject();
    body->set("items", items);
    if (searched != 0) body->set("next", std::to_string(searched + 1));
    return {.body = jsonText(body)};
}

}  // namespace runnel::admin
