// SPDX-License-Identifier: Apache-2.0
// Plugins that come while the broker runs: what has waited for them begins.
#include <algorithm>
#include <iterator>
#include <map>

#include "broker/live_registrar.h"
#include "config/documents.h"
#include "config/read_config.h"

namespace runnel {

namespace {

bool hasCome(PluginKind kind, const std::string& name, LiveRegistrar::NewPlugins plugins) {
    return std::any_of(plugins.begin(), plugins.end(), [&](const LoadedPlugin* plugin) {
        return plugin->kind == kind && plugin->name == name;
    });
}

bool waitedFor(const StreamSpec& spec, LiveRegistrar::NewPlugins plugins) {
    return hasCome(PluginKind::Protocol, spec.protocol, plugins) ||
           hasCome(PluginKind::Format, spec.format, plugins);
}

/// The first thing that is wrong with a file; "" if nothing but missing plugins.
std::string obstacleIn(const std::string& file, const std::vector<Complaint>& complaints) {
    for (const Complaint& one : complaints) {
        if (one.place.file == file && !one.isMissingPlugin) return text(one);
    }
    return {};
}

/// What stands in the way of a stream that waited; "" if nothing does. `now`: as its file has it,
/// null if it is there no more.
std::string obstacleOf(const StreamSpec& spec, const StreamSpec* now,
                       const std::vector<Complaint>& complaints) {
    std::string wrong = obstacleIn(spec.place.file, complaints);
    if (!wrong.empty()) return wrong;
    const bool isSame =
        now != nullptr && now->protocol == spec.protocol && now->format == spec.format;
    return isSame ? "" : "has changed in " + spec.place.file;
}

Scope ownerOf(const std::string& stream, const StreamSpec& spec) {
    const auto eui = parseEui(stream.substr(0, stream.find('/')));
    return {spec.gateway ? Scope::Level::Gateway : Scope::Level::Application, eui.value_or(Eui{})};
}

std::optional<Eui> applicationOf(Scope owner) {
    return owner.level == Scope::Level::Application ? std::optional(owner.eui) : std::nullopt;
}

}  // namespace

void LiveRegistrar::pluginsCame(NewPlugins plugins) {
    const auto alone = exclusively();
    const std::shared_ptr<const Config> before = running();
    const ReadResult read = readAll(before->file, parts_.plugins);
    auto next = std::make_shared<Config>(*before);
    ConfigDiff::Streams revived;
    std::vector<const LoadedPlugin*> closed;  // who came meanwhile may have opened one
    for (const LoadedPlugin* plugin : plugins) {
        const bool isProtocol = plugin->kind == PluginKind::Protocol;
        if (isProtocol && !protocols_.contains(plugin->name)) closed.push_back(plugin);
    }
    useSettings(read, closed, *next);
    reviveFiled(read, plugins, *next, revived);
    reviveStored(*next, plugins, revived);
    for (const LoadedPlugin* plugin : closed) {
        const auto settings = protocols_.find(plugin->name);
        if (settings != protocols_.end()) parts_.openDoor(*plugin, settings->second);
    }
    reviveTemplates(read, plugins, *next);
    apply(planEach(revived));
    describe(next);
    *config_.lock() = next;
    for (const NetworkSpec& network : next->networks) {
        if (!hasCome(PluginKind::Network, network.plugin, plugins)) continue;
        report("network " + network.name,
               "its plugin " + network.plugin + " is there now; restart runnel to use it");
    }
}

/// Of the main file, as it is now: with a plugin missing nobody knew which settings are its.
void LiveRegistrar::useSettings(const ReadResult& read, NewPlugins protocols, Config& next) {
    for (const LoadedPlugin* plugin : protocols) {
        const auto settings = read.config.protocols.find(plugin->name);
        if (settings == read.config.protocols.end()) continue;
        const std::string wrong = obstacleIn(next.file.string(), read.complaints);
        if (!wrong.empty()) {
            report("protocol " + plugin->name, wrong + "; mend it and restart");
            continue;
        }
        next.protocols[plugin->name] = settings->second;
        protocols_[plugin->name] = settings->second;
    }
}

/// Those that waited for their codec or format, with the options that nobody could judge before.
void LiveRegistrar::reviveTemplates(const ReadResult& read, NewPlugins plugins, Config& next) {
    const auto isOfTemplates = [](const LoadedPlugin* plugin) {
        return plugin->kind == PluginKind::Codec || plugin->kind == PluginKind::Format;
    };
    if (std::none_of(plugins.begin(), plugins.end(), isOfTemplates)) return;
    for (TemplateSpec& spec : next.templateSpecs) {
        const auto fresh =
            std::find_if(read.config.templateSpecs.begin(), read.config.templateSpecs.end(),
                         [&](const TemplateSpec& one) {
                             return one.name == spec.name && one.version == spec.version &&
                                    one.codec == spec.codec && one.format == spec.format;
                         });
        const bool hasWaited = hasCome(PluginKind::Codec, spec.codec, plugins) ||
                               hasCome(PluginKind::Format, spec.format, plugins);
        if (hasWaited && fresh != read.config.templateSpecs.end()) spec = *fresh;
    }
    std::vector<Complaint> complaints;
    parts_.templates.use(parts_.templates.prepare(next, complaints));
    for (const Complaint& one : complaints) report("templates", text(one));
    loadTemplates(next);
}

/// Streams of files run as they were read before, with the options that nobody could judge.
/// Whatever else has changed in the files waits for a reload.
void LiveRegistrar::reviveFiled(const ReadResult& read, NewPlugins plugins, Config& next,
                                ConfigDiff::Streams& revived) {
    std::map<std::string, const StreamSpec*> now;
    for (const StreamAt& stream : streamsOf(read.config)) now[stream.name] = stream.spec;
    const auto revive = [&](Scope owner, StreamSpec& spec) {
        if (!waitedFor(spec, plugins)) return;
        const std::string name = streamName(spec, owner);
        const auto found = now.find(name);
        const StreamSpec* fresh = found == now.end() ? nullptr : found->second;
        const std::string wrong = obstacleOf(spec, fresh, read.complaints);
        if (!wrong.empty()) return hold(name, wrong + "; mend it and reload");
        spec.protocolOptions = fresh->protocolOptions;
        spec.formatOptions = fresh->formatOptions;
        revived.changed.push_back({{name, applicationOf(owner), &spec}, {"plugin"}});
    };
    for (ApplicationSpec& owner : next.applicationSpecs) {
        for (StreamSpec& spec : owner.streams) {
            revive({Scope::Level::Application, owner.eui}, spec);
        }
    }
    for (GatewaySpec& owner : next.gatewaySpecs) {
        for (StreamSpec& spec : owner.streams) revive({Scope::Level::Gateway, owner.eui}, spec);
    }
}

/// Streams of the API run as they are stored.
void LiveRegistrar::reviveStored(const Config& next, NewPlugins plugins,
                                 ConfigDiff::Streams& revived) {
    const auto waiting =
        parts_.catalogue.streams({.max = SIZE_MAX}, [&](const auto&, const auto& entry) {
            return entry.origin == Origin::Api && waitedFor(*entry.spec, plugins);
        });
    if (waiting.empty()) return;
    std::map<std::string, Scope> owners;
    for (const auto& [name, entry] : waiting) owners[name] = ownerOf(name, *entry.spec);
    DocumentReader reader(parts_.plugins, next);
    parts_.objects.eachStream([&](std::string_view key, const std::string& document) {
        const auto owner = owners.find(std::string(key));
        if (owner == owners.end()) return;
        auto spec = readStored(reader, owner->second, document);
        if (!spec) return hold(owner->first, spec.error().reason);
        const auto kept = std::make_shared<const StreamSpec>(std::move(*spec));
        parts_.catalogue.putStream(owner->first, {kept, Origin::Api});
        revived.changed.push_back(
            {{owner->first, applicationOf(owner->second), kept.get()}, {"plugin"}});
    });
    for (const auto& [name, settings] : reader.protocols()) protocols_.emplace(name, settings);
}

/// It goes on to wait, until it is mended by a reload or by the API.
void LiveRegistrar::hold(const std::string& stream, const std::string& why) {
    stalled_.insert(stream);
    report("stream " + stream, why);
}

/// By a reload, though nothing of them may have changed since they were read last.
void LiveRegistrar::addStalled(const Config& next, ConfigDiff::Streams& diff) const {
    for (const StreamAt& stream : streamsOf(next)) {
        const auto isIt = [&](const StreamChange& one) { return one.stream.name == stream.name; };
        if (!stalled_.contains(stream.name) ||
            std::any_of(diff.changed.begin(), diff.changed.end(), isIt)) {
            continue;
        }
        diff.changed.push_back({stream, {"plugin"}});
    }
}

/// What the plugin does not accept keeps a stream waiting, and no other.
StreamKeeper::Plan LiveRegistrar::planEach(const ConfigDiff::Streams& revived) {
    StreamKeeper::Plan all;
    for (const StreamChange& change : revived.changed) {
        std::vector<Complaint> complaints;
        StreamKeeper::Plan plan = parts_.keeper.prepare({.changed = {change}}, complaints);
        std::move(plan.removed.begin(), plan.removed.end(), std::back_inserter(all.removed));
        std::move(plan.waiting.begin(), plan.waiting.end(), std::back_inserter(all.waiting));
        std::move(plan.arrivals.begin(), plan.arrivals.end(), std::back_inserter(all.arrivals));
        for (const Complaint& one : complaints) hold(change.stream.name, one.text);
    }
    return all;
}

}  // namespace runnel
