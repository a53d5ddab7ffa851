// SPDX-License-Identifier: Apache-2.0
#include "broker/config_diff.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "config/same_value.h"

namespace runnel {

namespace {

bool isSame(const NetworkSpec& a, const NetworkSpec& b) {
    return std::tie(a.plugin, a.region, a.applications) ==
               std::tie(b.plugin, b.region, b.applications) &&
           isSame(a.options, b.options);
}

/// `onAdded(key, value)`, `onRemoved(key)`, `onBoth(key, old, new)`, by key.
template <class Map, class Added, class Removed, class Both>
void compare(const Map& before, const Map& after, Added&& onAdded, Removed&& onRemoved,
             Both&& onBoth) {
    for (const auto& [key, value] : before) {
        if (!after.contains(key)) onRemoved(key);
    }
    for (const auto& [key, value] : after) {
        const auto old = before.find(key);
        if (old == before.end()) {
            onAdded(key, value);
        } else {
            onBoth(key, old->second, value);
        }
    }
}

void compareStreams(const Config& before, const Config& after, ConfigDiff::Streams& streams) {
    const auto byName = [](const Config& config) {
        std::map<std::string, StreamAt> map;
        for (const StreamAt& stream : streamsOf(config)) map.emplace(stream.name, stream);
        return map;
    };
    compare(
        byName(before), byName(after),
        [&](const std::string&, const StreamAt& stream) { streams.added.push_back(stream); },
        [&](const std::string& name) { streams.removed.push_back(name); },
        [&](const std::string&, const StreamAt& old, const StreamAt& stream) {
            auto what = changesOf(*old.spec, *stream.spec);
            if (!what.empty()) streams.changed.push_back({stream, std::move(what)});
        });
}

bool isSame(const DeviceAt& a, const DeviceAt& b) {
    return std::tie(a.application, a.spec->name, a.spec->deviceTemplate) ==
               std::tie(b.application, b.spec->name, b.spec->deviceTemplate) &&
           isSame(a.spec->tags, b.spec->tags);
}

void compareDevices(const Config& before, const Config& after, ConfigDiff::Devices& devices) {
    const auto byEui = [](const Config& config) {
        std::map<Eui, DeviceAt> map;
        for (const ApplicationSpec& application : config.applicationSpecs) {
            for (const DeviceSpec& device : application.devices) {
                map.emplace(device.eui, DeviceAt{application.eui, &device});
            }
        }
        return map;
    };
    compare(
        byEui(before), byEui(after),
        [&](Eui, const DeviceAt& device) { devices.added.push_back(device); },
        [&](Eui eui) { devices.removed.push_back(eui); },
        [&](Eui, const DeviceAt& old, const DeviceAt& device) {
            if (!isSame(old, device)) devices.changed.push_back(device);
        });
}

template <class Specs>
ConfigDiff::Names compareNames(const Specs& before, const Specs& after) {
    const auto byEui = [](const Specs& specs) {
        std::map<Eui, std::string> map;
        for (const auto& spec : specs) map.emplace(spec.eui, spec.name);
        return map;
    };
    ConfigDiff::Names names;
    compare(
        byEui(before), byEui(after),
        [&](Eui eui, const std::string&) { names.added.push_back(text(eui)); },
        [&](Eui eui) { names.removed.push_back(text(eui)); },
        [&](Eui eui, const std::string& old, const std::string& name) {
            if (old != name) names.changed.push_back(text(eui));
        });
    return names;
}

void compareNetworks(const Config& before, const Config& after, std::vector<std::string>& names) {
    const auto byName = [](const Config& config) {
        std::map<std::string, const NetworkSpec*> map;
        for (const NetworkSpec& network : config.networks) map.emplace(network.name, &network);
        return map;
    };
    const auto note = [&](const std::string& name) { names.push_back("networks." + name); };
    compare(
        byName(before), byName(after),
        [&](const std::string& name, const NetworkSpec*) { note(name); }, note,
        [&](const std::string& name, const NetworkSpec* old, const NetworkSpec* spec) {
            if (!isSame(*old, *spec)) note(name);
        });
}

void compareProtocols(const Config& before, const Config& after, std::vector<std::string>& names) {
    const auto note = [&](const std::string& name) { names.push_back("protocols." + name); };
    compare(
        before.protocols, after.protocols,
        [&](const std::string& name, const Fields&) { note(name); }, note,
        [&](const std::string& name, const Fields& old, const Fields& settings) {
            if (!isSame(old, settings)) note(name);
        });
}

constexpr std::size_t kMostNames = 20;

std::string listed(const std::vector<std::string>& names) {
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
        list += (i == 0 ? "" : ", ") + names[i];
    }
    if (names.size() > kMostNames) {
        list += " and " + std::to_string(names.size() - kMostNames) + " more";
    }
    return list;
}

/// "2 streams added, 1 removed"; "" if nothing of the kind has changed.
class Part {
  public:
    explicit Part(std::string noun) : noun_(std::move(noun)) {}
    void add(std::size_t count, const char* verb, const std::vector<std::string>& names = {}) {
        if (count == 0) return;
        if (text_.empty()) {
            text_ = std::to_string(count) + " " + noun_ + (count == 1 ? "" : "s");
        } else {
            text_ += ", " + std::to_string(count);
        }
        text_ += std::string(" ") + verb;
        if (!names.empty()) text_ += " (" + listed(names) + ")";
    }
    void add(const ConfigDiff::Names& names) {
        add(names.added.size(), "added", names.added);
        add(names.changed.size(), "changed", names.changed);
        add(names.removed.size(), "removed", names.removed);
    }
    const std::string& text() const { return text_; }

