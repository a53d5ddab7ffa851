// SPDX-License-Identifier: Apache-2.0
#include "admin/public_routes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "admin/etag.h"
#include "admin/openapi_document.h"

namespace runnel::admin {

namespace {

constexpr std::array<std::string_view, 3> kKinds{"message", "stream", "health"};

/// Every kind if `text` is empty. Throws a Problem 400.
std::set<std::string, std::less<>> kindsOf(std::string_view text) {
    if (text.empty()) return {kKinds.begin(), kKinds.end()};
    std::set<std::string, std::less<>> kinds;
    while (!text.empty()) {
        const std::string_view kind = text.substr(0, text.find(','));
        if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) {
            throw Problem(400, "kinds has to be some of message,stream,health, found \"" +
                                   std::string(kind) + "\"");
        }
        kinds.emplace(kind);
        text.remove_prefix(std::min(kind.size() + 1, text.size()));
    }
    return kinds;
}

/// Throws a Problem: 400 if it is no EUI, 404 if it may not be seen.
std::optional<Eui> applicationOf(const ApiRequest& request) {
    const auto found = request.query.find("application");
    if (found == request.query.end()) return std::nullopt;
    const std::optional<Eui> application = parseEui(found->second);
    if (!application) {
        throw Problem(400, "application has to be an EUI, 16 hexadecimal digits, found \"" +
                               found->second + "\"");
    }
    if (!request.who.maySee(*application)) {
        throw Problem(404, "there is no application " + text(*application));
    }
    return application;
}

LiveFeed::Filter chosenEvents(const ApiRequest& request) {
    return [who = request.who, kinds = kindsOf(request.queryText("kinds")),
            application = applicationOf(request)](const LiveEvent& event) {
        if (!kinds.contains(event.kind)) return false;
        if (application && event.application != application) return false;
        return event.application ? who.maySee(*event.application) : who.seesEverything();
    };
}

}  // namespace

Routes publicRoutes() {
    const Handler openapi = [](const ApiRequest& request) {
        return document(request, std::string(openapiDocument()));
    };
    const Handler live = [](const ApiRequest&) {
        return ApiAnswer{.body = R"({"status":"live"})"};
    };
    return {{"GET", "/api/v1/openapi.json", Need::Nothing, {}, openapi},
            {"GET", "/health/live", Need::Nothing, {}, live}};
}

Routes eventRoutes() {
    Route route{"GET", "/api/v1/events", Need::Login, {"application", "kinds"}, {}};
    route.events = chosenEvents;
    return {route};
}

}  // namespace runnel::admin
