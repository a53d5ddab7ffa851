// SPDX-License-Identifier: Apache-2.0
#include "downlink/downlinks.h"

#include <Poco/UUIDGenerator.h>

#include <utility>

#include "downlink/rules.h"

namespace runnel {

namespace {

std::string makeId() {
    return Poco::UUIDGenerator::defaultGenerator().createRandom().toString();
}

bool isEnd(Kind kind, bool isConfirmed) {
    switch (kind) {
        case Kind::Acknowledged:
        case Kind::NotAcknowledged:
        case Kind::Expired:
        case Kind::Failed:
            return true;
        case Kind::Sent:
            return !isConfirmed;
        default:
            return false;
    }
}

}  // namespace

Downlinks::Downlinks(Parts parts) : parts_(std::move(parts)) {}

void Downlinks::addCarrier(const std::string& network, DownlinkCarrier& carrier) {
    state_.lock()->carriers[network].way = &carrier;
}

void Downlinks::removeCarrier(const std::string& network) {
    state_.lock()->carriers.erase(network);
}

void Downlinks::setConnected(const std::string& network, bool isConnected) {
    state_.lock()->carriers.at(network).isConnected = isConnected;
    if (isConnected) flush(network);
}

void Downlinks::submit(const Grant& grant, Downlink downlink, Answer answer) {
    Receipt receipt{.id = downlink.id, .device = downlink.device, .rejected = {}};
    if (!grant.maySend) {
        receipt.rejected = Error{"", "this token may not send downlinks"};
        return answer(std::move(receipt));
    }
    const auto device = deviceFor(*grant.stream, downlink);
    if (!device) {
        receipt.rejected = device.error();
        return answer(std::move(receipt));
    }
    if (auto wrong = complaint(downlink, *device)) {
        receipt.rejected = std::move(wrong);
        return answer(std::move(receipt));
    }
    const auto id = accept(*grant.stream, std::move(downlink), *device);
    if (id) {
        receipt.id = *id;
    } else {
        receipt.rejected = id.error();
    }
    answer(std::move(receipt));
    if (id) flush(device->network);
}

/// The device, with the connector that carries its downlinks.
Result<Device> Downlinks::deviceFor(const StreamConfig& stream, const Downlink& downlink) const {
    auto device = parts_.devices.find(downlink.device);
    if (auto wrong = scopeComplaint(stream, downlink, device ? &*device : nullptr)) return *wrong;
    if (!device)
        device = Device{.application = stream.application,
                        .name = {},
                        .isConfigured = false,
                        .network = {},
                        .networkDevice = {},
                        .region = {},
                        .frequencyHz = 0};
    auto state = state_.lock();
    if (device->network.empty() && state->carriers.size() == 1) {
        device->network = state->carriers.begin()->first;
    }
    if (state->carriers.contains(device->network)) return *device;
    return Error{
        "DeviceEUI",
        text(downlink.device) + " was not heard yet, so it is not known which network reaches it"};
}

std::optional<Error> Downlinks::complaint(const Downlink& downlink, const Device& device) {
    const std::string region = state_.lock()->carriers.at(device.network).way->region();
    return contentComplaint(downlink, device, region, parts_.clock.now());
}

std::optional<Error> Downlinks::repeatOf(const Entry& known, const Downlink& downlink) {
    const Downlink& first = known.downlink;
    if (first.device == downlink.device && first.port == downlink.port &&
        first.isConfirmed == downlink.isConfirmed && first.payload == downlink.payload) {
        return std::nullopt;
    }
    return Error{"Id", "was used for another downlink within the last 7 days"};
}

/// Stores it; returns the sender's id. A repeat of a stored one is accepted and not sent again.
Result<std::string> Downlinks::accept(const StreamConfig& stream, Downlink downlink,
                                      const Device& device) {
    auto state = state_.lock();
    const std::string senderId = downlink.id.empty() ? makeId() : downlink.id;
    const auto known = state->senders.find({stream.name, senderId});
    if (known != state->senders.end()) {
        if (auto wrong = repeatOf(state->entries.at(known->second), downlink)) return *wrong;
        return senderId;
    }
    if (state->entries.size() >= kMaxRemembered) {
        forget(*state, parts_.clock.now());
        if (state->entries.size() >= kMaxRemembered) {
            return Error{"", "too many downlinks wait already (100,000); try again later"};
        }
    }
    const std::string id = makeId();
    const Instant now = parts_.clock.now();
    const Instant expires = downlink.expires.value_or(now + kIdempotency);
    downlink.id = id;
    downlink.application = device.application;
    downlink.network = device.network;
    downlink.networkDevice = device.networkDevice;
    state->senders[{stream.name, senderId}] = id;
    state->order.push_back(id);
    state->carriers.at(device.network).waiting.push_back(id);
    state->entries[id] = Entry{.downlink = std::move(downlink),
                               .senderId = senderId,
                               .stream = stream.name,
                               .accepted = now,
                               .expires = expires};
    return senderId;
}

std::optional<Downlink> Downlinks::nextToSend(const std::string& network) {
    const Instant now = parts_.clock.now();
    auto state = state_.lock();
    Carrier& carrier = state->carriers.at(network);
    while (carrier.isConnected && !carrier.waiting.empty()) {
        const auto found = state->entries.find(carrier.waiting.front());
        carrier.waiting.pop_front();
        if (found == state->entries.end() || found->second.hasEnded) continue;
        if (found->second.expires <= now) continue;  // the next tick() says so
        found->second.isHandedOver = true;
        ++found->second.downlink.attempt;
        return found->second.downlink;
    }
    carrier.isSending = false;
    return std::nullopt;
}

void Downlinks::flush(const std::string& network) {
    DownlinkCarrier* way = nullptr;
    {
        auto state = state_.lock();
        Carrier& carrier = state->carriers.at(network);
        if (carrier.isSending || !carrier.isConnected) return;
        carrier.isSending = true;
        way = carrier.way;
    }
    while (const auto downlink = nextToSend(network)) {
        const Status status = way->send(*downlink);
        if (!status) failed(downlink->id, status.error().reason);
    }
}

void Downlinks::failed(const std::string& id, const std::string& why) {
    std::optional<Message> event;
    {
        auto state = state_.lock();
        const auto found = state->entries.find(id);
        if (found == state->entries.end() || found->second.hasEnded) return;
        found->second.hasEnded = true;
        event = eventOf(found->second, Kind::Failed, why);
    }
    parts_.log.write(Level::Warning, "downlink",
                     "for device " + text(event->device) + " failed: " + why);
    parts_.announce(std::move(*event));
}

Message Downlinks::eventOf(const Entry& entry, Kind kind, std::string text) const {
    Message event;
    event.kind = kind;
    event.isConfirmed = entry.downlink.isConfirmed;
    event.port = entry.downlink.port;
    event.device = entry.downlink.device;
    event.application = entry.downlink.application;
    event.network = entry.downlink.network;
    event.networkDevice = entry.downlink.networkDevice;
    event.downlinkId = entry.senderId;
    event.downlinkStream = entry.stream;
    event.text = std::move(text);
    return event;
}

void Downlinks::identify(Message& event) {
    auto state = state_.lock();
    const auto found = state->entries.find(event.downlinkId);
    if (found == state->entries.end()) return;
    Entry& entry = found->second;
    event.downlinkId = entry.senderId;
    event.downlinkStream = entry.stream;
    if (isEnd(event.kind, entry.downlink.isConfirmed)) entry.hasEnded = true;
}

void Downlinks::tick() {
    const Instant now = parts_.clock.now();
    std::vector<Message> events;
    {
        auto state = state_.lock();
        for (auto& [id, entry] : state->entries) {
            if (entry.expires > now || entry.isHandedOver || entry.hasEnded) continue;
            entry.hasEnded = true;
            events.push_back(eventOf(entry, Kind::Expired, "expired before the network took it"));
        }
        forget(*state, now - kIdempotency);
    }
    for (Message& event : events) parts_.announce(std::move(event));
}

/// Forgets the oldest as long as they have ended (or were handed over) before `before`.
void Downlinks::forget(State& state, Instant before) {
    while (!state.order.empty()) {
        const auto found = state.entries.find(state.order.front());
        const Entry& entry = found->second;
        if (entry.accepted >= before || (!entry.hasEnded && !entry.isHandedOver)) return;
        state.senders.erase({entry.stream, entry.senderId});
        state.entries.erase(found);
        state.order.pop_front();
    }
}

}  // namespace runnel
