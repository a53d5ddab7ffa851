// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/unrouted_routes.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_set>

#include "admin/message_json.h"
#include "admin/paging.h"
#include "admin/routes/of_journal.h"

namespace runnel::admin {

namespace {

using Names = std::set<std::string>;

/// "its stream A/cloud is …", "its 2 streams are …, A/cloud among them".
std::string are(const Names& names, const std::string& what) {
    if (names.size() == 1) return "its stream " + *names.begin() + " is " + what;
    return "its " + std::to_string(names.size()) + " streams are " + what + ", " + *names.begin() +
           " among them";
}

/// What is configured at the moment, looked at for one request. Thread safety: one thread.
class Findings final {
  public:
    explicit Findings(const UnroutedParts& parts) : parts_(parts) {
        for (const Streams::Entry& entry : parts.streams.all()) {
            if (!entry.isEnabled) off_.insert(entry.stream->setup().config->stream);
        }
    }

    bool isUnrouted(const Message& message) const {
        if (message.kind != Kind::Uplink) return false;
        bool isTaken = false;
        parts_.router.visitCovering(message, [&](const Stream& stream) {
            isTaken =
                isTaken || (stream.wants(message) && !off_.contains(stream.setup().config->stream));
        });
        return !isTaken;
    }

    /// A sentence: what was found, and what to do.
    std::string reasonOf(const Message& message) const {
        const std::string streams = streamsOf(message);
        if (message.application) {
            const std::string name = "application " + text(*message.application);
            return streams.empty() ? missingStream(message, name) : name + ": " + streams;
        }
        const std::string unknown = unknownApplication(message);
        return streams.empty() ? unknown : unknown + "; and " + streams;
    }

  private:
    /// Of the streams that would take the message, why they do not; "" if there are none.
    std::string streamsOf(const Message& message) const {
        Names off;
        Names waiting;
        for (const auto& [name, entry] : candidates(message)) {
            if (!entry.spec->isEnabled) {
                off.insert(name);
            } else if (!parts_.streams.find(name).stream) {
                waiting.insert(name);
            }
        }
        if (!waiting.empty()) {
            return are(waiting, "not running") + "; its state says why, such as a missing plugin";
        }
        if (off.empty()) return {};
        return are(off, "switched off") + (off.size() == 1 ? "; switch it on" : "; switch one on");
    }

    Catalogue::StreamEntries candidates(const Message& message) const {
        Catalogue::StreamEntries all;
        const auto add = [&](Eui owner) {
            auto found = parts_.catalogue.streams(
                {.prefix = text(owner) + '/', .max = std::numeric_limits<std::size_t>::max()},
                [&](const std::string&, const Catalogue::StreamEntry& entry) {
                    return takes(*entry.spec, message);
                });
            std::move(found.begin(), found.end(), std::back_inserter(all));
        };
        if (const auto application = ownerOf(message)) add(*application);
        for (const Reception& reception : message.receptions) {
            if (reception.gateway) add(*reception.gateway);
        }
        return all;
    }

    static bool takes(const StreamSpec& spec, const Message& message) {
        const auto isUplink = [](Kind kind) { return kind == Kind::Uplink; };
        if (std::none_of(spec.events.begin(), spec.events.end(), isUplink)) return false;
        if (spec.device) return covers({Scope::Level::Device, *spec.device}, message);
        if (spec.gateway) return covers({Scope::Level::Gateway, *spec.gateway}, message);
        return covers({Scope::Level::Application, *spec.application}, message);
    }

    /// Whose streams may take it: of a message without application the device's streams do.
    std::optional<Eui> ownerOf(const Message& message) const {
        if (message.application) return message.application;
        const auto device = parts_.devices.find(message.device);
        return device ? device->application : std::nullopt;
    }

    std::string missingStream(const Message& message, const std::string& name) const {
        const Scope owner{Scope::Level::Application, *message.application};
        if (!parts_.catalogue.findOwner(owner)) {
            return name + " is not configured; add it, and a stream that takes uplinks";
        }
        const std::size_t count = parts_.catalogue.countStreams(owner);
        if (count == 0) return name + " has no stream that takes uplinks; add one";
        return name + " has no stream that takes uplinks of device " + text(message.device) +
               ", found " + std::to_string(count) + " for other devices or events; add one";
    }

    std::string unknownApplication(const Message& message) const {
        if (const auto owner = ownerOf(message)) {
            return "its application was not known when it came; device " + text(message.device) +
                   " belongs to application " + text(*owner) +
                   " now, whose streams get what comes from now on";
        }
        const std::string found = "its application is not known: connector '" + message.network;
        if (message.networkApplication.empty()) {
            return found + "' names none; register device " + text(message.device);
        }
        return found + "' calls it '" + message.networkApplication + "'; name it in networks." +
               message.network + ".options.applications or register device " + text(message.device);
    }

    const UnroutedParts& parts_;
    std::unordered_set<std::uint64_t> off_;  ///< numbers of streams that are switched off
};

ApiAnswer list(const UnroutedParts& parts, const ApiRequest& request) {
    const Findings findings(parts);
    MessageSearch search = searchBelow(request, parts.journal);
    search.isWanted = [&](const Message& message) { return findings.isUnrouted(message); };
    const NewestMessages found = readNewest(parts.journal, search, pageOf(request).limit);
    Poco::JSON::Array::Ptr items = new Poco::JSON::Array;
    for (const MessagePtr& message : found.messages) {
        auto item = messageJson(*message);
        item->set("reason", findings.reasonOf(*message));
        items->add(item);
    }
    return newestAnswer(items, found.searched);
}

}  // namespace

Routes unroutedRoutes(UnroutedParts parts) {
    return {{.method = "GET",
             .pattern = "/api/v1/unrouted",
             .need = Need::SeeEverything,
             .query = {"limit", "before"},
             .handler = [parts](const ApiRequest& request) { return list(parts, request); }}};
}

}  // namespace runnel::admin
