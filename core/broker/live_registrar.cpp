// SPDX-License-Identifier: Apache-2.0
#include "broker/live_registrar.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/documents.h"

namespace runnel {

namespace {

using Applied = Registrar::Applied;
using Why = Refusal::Why;

std::string nameOf(Scope owner) {
    return (owner.level == Scope::Level::Gateway ? "gateway " : "application ") + text(owner.eui);
}

Refusal notFound(const std::string& what) {
    return {Why::NotFound, "there is no " + what};
}

Refusal inFile(const std::string& what, const std::string& file) {
    return {Why::InFile, what + " is written in " + file + "; change it there and reload"};
}

std::optional<Eui> applicationOf(Scope owner) {
    return owner.level == Scope::Level::Application ? std::optional(owner.eui) : std::nullopt;
}

bool allowsLess(const TokenSpec& now, const TokenSpec& before) {
    return (before.mayReceive && !now.mayReceive) || (before.maySend && !now.maySend);
}

}  // namespace

LiveRegistrar::LiveRegistrar(Config config, Parts parts)
    : parts_(std::move(parts)), config_(std::make_shared<const Config>(std::move(config))) {}

Applied LiveRegistrar::putOwner(Scope owner, const OwnerSpec& spec) {
    const auto known = parts_.catalogue.findOwner(owner);
    if (known && known->origin == Origin::File) return inFile(nameOf(owner), known->file);
    const Scope twin = twinOf(owner);
    if (parts_.catalogue.findOwner(twin)) {
        return Refusal{Why::Taken, text(owner.eui) + " is the EUI of " + nameOf(twin) +
                                       "; streams are named by it, so it can be only one of both"};
    }
    parts_.objects.putOwner({owner, spec.name, spec.deviceTemplate});
    parts_.catalogue.putOwner(owner, {spec.name, Origin::Api, "", spec.deviceTemplate});
    if (owner.level == Scope::Level::Application) {
        parts_.templates.setApplication(owner.eui, spec.deviceTemplate);
    }
    return Done{};
}

Applied LiveRegistrar::removeOwner(Scope owner) {
    const auto known = parts_.catalogue.findOwner(owner);
    if (!known) return notFound(nameOf(owner));
    if (known->origin == Origin::File) return inFile(nameOf(owner), known->file);
    ConfigDiff::Streams diff;
    const auto isAny = [](const auto&, const auto&) { return true; };
    for (const auto& [name, entry] :
         parts_.catalogue.streams({text(owner.eui) + "/", "", SIZE_MAX}, isAny)) {
        diff.removed.push_back(name);
    }
    const std::string prefix = text(owner.eui) + "/";
    const auto isIts = [&](const std::string& name) { return name.starts_with(prefix); };
    std::copy_if(unreadable_.begin(), unreadable_.end(), std::back_inserter(diff.removed), isIts);
    parts_.objects.removeOwner(owner, diff.removed);
    std::erase_if(unreadable_, isIts);
    drop(diff);
    if (owner.level == Scope::Level::Application) {
        parts_.devices.removeAll(owner.eui, Origin::Api);
        parts_.templates.setApplication(owner.eui, "");
    }
    parts_.catalogue.removeOwner(owner);
    return Done{};
}

Applied LiveRegistrar::checkPut(Scope owner, const std::string& name,
                                const StreamSpec& spec) const {
    if (!parts_.catalogue.findOwner(owner)) return notFound(nameOf(owner));
    const auto known = parts_.catalogue.findStream(name);
    if (known && known->origin == Origin::File) {
        return inFile("stream " + name, known->spec->place.file);
    }
    if (spec.device) {
        const auto device = parts_.devices.find(*spec.device);
        if (device && device->application && device->application != owner.eui) {
            return Refusal{Why::Wrong, "must be a device of this application", "scope/device"};
        }
    }
    return checkTokens(name, spec.tokens);
}

Applied LiveRegistrar::checkTokens(const std::string& name,
                                   std::span<const TokenSpec> typed) const {
    for (const TokenSpec& token : typed) {
        if (parts_.tokens.isTaken(token.text, name)) {
            return Refusal{Why::Taken, "is another stream's already; each stream needs its own",
                           "token"};
        }
    }
    return Done{};
}

Applied LiveRegistrar::putStream(Scope owner, StreamSpec spec) {
    const std::string name = streamName(spec, owner);
    if (auto refused = checkPut(owner, name, spec); !refused) return refused;
    const std::vector<TokenSpec> typed = std::exchange(spec.tokens, {});
    const auto known = parts_.catalogue.findStream(name);
    const auto kept = std::make_shared<const StreamSpec>(std::move(spec));
    const StreamAt at{name, applicationOf(owner), kept.get()};
    ConfigDiff::Streams diff;
    if (!known) {
        diff.added.push_back(at);
    } else if (auto what = changesOf(*known->spec, *kept);
               !what.empty() || stalled_.contains(name)) {
        diff.changed.push_back({at, std::move(what)});
    }
    std::vector<Complaint> complaints;
    const StreamKeeper::Plan plan = parts_.keeper.prepare(diff, complaints);
    if (!complaints.empty()) return Refusal{Why::Wrong, complaints.front().text, "options"};
    if (!known) startAnew(name);
    Tokens::Draft draft = parts_.tokens.draft(name, typed);
    parts_.objects.putStream(
        name, jsonText(*documentOf(*kept, parts_.plugins, Secrets::Shown)),
        [&](sqlite::Database& database) { parts_.tokens.store(database, draft); });
    apply(draft);
    openDoorOf(*kept);
    stalled_.erase(name);
    apply(plan);
    parts_.catalogue.putStream(name, {kept, Origin::Api});
    return Done{};
}

/// Nothing is left of a stream of the same name that a file had, neither tokens nor place. One of
/// the API that could not be read goes on where it stands.
void LiveRegistrar::startAnew(const std::string& name) {
    if (unreadable_.erase(name) > 0) return;
    for (const Tokens::Entry& old : parts_.tokens.list(name)) {
        if (old.origin == Origin::Api) parts_.tokens.remove(old.id);
    }
    parts_.keeper.forget(name);
}

/// Sessions end if their token allows less now.
void LiveRegistrar::apply(const Tokens::Draft& draft) {
    std::vector<Tokens::Entry> narrowed;
    for (const auto& [id, spec] : draft.changed) {
        const auto before = parts_.tokens.get(id);
        if (before && allowsLess(spec, before->spec)) narrowed.push_back(*before);
    }
    parts_.tokens.apply(draft);
    for (const Tokens::Entry& token : narrowed) {
        endSessions(token, CloseReason::Changed, "the token allows less now; connect again");
    }
}

/// A protocol that nobody has named so far runs with its defaults.
void LiveRegistrar::openDoorOf(const StreamSpec& spec) {
    if (protocols_.contains(spec.protocol)) return;
    const LoadedPlugin* plugin = parts_.plugins.find(PluginKind::Protocol, spec.protocol);
    if (plugin == nullptr) return;
    const Plugin& descriptor = *plugin->descriptor;
    const Fields settings = defaultOptions({descriptor.settings, descriptor.settingCount});
    protocols_[spec.protocol] = settings;
    parts_.openDoor(*plugin, settings);
}

void LiveRegistrar::apply(const StreamKeeper::Plan& plan) {
    parts_.keeper.apply(plan);
    parts_.streamsChanged();
}

Applied LiveRegistrar::removeStream(const std::string& stream) {
    const auto known = parts_.catalogue.findStream(stream);
    if (!known) return notFound("stream " + stream);
    if (known->origin == Origin::File) {
        return inFile("stream " + stream, known->spec->place.file);
    }
    parts_.objects.removeStream(stream);
    ConfigDiff::Streams diff;
    diff.removed.push_back(stream);
    drop(diff);
    return Done{};
}

/// Of the API, and not on the disk any more. Their names are free: who takes one starts anew.
void LiveRegistrar::drop(const ConfigDiff::Streams& diff) {
    for (const std::string& name : diff.removed) parts_.keeper.forget(name);
    std::vector<Complaint> none;
    apply(parts_.keeper.prepare(diff, none));
    for (const std::string& name : diff.removed) {
        parts_.tokens.forgetAll(name);
        parts_.catalogue.removeStream(name);
    }
}

Result<Registrar::DeviceCounts, Refusal> LiveRegistrar::putDevices(
    Eui application, std::span<const DeviceSpec> devices) {
    if (!parts_.catalogue.findOwner({Scope::Level::Application, application})) {
        return notFound("application " + text(application));
    }
    DeviceCounts counts;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const auto known = parts_.devices.find(devices[i].eui);
        const std::string what = "device " + text(devices[i].eui);
        if (known && known->origin == Origin::File) {
            return inFile(what, fileOf(*known->application));
        }
        if (known && known->isConfigured() && known->application != application) {
            return Refusal{Why::Taken, what + " belongs to another application"};
        }
        ++(known && known->isConfigured() ? counts.changed : counts.added);
    }
    parts_.objects.putDevices(application, devices);
    for (const DeviceSpec& device : devices) parts_.devices.add(application, device, Origin::Api);
    return counts;
}

