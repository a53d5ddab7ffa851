// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/status_routes.h"

#include <algorithm>
#include <chrono>

#include "admin/json_body.h"
#include "admin/routes/health_text.h"
#include "admin/routes/short_list.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

constexpr std::string_view kStreamPart = "stream ";

/// Whose a part of the health board is; nullopt: the broker's.
std::optional<Eui> ownerOf(const std::string& part) {
    if (!part.starts_with(kStreamPart)) return std::nullopt;
    return parseEui(std::string_view(part).substr(kStreamPart.size(), 16));
}

Eui ownerOf(const Stream& stream) {
    return parseEui(std::string_view(stream.setup().config->name).substr(0, 16)).value_or(Eui{});
}

bool maySee(const Principal& who, const Stream& stream) {
    return stream.setup().config->gateway ? who.seesEverything() : who.maySee(ownerOf(stream));
}

Poco::JSON::Array::Ptr healthJson(const HealthBoard& board, const Principal& who) {
    Poco::JSON::Array::Ptr list = new Poco::JSON::Array;
    for (const auto& [part, entry] : board.all()) {
        const auto owner = ownerOf(part);
        if (owner ? !who.maySee(*owner) : !who.seesEverything()) continue;
        auto json = newObject();
        json->set("part", part);
        json->set("health", healthText(entry.health));
        json->set("text", entry.text);
        list->add(json);
    }
    return list;
}

Poco::JSON::Object::Ptr countersJson(const Ingress::Counters& counters) {
    auto json = newObject();
    json->set("taken", counters.taken);
    json->set("refused", counters.refused);
    json->set("repeats", counters.repeats);
    json->set("withoutPayload", counters.withoutPayload);
    json->set("unresolved", counters.unresolved);
    return json;
}

/// Counters, devices and the broker's own parts are for those who see everything.
ApiAnswer status(const StatusParts& parts, const ApiRequest& request) {
    const Principal& who = request.who;
    std::size_t streams = 0, sessions = 0;
    for (const Streams::Entry& entry : parts.streams.all()) {
        if (!maySee(who, *entry.stream)) continue;
        ++streams;
        sessions += entry.stream->sessionCount();
    }
    auto json = newObject();
    json->set("version", parts.version);
    json->set("started", timeText(parts.started));
    json->set("uptimeSeconds",
              std::chrono::duration_cast<std::chrono::seconds>(parts.clock.now() - parts.started)
                  .count());
    auto journal = newObject();
    journal->set("head", parts.journal.head());
    journal->set("oldest", parts.journal.oldest());
    json->set("journal", journal);
    json->set("streams", streams);
    json->set("sessions", sessions);
    if (who.seesEverything()) {
        json->set("devices", parts.devices.size());
        json->set("counters", countersJson(parts.ingress.counters()));
    }
    json->set("health", healthJson(parts.health, who));
    return {.body = jsonText(json)};
}

/// A connector's parts are called after it: "network NAME" if it cannot be made, "NAME/…" else.
bool isPartOf(const std::string& network, const std::string& part) {
    return part == "network " + network || part.starts_with(network + '/');
}

/// The worst one of its parts counts.
HealthBoard::Entry networkHealth(const HealthBoard& board, const std::string& name) {
    HealthBoard::Entry worst{Health::Working, {}};
    const auto rank = [](Health health) {
        return health == Health::Failing ? 2 : health == Health::Connecting ? 1 : 0;
    };
    for (const auto& [part, entry] : board.all()) {
        if (!isPartOf(name, part)) continue;
        if (rank(entry.health) > rank(worst.health) || worst.text.empty()) worst = entry;
    }
    return worst;
}

ApiAnswer networks(const StatusParts& parts, const ApiRequest& request) {
    std::vector<std::string> items;
    for (const NetworkSpec& network : parts.networks()) {
        const HealthBoard::Entry health = networkHealth(parts.health, network.name);
        auto json = newObject();
        json->set("name", network.name);
        json->set("plugin", network.plugin);
        json->set("region", network.region);
        json->set("health", healthText(health.health));
        json->set("text", health.text);
        items.push_back(jsonText(json));
    }
    return pageOfList(request, items);
}

/// A network server that is away is a problem, but no reason to keep clients from the broker.
ApiAnswer ready(const StatusParts& parts) {
    const std::vector<NetworkSpec> networks = parts.networks();
    Poco::JSON::Array::Ptr problems = new Poco::JSON::Array;
    bool isReady = true;
    const auto add = [&](const std::string& part, const std::string& text) {
        const bool isOfNetwork =
            std::any_of(networks.begin(), networks.end(),
                        [&](const NetworkSpec& network) { return isPartOf(network.name, part); });
        isReady = isReady && isOfNetwork;
        auto json = newObject();
        json->set("part", part);
        json->set("text", text);
        problems->add(json);
    };
    if (parts.journal.isDamaged()) add("journal", "is damaged and is being replaced");
    for (const auto& [part, entry] : parts.health.all()) {
        // What the registry complains of names objects, and keeps nobody from the others.
        const bool isOfObject =
            part.starts_with(kStreamPart) || part.starts_with("format ") || part == "registry";
        if (entry.health == Health::Failing && !isOfObject) add(part, entry.text);
    }
    auto json = newObject();
    json->set("status", isReady ? "ready" : "notReady");
    json->set("problems", problems);
    return {.status = isReady ? 200 : 503, .body = jsonText(json)};
}

}  // namespace

Routes statusRoutes(const StatusParts& parts) {
    return {{.method = "GET",
             .pattern = "/api/v1/status",
             .need = Need::Login,
             .query = {},
             .handler = [parts](const ApiRequest& r) { return status(parts, r); }},
            {.method = "GET",
             .pattern = "/api/v1/networks",
             .need = Need::SeeEverything,
             .query = {"limit", "after"},
             .handler = [parts](const ApiRequest& r) { return networks(parts, r); }},
            {.method = "GET",
             .pattern = "/health/ready",
             .need = Need::Nothing,
             .query = {},
             .handler = [parts](const ApiRequest&) { return ready(parts); }}};
}

}  // namespace runnel::admin
