// SPDX-License-Identifier: Apache-2.0
#include "downlink/downlinks.h"

#include <Poco/UUIDGenerator.h>

#include <utility>

#include "downlink/rules.h"

namespace runnel {

namespace {

/// Downlinks of one connector whose stage Sending is being saved, or which have not left yet.
constexpr std::size_t kMaxLeaving = 1000;
/// Downlinks that expire or are forgotten at once; the rest has time until the next tick.
constexpr std::size_t kMaxAtOnce = 1000;

std::string makeId() {
    return Poco::UUIDGenerator::defaultGenerator().createRandom().toString();
}

bool isLifeCycle(Kind kind) {
    return kind >= Kind::Queued && kind <= Kind::Failed;
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

std::uint32_t bit(Kind kind) {
    return 1U << static_cast<unsigned>(kind);
}

/// Nothing is waited for any longer.
Instant endOf(const Ledger::Entry& entry) {
    return entry.isOpen() ? entry.record.expires : entry.record.accepted + Downlinks::kIdempotency;
}

const char* reasonToExpire(const Ledger::Entry& entry) {
    if (!entry.isOpen()) return "the network server has not said within 7 days what became of it";
    return entry.record.downlink.mayHaveBeenSent ? "expired before the network said that it has it"
                                                 : "expired before the network took it";
}

Receipt receiptFor(const DownlinkRecord& record) {
    return {.id = record.senderId, .device = record.downlink.device, .rejected = {}};
}

/// May the known one stand for this one too?
std::optional<Error> differenceOf(const Downlink& known, const Downlink& downlink) {
    if (known.device == downlink.device && known.port == downlink.port &&
        known.isConfirmed == downlink.isConfirmed && known.payload == downlink.payload) {
        return std::nullopt;
    }
    return Error{"Id", "was used for another downlink within the last 7 days"};
}

}  // namespace

Downlinks::Downlinks(Parts parts) : parts_(std::move(parts)) {}

void Downlinks::addCarrier(const std::string& network, DownlinkCarrier& carrier) {
    memory_.lock()->lanes[network].way = &carrier;
}

void Downlinks::removeCarrier(const std::string& network) {
    memory_.lock()->lanes.erase(network);
}

void Downlinks::expectCarrier(const std::string& network) {
    memory_.lock()->missing.insert(network);
}

void Downlinks::setConnected(const std::string& network, bool isConnected) {
    memory_.lock()->lanes.at(network).isConnected = isConnected;
    if (isConnected) flush(network);
}

void Downlinks::submit(const Grant& grant, Downlink downlink, Answer answer) {
    const auto device = deviceFor(grant, downlink);
    if (!device) {
        return answer({.id = downlink.id, .device = downlink.device, .rejected = device.error()});
    }
    accept(*grant.stream, std::move(downlink), *device, std::move(answer));
}

/// The device of an acceptable downlink, with the connector that carries it.
Result<Device> Downlinks::deviceFor(const Grant& grant, const Downlink& downlink) {
    auto device = parts_.devices.find(downlink.device);
    if (auto wrong = senderComplaint(grant, downlink, device ? &*device : nullptr)) return *wrong;
    if (!device) {
        device.emplace();
        device->application = grant.stream->application;
    }
    std::string region;
    {
        auto memory = memory_.lock();
        if (device->network.empty() && memory->lanes.size() == 1) {
            device->network = memory->lanes.begin()->first;
        }
        const auto lane = memory->lanes.find(device->network);
        if (lane == memory->lanes.end()) {
            return Error{"DeviceEUI",
                         text(downlink.device) +
                             " was not heard yet, so it is not known which network reaches it"};
        }
        region = lane->second.way->region();
    }
    if (auto wrong = contentComplaint(downlink, *device, region, parts_.clock.now())) return *wrong;
    return *device;
}

/// Stores it, then answers. A repeat of a stored one is accepted and not sent again; one of a
/// downlink that is being stored gets the same answer as that one.
void Downlinks::accept(const StreamConfig& stream, Downlink downlink, const Device& device,
                       Answer answer) {
    DownlinkRecord record = recordOf(stream, std::move(downlink), device);
    Receipt receipt = receiptFor(record);
    bool isNew = false;
    {
        auto memory = memory_.lock();
        Entry* known = memory->ledger.findBySender(record.stream, record.senderId);
        receipt.rejected = known != nullptr ? differenceOf(known->record.downlink, record.downlink)
                                            : obstacle(*memory);
        if (!receipt.rejected && known != nullptr && !known->isStored) {
            known->repeats.push_back(std::move(answer));
            return;
        }
        if (!receipt.rejected && known == nullptr) {
            isNew = true;
            if (memory->lanes.at(device.network).isConnected) {
                record.stage = Stage::Sending;
                record.downlink.attempt = 1;
            }
            memory->ledger.add(record);
        }
    }
    if (!isNew) return answer(std::move(receipt));
    std::string id = record.downlink.id;
    parts_.state.add(std::move(record), [this, id = std::move(id), answer = std::move(answer)](
                                            const Status& status) { stored(id, status, answer); });
}

std::optional<Error> Downlinks::obstacle(Memory& memory) {
    if (memory.ledger.size() < kMaxRemembered) return std::nullopt;
    forget(memory, parts_.clock.now());
    if (memory.ledger.size() < kMaxRemembered) return std::nullopt;
    return Error{"", "too many downlinks wait already (100,000); try again later"};
}

DownlinkRecord Downlinks::recordOf(const StreamConfig& stream, Downlink downlink,
                                   const Device& device) const {
    const Instant now = parts_.clock.now();
    DownlinkRecord record{.downlink = std::move(downlink),
                          .senderId = {},
                          .stream = stream.name,
                          .accepted = now,
                          .expires = now + kIdempotency};
    Downlink& own = record.downlink;
    if (own.expires) record.expires = *own.expires;
    record.senderId = own.id.empty() ? makeId() : own.id;
    own.id = makeId();
    own.application = device.application;
    own.network = device.network;
    own.networkDevice = device.networkDevice;
    own.attempt = 0;
    own.mayHaveBeenSent = false;
    return record;
}

void Downlinks::stored(const std::string& id, const Status& status, const Answer& answer) {
    Receipt receipt;
    std::vector<Answer> repeats;
    std::string network;
    {
        auto memory = memory_.lock();
        Entry& entry = *memory->ledger.find(id);
        receipt = receiptFor(entry.record);
        repeats = std::exchange(entry.repeats, {});
        network = entry.record.downlink.network;
        if (status) {
            entry.isCleared = entry.record.stage == Stage::Sending;
            memory->ledger.keep(entry);
            memory->lanes.at(network).waiting.push_back(id);
        } else {
            receipt.rejected = status.error();
            memory->ledger.drop(id);
        }
    }
    answer(receipt);
    for (const Answer& repeat : repeats) repeat(receipt);
    if (status) flush(network);
}

void Downlinks::flush(const std::string& network) {
    DownlinkCarrier* way = nullptr;
    {
        auto memory = memory_.lock();
        Lane& lane = memory->lanes.at(network);
        if (lane.isSending || !lane.isConnected) return;
        lane.isSending = true;
        way = lane.way;
    }
    while (const auto downlink = nextToSend(network)) {
        const Status status = way->send(*downlink);
        if (!status) failed(downlink->id, status.error().reason);
    }
}

/// Saves stage Sending of the next ones.
void Downlinks::clear(Memory& memory, Lane& lane) {
    while (!lane.waiting.empty() && lane.leaving.size() < kMaxLeaving) {
        std::string id = std::move(lane.waiting.front());
        lane.waiting.pop_front();
        Entry* entry = memory.ledger.find(id);
        if (entry == nullptr || !entry->isOpen()) continue;
        if (!entry->isCleared) {
            entry->record.stage = Stage::Sending;
            ++entry->record.downlink.attempt;
            parts_.state.update(id, Stage::Sending, [this, id] { cleared(id); });
        }
        lane.leaving.push_back(std::move(id));
    }
}

void Downlinks::cleared(const std::string& id) {
    std::string network;
    {
        auto memory = memory_.lock();
        Entry* entry = memory->ledger.find(id);
        if (entry == nullptr) return;
        entry->isCleared = true;
        network = entry->record.downlink.network;
    }
    flush(network);
}

std::optional<Downlink> Downlinks::nextToSend(const std::string& network) {
    const Instant now = parts_.clock.now();
    auto memory = memory_.lock();
    Lane& lane = memory->lanes.at(network);
    while (lane.isConnected) {
        clear(*memory, lane);
        if (lane.leaving.empty()) break;
        Entry* entry = memory->ledger.find(lane.leaving.front());
        const bool isDue = entry != nullptr && entry->isOpen() && entry->record.expires > now;
        if (isDue && !entry->isCleared) break;
        lane.leaving.pop_front();
        if (!isDue) continue;  // of an expired one the next tick() says so
        entry->isSent = true;
        return entry->record.downlink;
    }
    lane.isSending = false;
    return std::nullopt;
}

/// A stage never goes back.
void Downlinks::advance(Entry& entry, Stage stage) {
    if (stage <= entry.record.stage) return;
    entry.record.stage = stage;
    parts_.state.update(entry.record.downlink.id, stage, nullptr);
}

void Downlinks::failed(const std::string& id, const std::string& why) {
    Message event;
    {
        auto memory = memory_.lock();
        Entry* entry = memory->ledger.find(id);
        if (entry == nullptr || entry->record.stage == Stage::Ended) return;
        advance(*entry, Stage::Ended);
        entry->seen |= bit(Kind::Failed);
        event = eventOf(*entry, Kind::Failed, why);
    }
    parts_.log.write(Level::Warning, "downlink",
                     "for device " + text(event.device) + " failed: " + why);
    parts_.announce(std::move(event));
}

Message Downlinks::eventOf(const Entry& entry, Kind kind, std::string text) {
    const Downlink& downlink = entry.record.downlink;
    Message event;
    event.kind = kind;
    event.isConfirmed = downlink.isConfirmed;
    event.port = downlink.port;
    event.device = downlink.device;
    event.application = downlink.application;
    event.network = downlink.network;
    event.networkDevice = downlink.networkDevice;
    event.downlinkId = entry.record.senderId;
    event.downlinkStream = entry.record.stream;
    event.text = std::move(text);
    return event;
}

bool Downlinks::identify(Message& event) {
    auto memory = memory_.lock();
    Entry* entry = memory->ledger.find(event.downlinkId);
    if (entry == nullptr) return true;
    event.downlinkId = entry->record.senderId;
    event.downlinkStream = entry->record.stream;
    if (!isLifeCycle(event.kind)) return true;
    const bool isNews = (entry->seen & bit(event.kind)) == 0;
    heard(*entry, event.kind);
    return isNews;
}

/// Names the sender's id already. Older ones are of another downlink that had the same.
void Downlinks::recall(Memory& memory, const Message& event) {
    Entry* entry = memory.ledger.findBySender(event.downlinkStream, event.downlinkId);
    if (entry == nullptr || event.brokerTime < entry->record.accepted) return;
    if (isLifeCycle(event.kind)) heard(*entry, event.kind);
}

void Downlinks::heard(Entry& entry, Kind kind) {
    entry.seen |= bit(kind);
    const bool hasEnded = isEnd(kind, entry.record.downlink.isConfirmed);
    advance(entry, hasEnded ? Stage::Ended : Stage::HandedOver);
}

void Downlinks::tick() {
    const Instant now = parts_.clock.now();
    std::vector<Message> events;
    {
        auto memory = memory_.lock();
        for (auto& [id, entry] : memory->ledger.entries()) {
            if (!entry.isStored || entry.record.stage == Stage::Ended) continue;
            if (endOf(entry) > now) continue;
            if (events.size() == kMaxAtOnce) break;
            std::string why = reasonToExpire(entry);
            advance(entry, Stage::Ended);
            entry.seen |= bit(Kind::Expired);
            events.push_back(eventOf(entry, Kind::Expired, std::move(why)));
        }
        forget(*memory, now - kIdempotency);
    }
    for (Message& event : events) parts_.announce(std::move(event));
}

void Downlinks::forget(Memory& memory, Instant before) {
    for (const std::string& id : memory.ledger.forget(before, kMaxAtOnce)) parts_.state.forget(id);
}

}  // namespace runnel
