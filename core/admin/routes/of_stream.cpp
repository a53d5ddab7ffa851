// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/of_stream.h"

#include <charconv>

namespace runnel::admin {

std::string streamNameOf(const ApiRequest& request) {
    const bool isOfGateway = request.path.contains("gateway");
    return text(request.eui(isOfGateway ? "gateway" : "application")) + '/' +
           request.parameter("stream");
}

std::shared_ptr<Stream> streamOf(const ApiRequest& request, const Streams& streams) {
    const std::string name = streamNameOf(request);
    auto stream = streams.find(name).stream;
    const bool isOfGateway = request.path.contains("gateway");
    if (!stream || stream->setup().config->gateway.has_value() != isOfGateway) {
        throw Problem(404, "there is no stream " + name + ", or it waits for a plugin of its own");
    }
    return stream;
}

void addToOwners(Routes& routes, const StreamRoute& route) {
    const bool isChange = route.access == Access::Change;
    routes.push_back({.method = route.method,
                      .pattern = "/api/v1/applications/{application}" + route.suffix,
                      .need = isChange ? Need::ChangeApplication : Need::SeeApplication,
                      .query = route.query,
                      .handler = route.handler});
    routes.push_back({.method = route.method,
                      .pattern = "/api/v1/gateways/{gateway}" + route.suffix,
                      .need = isChange ? Need::Admin : Need::SeeEverything,
                      .query = route.query,
                      .handler = route.handler});
}

void add(Routes& routes, const StreamRoute& route) {
    StreamRoute whole = route;
    whole.suffix = "/streams/{stream}" + route.suffix;
    addToOwners(routes, whole);
}

std::optional<std::uint64_t> parseNumber(std::string_view text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

std::uint64_t numberOf(const ApiRequest& request, std::string_view name) {
    const std::string& text = request.parameter(name);
    // Above this, SQLite and JavaScript would see another number.
    constexpr std::uint64_t kLargest = (std::uint64_t{1} << 53U) - 1;
    const auto number = parseNumber(text);
    if (!number || *number == 0 || *number > kLargest) {
        throw Problem(404, "there is no " + std::string(name) + " \"" + text +
                               "\": they have numbers, from 1");
    }
    return *number;
}

std::uint64_t afterNumber(const Page& page) {
    if (page.after.empty()) return 0;
    const auto number = parseNumber(page.after);
    if (!number) throw Problem(400, "after has to be what \"next\" of the page before says");
    return *number;
}

}  // namespace runnel::admin