std::string LiveRegistrar::fileOf(Eui application) const {
    const auto owner = parts_.catalogue.findOwner({Scope::Level::Application, application});
    return owner ? owner->file : "a file";
}

Applied LiveRegistrar::removeDevice(Eui device) {
    const auto known = parts_.devices.find(device);
    if (!known || !known->isConfigured()) return notFound("configured device " + text(device));
    if (known->origin == Origin::File) {
        return inFile("device " + text(device), fileOf(*known->application));
    }
    parts_.objects.removeDevice(device);
    parts_.devices.remove(device);
    return Done{};
}

Result<Tokens::Entry, Refusal> LiveRegistrar::addToken(const std::string& stream, TokenSpec spec) {
    if (!parts_.catalogue.findStream(stream)) return notFound("stream " + stream);
    auto added = parts_.tokens.add(stream, std::move(spec));
    if (!added) return Refusal{Why::Taken, added.error().reason, added.error().field};
    return std::move(*added);
}

Applied LiveRegistrar::changeToken(std::uint64_t token, const TokenSpec& spec) {
    const auto known = parts_.tokens.get(token);
    if (!known) return notFound("token " + std::to_string(token));
    if (known->origin == Origin::File) return tokenInFile(*known);
    parts_.tokens.change(token, spec);
    if (allowsLess(spec, known->spec)) {
        endSessions(*known, CloseReason::Changed, "the token allows less now; connect again");
    }
    return Done{};
}

Applied LiveRegistrar::removeToken(std::uint64_t token) {
    const auto known = parts_.tokens.get(token);
    if (!known) return notFound("token " + std::to_string(token));
    if (known->origin == Origin::File) return tokenInFile(*known);
    parts_.tokens.remove(token);
    endSessions(*known, CloseReason::Revoked, "the token was revoked");
    return Done{};
}

Refusal LiveRegistrar::tokenInFile(const Tokens::Entry& token) const {
    const auto stream = parts_.catalogue.findStream(token.stream);
    return inFile("this token", stream ? stream->spec->place.file : "a file");
}

void LiveRegistrar::endSessions(const Tokens::Entry& token, CloseReason reason,
                                std::string_view why) const {
    if (const auto stream = parts_.streams.find(token.stream).stream) {
        stream->endSessions(token.id, reason, why);
    }
}

void LiveRegistrar::endExpired() {
    for (const Tokens::Expired& expired : parts_.tokens.takeExpired()) {
        const auto stream = parts_.streams.find(expired.stream).stream;
        if (stream) stream->endSessions(expired.token, CloseReason::Revoked, "the token expired");
    }
}

}  // namespace runnel
