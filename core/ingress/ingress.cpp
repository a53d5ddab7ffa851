// SPDX-License-Identifier: Apache-2.0
#include "ingress/ingress.h"

#include <algorithm>
#include <chrono>

namespace runnel {

namespace {

/// LoRaWAN Regional Parameters: no data rate of any region carries more.
constexpr std::size_t kMaxPayload = 242;
constexpr std::size_t kMaxReceptions = 256;
constexpr std::size_t kMaxReported = 10'000;
constexpr std::chrono::milliseconds kFirstRetry{100};
constexpr std::chrono::milliseconds kLastRetry{5000};
constexpr std::chrono::seconds kMaintenancePeriod{1};

bool hasNothingForApplications(const Message& message) {
    return message.kind == Kind::Uplink && message.port == 0 && message.payload.empty();
}

}  // namespace

std::optional<std::string> impossible(const Message& message) {
    if (message.payload.size() > kMaxPayload) {
        return "payload has " + std::to_string(message.payload.size()) +
               " bytes, LoRaWAN carries at most 242";
    }
    if (message.receptions.size() > kMaxReceptions) {
        return "uplink lists " + std::to_string(message.receptions.size()) +
               " receptions, at most 256 are kept";
    }
    return std::nullopt;
}

Ingress::Ingress(Parts parts) : parts_(std::move(parts)) {}

Ingress::~Ingress() {
    stop();
}

void Ingress::remember(const Message& message) {
    static_cast<void>(repeats_.isRepeat(message.network, message.originId));
}

void Ingress::start() {
    queue_.lock()->isOpen = true;
    thread_ = std::thread([this] { run(); });
}

void Ingress::stop() {
    queue_.lock()->isOpen = false;
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

Admission Ingress::publish(Source& source, Message&& message, Ticket ticket) {
    if (auto reason = impossible(message)) {
        ++refused_;
        parts_.log.write(Level::Warning, "ingress",
                         "refused a message of device " + text(message.device) + " from network " +
                             source.name() + ": " + *reason);
        return {Admission::Verdict::Refused, std::move(*reason)};
    }
    const Instant now = parts_.clock.now();
    auto queue = queue_.lock();
    if (!queue->isOpen || queue->isStuck || queue->entries.size() >= kMaxWaiting) {
        queue->waiting.insert(&source);
        return {Admission::Verdict::Busy, {}};
    }
    Entry entry{nullptr, &source, ticket};
    if (hasNothingForApplications(message)) {
        ++withoutPayload_;
    } else {
        entry.message = std::make_shared<Message>(std::move(message));
        entry.message->brokerTime = now;
        entry.message->network = source.name();
    }
    queue->entries.push_back(std::move(entry));
    if (queue->entries.size() == 1) queue->since = std::chrono::steady_clock::now();
    if (queue->entries.size() == 1 || queue->entries.size() == kMaxBatch) changed_.notify_one();
    return {Admission::Verdict::Taken, {}};
}

void Ingress::announce(Message&& message) {
    auto entry = std::make_shared<Message>(std::move(message));
    entry->brokerTime = parts_.clock.now();
    auto queue = queue_.lock();
    if (queue->entries.empty()) queue->since = std::chrono::steady_clock::now();
    queue->entries.push_back({std::move(entry), nullptr, 0});
    changed_.notify_one();
}

Ingress::Counters Ingress::counters() const {
    return {taken_, refused_, repeated_, withoutPayload_, unresolved_};
}

void Ingress::run() {
    std::vector<Entry> batch;
    while (nextBatch(batch)) {
        process(batch);
        batch.clear();
        isMaintenanceDue_ = parts_.maintain();
    }
}

void Ingress::waitForEntries(Guarded<Queue>::Handle& queue) {
    const auto period = isMaintenanceDue_ ? std::chrono::seconds(0) : kMaintenancePeriod;
    changed_.wait_for(queue.underlying(), period,
                      [&] { return !queue->isOpen || !queue->entries.empty(); });
    if (queue->entries.empty()) return;
    changed_.wait_until(queue.underlying(), lastCommit_ + kCommitPeriod,
                        [&] { return !queue->isOpen || queue->entries.size() >= kMaxBatch; });
}

/// False when the queue is closed and empty. The batch is empty when maintenance is due.
bool Ingress::nextBatch(std::vector<Entry>& batch) {
    {
        auto queue = queue_.lock();
        waitForEntries(queue);
        if (queue->entries.empty()) return queue->isOpen;
        batchSince_ = queue->since;
        if (queue->entries.size() <= kMaxBatch) {
            std::swap(batch, queue->entries);
        } else {
            const auto end = queue->entries.begin() + kMaxBatch;
            std::move(queue->entries.begin(), end, std::back_inserter(batch));
            queue->entries.erase(queue->entries.begin(), end);
        }
    }
    resumeSources();
    return true;
}

/// Those that were told Busy, when there is room again.
void Ingress::resumeSources() {
    std::set<Source*> waiting;
    {
        auto queue = queue_.lock();
        queue->isStuck = false;
        if (queue->isOpen && queue->entries.size() < kMaxWaiting / 2)
            std::swap(waiting, queue->waiting);
    }
    for (Source* source : waiting) source->resume();
}

void Ingress::process(std::vector<Entry>& batch) {
    dropRepeats(batch);
    resolve(batch);
    identify(batch);
    std::vector<std::shared_ptr<Message>> messages;
    messages.reserve(batch.size());
    for (const Entry& entry : batch) {
        if (entry.message) messages.push_back(entry.message);
    }
    if (!messages.empty()) {
        lastCommit_ = std::chrono::steady_clock::now();
        if (!append(messages)) return;
        taken_ += messages.size();
        parts_.route(messages);
    }
    confirm(batch);
    if (parts_.committed != nullptr && !messages.empty()) {
        parts_.committed->observe(std::chrono::duration_cast<Histogram::Duration>(
            std::chrono::steady_clock::now() - batchSince_));
    }
}

void Ingress::dropRepeats(std::vector<Entry>& batch) {
    for (Entry& entry : batch) {
        if (!entry.message || entry.source == nullptr) continue;
        if (!repeats_.isRepeat(entry.source->name(), entry.message->originId)) continue;
        ++repeated_;
        entry.message.reset();
    }
}

void Ingress::resolve(std::span<Entry> batch) {
    std::vector<Devices::Arrival> arrivals;
    for (Entry& entry : batch) {
        if (!entry.message || entry.source == nullptr) continue;
        arrivals.push_back({*entry.message, entry.source->applications()});
    }
    parts_.devices.resolve(arrivals);
    for (const Devices::Arrival& arrival : arrivals) {
        if (!arrival.message.application) reportUnresolved(arrival.message);
    }
}

void Ingress::identify(std::span<Entry> batch) {
    for (Entry& entry : batch) {
        if (!entry.message || entry.source == nullptr) continue;
        if (entry.message->downlinkId.empty() || parts_.identify(*entry.message)) continue;
        ++repeated_;
        entry.message.reset();
    }
}

void Ingress::reportUnresolved(const Message& message) {
    ++unresolved_;
    if (reported_.size() >= kMaxReported || !reported_.insert(message.device).second) return;
    parts_.log.write(
        Level::Warning, "ingress",
        "device " + text(message.device) + " (network " + message.network + ", its application '" +
            message.networkApplication +
            "') belongs to no application EUI: only device and gateway streams get it; "
            "name the device in an application file or the application in the network's "
            "'applications' option");
}

/// Repeats a failed commit until it succeeds; false if the broker stops meanwhile.
bool Ingress::append(Batch messages) {
    std::chrono::milliseconds pause = kFirstRetry;
    while (true) {
        const Status status = parts_.journal.append(messages);
        if (status) break;
        parts_.log.write(Level::Error, "journal",
                         "cannot store " + std::to_string(messages.size()) + " messages: " +
                             status.error().reason + "; the network servers wait, trying again");
        if (parts_.journal.isDamaged()) parts_.maintain();
        auto queue = queue_.lock();
        queue->isStuck = true;
        if (changed_.wait_for(queue.underlying(), pause, [&] { return !queue->isOpen; }))
            return false;
        pause = std::min(pause * 2, kLastRetry);
    }
    if (pause > kFirstRetry) resumeSources();
    return true;
}

void Ingress::confirm(std::span<const Entry> batch) {
    std::vector<std::pair<Source*, std::vector<Ticket>>> groups;
    for (const Entry& entry : batch) {
        if (entry.source == nullptr || entry.ticket == 0) continue;
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& known) { return known.first == entry.source; });
        if (group == groups.end()) group = groups.insert(groups.end(), {entry.source, {}});
        group->second.push_back(entry.ticket);
    }
    for (const auto& [source, tickets] : groups) source->committed(tickets);
}

}  // namespace runnel
