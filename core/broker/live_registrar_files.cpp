// SPDX-License-Identifier: Apache-2.0
// What files and the registry say together: at the start, and when files have changed.
#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

#include "broker/live_registrar.h"
#include "config/documents.h"
#include "config/read_config.h"

namespace runnel {

namespace {

using Poco::JSON::Object;

Scope ownerOf(const ApplicationSpec& spec) {
    return {Scope::Level::Application, spec.eui};
}

Scope ownerOf(const GatewaySpec& spec) {
    return {Scope::Level::Gateway, spec.eui};
}

/// `visit(Scope, spec)` for each application and gateway.
template <class Visit>
void eachOwner(const Config& config, Visit&& visit) {
    for (const ApplicationSpec& spec : config.applicationSpecs) visit(ownerOf(spec), spec);
    for (const GatewaySpec& spec : config.gatewaySpecs) visit(ownerOf(spec), spec);
}

std::string templateOf(const ApplicationSpec& spec) {
    return spec.deviceTemplate;
}

std::string templateOf(const GatewaySpec&) {
    return {};
}

/// The owner of a stream by its name; nullopt if it is no stream's name.
std::optional<Eui> euiOf(std::string_view stream) {
    return parseEui(std::string(stream.substr(0, stream.find('/'))));
}

Complaint madeByApi(const Place& place, const std::string& what) {
    return {.place = place,
            .text = what + " was made by the API; remove it there first, or leave it out here"};
}

bool isObstacle(const Complaint& complaint) {
    return !complaint.isMissingPlugin;
}

}  // namespace

void LiveRegistrar::report(const std::string& part, const std::string& text) const {
    reportFailing(parts_.health, parts_.log, part, {"", text});
}

std::vector<StreamAt> LiveRegistrar::load() {
    const std::shared_ptr<const Config> config = running();
    protocols_ = config->protocols;
    loadTemplates(*config);
    describe(config);
    for (const ApplicationSpec& application : config->applicationSpecs) {
        for (const DeviceSpec& device : application.devices) {
            parts_.devices.add(application.eui, device, Origin::File);
        }
    }
    loadOwners();
    loadDevices();
    std::vector<StreamAt> streams = streamsOf(*config);
    loadStreams(*config, streams);
    return streams;
}

/// Owners and streams of the files, in the catalogue; they live as long as the configuration.
void LiveRegistrar::describe(const std::shared_ptr<const Config>& config) {
    eachOwner(*config, [&](Scope owner, const auto& spec) {
        parts_.catalogue.putOwner(owner,
                                  {spec.name, Origin::File, spec.place.file, templateOf(spec)});
        for (const StreamSpec& stream : spec.streams) {
            parts_.catalogue.putStream(
                streamName(stream, owner),
                {std::shared_ptr<const StreamSpec>(config, &stream), Origin::File});
        }
    });
}

/// What `next` does not have any more. Whoever reads meanwhile misses nothing of the rest.
void LiveRegistrar::forget(const Config& before, const Config& next) {
    std::set<Scope> owners;
    std::set<std::string> streams;
    eachOwner(next, [&](Scope owner, const auto& spec) {
        owners.insert(owner);
        for (const StreamSpec& stream : spec.streams) streams.insert(streamName(stream, owner));
    });
    eachOwner(before, [&](Scope owner, const auto& spec) {
        if (!owners.contains(owner)) parts_.catalogue.removeOwner(owner);
        for (const StreamSpec& stream : spec.streams) {
            const std::string name = streamName(stream, owner);
            if (!streams.contains(name)) parts_.catalogue.removeStream(name);
        }
    });
}

/// Streams are named by the EUI, so it can be an application's or a gateway's only.
Scope LiveRegistrar::twinOf(Scope owner) {
    const bool isGateway = owner.level == Scope::Level::Gateway;
    return {isGateway ? Scope::Level::Application : Scope::Level::Gateway, owner.eui};
}

void LiveRegistrar::loadOwners() {
    parts_.objects.eachOwner([&](Objects::OwnerRow&& row) {
        const Scope owner = row.owner;
        auto known = parts_.catalogue.findOwner(owner);
        if (!known) known = parts_.catalogue.findOwner(twinOf(owner));
        if (!known) {
            if (!row.deviceTemplate.empty()) {
                parts_.templates.setApplication(owner.eui, row.deviceTemplate);
            }
            return parts_.catalogue.putOwner(
                owner, {std::move(row.name), Origin::Api, "", std::move(row.deviceTemplate)});
        }
        report("registry", text(owner.eui) + " was made by the API and is in " + known->file +
                               " too: the file counts; remove one of them");
    });
}

void LiveRegistrar::loadDevices() {
    std::size_t collisions = 0;
    parts_.devices.reserve(parts_.objects.countDevices());
    parts_.objects.eachDevice([&](Objects::DeviceRow&& row) {
        const auto known = parts_.devices.find(row.spec.eui);
        if (known && known->origin == Origin::File) {
            ++collisions;
            return;
        }
        if (!row.tags.empty()) row.spec.tags = tagsOf(std::string(row.tags));
        parts_.devices.add(row.application, row.spec, Origin::Api);
    });
    if (collisions == 0) return;
    report("registry", std::to_string(collisions) +
                           " devices of the API are in files too: the files count; remove them "
                           "here or there");
}

void LiveRegistrar::loadStreams(const Config& config, std::vector<StreamAt>& streams) {
    DocumentReader reader(parts_.plugins, config);
    parts_.objects.eachStream([&](std::string_view key, const std::string& document) {
        const std::string name(key);
        const auto eui = euiOf(name);
        if (parts_.catalogue.findStream(name)) {
            return report("registry", "stream " + name +
                                          " was made by the API and is in a file too: the file "
                                          "counts; remove one of them");
        }
        const bool isGateway =
            eui && parts_.catalogue.findOwner({Scope::Level::Gateway, *eui}).has_value();
        const Scope owner{isGateway ? Scope::Level::Gateway : Scope::Level::Application,
                          eui.value_or(Eui{})};
        if (!parts_.catalogue.findOwner(owner)) {
            return report("stream " + name,
                          "was added by the API to what no file describes any more; put the file "
                          "back and restart");
        }
        auto spec = readStored(reader, owner, document);
        if (!spec) {
            unreadable_.insert(name);
            return report("stream " + name, spec.error().reason);
        }
        const auto kept = std::make_shared<const StreamSpec>(std::move(*spec));
        parts_.catalogue.putStream(name, {kept, Origin::Api});
        streams.push_back({name, isGateway ? std::nullopt : eui, kept.get()});
    });
    protocols_ = reader.protocols();
}

/// One that names a plugin that is not there now is as good as any: it waits for it.
Result<StreamSpec> LiveRegistrar::readStored(DocumentReader& reader, Scope owner,
                                             const std::string& document) {
    if (document.empty()) return Error{"", "was stored under another key than DATA/key"};
    StreamHome home;
    (owner.level == Scope::Level::Gateway ? home.gateway : home.application) = owner.eui;
    try {
        Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
        StreamSpec spec = reader.stream(JsonTree(parser.parse(document)), home);
        const std::vector<Complaint> complaints = reader.takeComplaints();
        const auto obstacle = std::find_if(complaints.begin(), complaints.end(), isObstacle);
        if (obstacle == complaints.end()) return spec;
        return Error{"", obstacle->text + "; change the stream by the API, nothing of it is lost"};
    } catch (const Poco::Exception& error) {
        return Error{"", "is not readable in the registry: " + error.displayText()};
    }
}

Registrar::ReloadReport LiveRegistrar::reload() {
    const auto alone = exclusively();
    ReloadReport report = reloadFiles();
    for (const auto* list : {&report.complaints, &report.warnings}) {
        for (const Complaint& one : *list) parts_.log.write(Level::Error, "config", text(one));
    }
    const std::size_t count = report.complaints.size();
    if (count == 0) {
        parts_.log.write(Level::Info, "broker", "reload: " + report.changed);
    } else {
        parts_.log.write(Level::Error, "broker",
                         "reload: refused, " + std::to_string(count) + " complaint" +
                             (count == 1 ? "" : "s") + "; the running configuration stays");
    }
    return report;
}

Registrar::ReloadReport LiveRegistrar::reloadFiles() {
    const std::shared_ptr<const Config> before = running();
    ReadResult read = readAll(before->file, parts_.plugins);
    auto next = std::make_shared<Config>(std::move(read.config));
    ReloadReport report;
    for (Complaint& complaint : read.complaints) {
        const bool stops = isObstacle(complaint);
        (stops ? report.complaints : report.warnings).push_back(std::move(complaint));
    }
    const auto complain = [&](std::vector<Complaint> more) {
        std::move(more.begin(), more.end(), std::back_inserter(report.complaints));
    };
    complain(collisions(*before, *next));
    if (!report.complaints.empty()) return report;
    ConfigDiff diff = difference(*before, *next);
    addStalled(*next, diff.streams);
    keepUntilRestart(*next, *before);
    complain(parts_.checkSettings(*next));
    const StreamKeeper::Plan plan = parts_.keeper.prepare(diff.streams, report.complaints);
    if (!report.complaints.empty()) return report;
    makeTokens(diff.streams);
    parts_.applySettings(*next, diff);
    apply(diff.devices);
    for (const StreamChange& change : diff.streams.changed) stalled_.erase(change.stream.name);
    for (const std::string& name : diff.streams.removed) stalled_.erase(name);
    apply(plan);
    describe(next);
    forget(*before, *next);
    report.changed = text(diff);
    report.needsRestart = diff.needsRestart;
    *config_.lock() = std::move(next);
    return report;
}

void LiveRegistrar::apply(const ConfigDiff::Devices& diff) {
    for (const Eui device : diff.removed) parts_.devices.remove(device);
    for (const auto* list : {&diff.added, &diff.changed}) {
        for (const DeviceAt& device : *list) {
            parts_.devices.add(device.application, *device.spec, Origin::File);
        }
    }
}

void LiveRegistrar::makeTokens(const ConfigDiff::Streams& diff) {
    std::vector<std::string> names;
    for (const StreamAt& stream : diff.added) {
        if (stream.spec->tokens.empty()) names.push_back(stream.name);
    }
    for (const StreamChange& change : diff.changed) {
        if (change.stream.spec->tokens.empty()) names.push_back(change.stream.name);
    }
    parts_.tokens.makeMissing(names);
}

std::vector<Complaint> LiveRegistrar::collisions(const Config& before, const Config& next) const {
    std::vector<Complaint> complaints;
    eachOwner(next, [&](Scope owner, const auto& spec) {
        complainOwner(owner, spec.place, complaints);
        for (const StreamSpec& stream : spec.streams) complainStream(owner, stream, complaints);
    });
    for (const ApplicationSpec& application : next.applicationSpecs) {
        for (const DeviceSpec& device : application.devices) {
            const auto known = parts_.devices.find(device.eui);
            if (!known || known->origin != Origin::Api) continue;
            complaints.push_back(madeByApi(device.place, "device " + text(device.eui)));
        }
    }
    complainOrphans(before, next, complaints);
    return complaints;
}

void LiveRegistrar::complainStream(Scope owner, const StreamSpec& stream,
                                   std::vector<Complaint>& complaints) const {
    const std::string name = streamName(stream, owner);
    const auto entry = parts_.catalogue.findStream(name);
    if (entry && entry->origin == Origin::Api) {
        complaints.push_back(madeByApi(stream.place, "stream " + name));
    }
    for (const TokenSpec& token : stream.tokens) {
        if (!parts_.tokens.isTakenByApi(token.text, name)) continue;
        complaints.push_back({.place = stream.place,
                              .text = "the token of stream " + name +
                                      " is that of a stream of the API; each stream needs its "
                                      "own"});
    }
}

void LiveRegistrar::complainOwner(Scope owner, const Place& place,
                                  std::vector<Complaint>& complaints) const {
    for (const Scope one : {owner, twinOf(owner)}) {
        const auto known = parts_.catalogue.findOwner(one);
        if (!known || known->origin != Origin::Api) continue;
        complaints.push_back(madeByApi(place, text(owner.eui)));
    }
}

/// "stream 70B3D57ED0000001/erp"; "" if nothing.
std::string LiveRegistrar::whatApiAddedTo(Scope owner) const {
    const auto isOfApi = [](const auto&, const Catalogue::StreamEntry& entry) {
        return entry.origin == Origin::Api;
    };
    const auto streams = parts_.catalogue.streams({text(owner.eui) + "/", "", 1}, isOfApi);
    if (!streams.empty()) return "stream " + streams.front().first;
    if (owner.level == Scope::Level::Gateway) return "";
    const auto devices = parts_.devices.list({{}, 1}, [&](Eui, const Device& device) {
        return device.origin == Origin::Api && device.application == owner.eui;
    });
    return devices.empty() ? "" : "device " + text(devices.front().first);
}

/// A file may not go while the API has put something into what it describes.
void LiveRegistrar::complainOrphans(const Config& before, const Config& next,
                                    std::vector<Complaint>& complaints) const {
    std::set<Scope> there;
    eachOwner(next, [&](Scope owner, const auto&) { there.insert(owner); });
    eachOwner(before, [&](Scope owner, const auto& spec) {
        if (there.contains(owner)) return;
        const std::string left = whatApiAddedTo(owner);
        if (left.empty()) return;
        complaints.push_back({.place = {.file = spec.place.file},
                              .text = "is gone, but the API has added " + left +
                                      " to it; remove that first, or put the file back"});
    });
}

}  // namespace runnel
