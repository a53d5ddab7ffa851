// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/message_routes.h"

#include <algorithm>

#include "admin/message_json.h"
#include "admin/paging.h"
#include "admin/routes/of_journal.h"
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
    stayBelow(request, "after", search);
}

std::optional<Kind> kindOf(const ApiRequest& request) {
    const std::string written = request.queryText("kind");
    const auto kind = parseKind(written);
    if (!kind && !written.empty()) {
        throw Problem(
            400, "kind has to be one such as uplink, join or failed, found \"" + written + "\"");
    }
    return kind;
}

MessageSearch searchOf(const ApiRequest& request, const Journal& journal) {
    const Eui application = request.eui("application");
    MessageSearch search = searchBelow(request, journal);
    search.scope = {Scope::Level::Application, application};
    if (const std::string written = request.queryText("device"); !written.empty()) {
        const auto device = parseEui(written);
        if (!device) {
            throw Problem(
                400, "device has to be an EUI, 16 hexadecimal digits, found \"" + written + "\"");
        }
        search.scope = {Scope::Level::Device, *device};
    }
    // Of a device's messages only those of this application.
    search.isWanted = [application, kind = kindOf(request)](const Message& message) {
        return message.application == application && (!kind || message.kind == *kind);
    };
    narrow(request, journal, search);
    return search;
}

/// `next` is a position, to be given as `before`, or as `after` as with other lists.
ApiAnswer list(const Journal& journal, const ApiRequest& request) {
    ApiRequest withoutAfter;
    withoutAfter.query = request.query;
    withoutAfter.query.erase("after");
    const std::size_t limit = pageOf(withoutAfter).limit;
    const NewestMessages found = readNewest(journal, searchOf(request, journal), limit);
    Poco::JSON::Array::Ptr items = new Poco::JSON::Array;
    for (const MessagePtr& message : found.messages) items->add(messageJson(*message));
    return newestAnswer(items, found.searched);
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
