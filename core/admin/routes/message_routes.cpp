// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/message_routes.h"

#include <algorithm>

#include "admin/json_body.h"
#include "admin/message_json.h"
#include "admin/newest_messages.h"
#include "admin/routes/of_stream.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

Instant timeOf(const ApiRequest& request, std::string_view name) {
    const std::string written = request.queryText(name);
    const auto time = parseTime(written);
    if (!time) {
        throw Problem(400, std::string(name) +
                               " has to be a time such as 2026-11-22T20:31:50.123Z, found \"" +
                               written + "\"");
    }
    return *time;
}

void narrow(const ApiRequest& request, const Journal& journal, MessageSearch& search) {
    if (request.query.contains("from")) {
        search.after = std::max(search.after, journal.before(timeOf(request, "from")));
    }
    if (request.query.contains("to")) {
        search.through = std::min(search.through, journal.before(timeOf(request, "to")));
    }
    for (const char* name : {"before", "after"}) {
        if (!request.query.contains(name)) continue;
        const auto before = parseNumber(request.queryText(name));
        if (!before || *before == 0) {
            throw Problem(400, std::string(name) + " has to be a position, 1 or more, found \"" +
                                   request.queryText(name) + "\"");
        }
        search.through = std::min(search.through, *before - 1);
    }
}

MessageSearch searchOf(const ApiRequest& request, const Journal& journal) {
    const Eui application = request.eui("application");
    MessageSearch search{.scope = {Scope::Level::Application, application},
                         .after = journal.oldest() - std::min<Position>(1, journal.oldest()),
                         .through = journal.head(),
                         .kind = std::nullopt,
                         .application = std::nullopt};
    if (const std::string written = request.queryText("device"); !written.empty()) {
        const auto device = parseEui(written);
        if (!device) {
            throw Problem(
                400, "device has to be an EUI, 16 hexadecimal digits, found \"" + written + "\"");
        }
        search.scope = {Scope::Level::Device, *device};
        search.application = application;
    }
    if (const std::string written = request.queryText("kind"); !written.empty()) {
        search.kind = parseKind(written);
        if (!search.kind) {
            throw Problem(400, "kind has to be one such as uplink, join or failed, found \"" +
                                   written + "\"");
        }
    }
    narrow(request, journal, search);
    return search;
}

/// `next` is a position, to be given as `before`, or as `after` as with other lists.
ApiAnswer list(const Journal& journal, const ApiRequest& request) {
    ApiRequest withoutAfter;
    withoutAfter.query = request.query;
    withoutAfter.query.erase("after");
    const std::size_t limit = pageOf(withoutAfter).limit;
    const auto found = newestMessages(journal, searchOf(request, journal), limit);
    if (!found) {
        throw Problem(503, "the journal cannot be read: " + found.error().reason)
            .with("Retry-After", "10");
    }
    Poco::JSON::Array::Ptr items = new Poco::JSON::Array;
    for (const MessagePtr& message : found->messages) items->add(messageJson(*message));
    auto body = newObject();
    body->set("items", items);
    if (found->searched != 0) body->set("next", std::to_string(found->searched + 1));
    return {.body = jsonText(body)};
}

}  // namespace

Routes messageRoutes(const Journal& journal) {
    return {{.method = "GET",
             .pattern = "/api/v1/applications/{application}/messages",
             .need = Need::SeeApplication,
             .query = {"device", "kind", "limit", "before", "after", "from", "to"},
             .handler = [&journal](const ApiRequest& request) { return list(journal, request); }}};
}

}  // namespace runnel::admin