  private:
    const std::string noun_;
    std::string text_;
};

ConfigDiff::Names namesOf(const ConfigDiff::Streams& streams) {
    ConfigDiff::Names names;
    for (const StreamAt& stream : streams.added) names.added.push_back(stream.name);
    for (const StreamChange& change : streams.changed) {
        names.changed.push_back(change.stream.name + ": " + listed(change.what));
    }
    names.removed = streams.removed;
    return names;
}

}  // namespace

bool ConfigDiff::isEmpty() const {
    const auto isEmpty = [](const auto& kind) {
        return kind.added.empty() && kind.changed.empty() && kind.removed.empty();
    };
    return isEmpty(streams) && isEmpty(devices) && isEmpty(applications) && isEmpty(gateways) &&
           settings.empty() && needsRestart.empty();
}

std::vector<StreamAt> streamsOf(const Config& config) {
    std::vector<StreamAt> all;
    const auto addAll = [&](const auto& owner, std::optional<Eui> application) {
        for (const StreamSpec& stream : owner.streams) {
            all.push_back({text(owner.eui) + "/" + stream.name, application, &stream});
        }
    };
    for (const ApplicationSpec& owner : config.applicationSpecs) addAll(owner, owner.eui);
    for (const GatewaySpec& owner : config.gatewaySpecs) addAll(owner, std::nullopt);
    return all;
}

std::vector<std::string> changesOf(const StreamSpec& before, const StreamSpec& after) {
    const bool hasSameScope = std::tie(before.application, before.device, before.gateway) ==
                              std::tie(after.application, after.device, after.gateway);
    const bool hasSameOptions = isSame(before.protocolOptions, after.protocolOptions) &&
                                isSame(before.formatOptions, after.formatOptions);
    std::vector<std::string> what;
    const auto note = [&](bool isSame, const char* name) {
        if (!isSame) what.emplace_back(name);
    };
    note(hasSameScope, "scope");
    note(before.protocol == after.protocol, "protocol");
    note(before.format == after.format, "format");
    note(before.deviceTemplate == after.deviceTemplate, "template");
    note(hasSameOptions, "options");
    note(before.duplicates == after.duplicates, "duplicates");
    note(before.events == after.events, "events");
    note(before.isEnabled == after.isEnabled, "enabled");
    note(before.tokens == after.tokens, "token");
    return what;
}

ConfigDiff difference(const Config& before, const Config& after) {
    ConfigDiff diff;
    compareStreams(before, after, diff.streams);
    compareDevices(before, after, diff.devices);
    diff.applications = compareNames(before.applicationSpecs, after.applicationSpecs);
    diff.gateways = compareNames(before.gatewaySpecs, after.gatewaySpecs);
    if (before.logLevel != after.logLevel) diff.settings.emplace_back("log.level");
    if (std::tie(before.retentionAge, before.retentionBytes) !=
        std::tie(after.retentionAge, after.retentionBytes)) {
        diff.settings.emplace_back("retention");
    }
    if (before.host != after.host) diff.settings.emplace_back("host");
    if (before.admin != after.admin) diff.needsRestart.emplace_back("admin");
    if (before.data != after.data) diff.needsRestart.emplace_back("data");
    if (before.plugins != after.plugins) diff.needsRestart.emplace_back("plugins");
    compareProtocols(before, after, diff.needsRestart);
    compareNetworks(before, after, diff.needsRestart);
    return diff;
}

void keepUntilRestart(Config& next, const Config& running) {
    next.data = running.data;
    next.plugins = running.plugins;
    next.protocols = running.protocols;
    next.networks = running.networks;
    next.admin = running.admin;
}

std::string text(const ConfigDiff& diff) {
    if (diff.isEmpty()) return "nothing has changed";
    Part applications("application"), gateways("gateway"), streams("stream"), devices("device");
    applications.add(diff.applications);
    gateways.add(diff.gateways);
    streams.add(namesOf(diff.streams));
    devices.add(diff.devices.added.size(), "added");
    devices.add(diff.devices.changed.size(), "changed");
    devices.add(diff.devices.removed.size(), "removed");
    std::string report;
    const auto append = [&](const std::string& part) {
        if (!part.empty()) report += (report.empty() ? "" : "; ") + part;
    };
    for (const Part* part : {&applications, &gateways, &streams, &devices}) append(part->text());
    if (!diff.settings.empty()) append("changed: " + listed(diff.settings));
    if (!diff.needsRestart.empty()) append("needs a restart: " + listed(diff.needsRestart));
    return report;
}

}  // namespace runnel
