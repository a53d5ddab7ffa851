// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/log.h"
#include "delivery/catch_up.h"
#include "delivery/stream.h"
#include "tests/support/forwarding_journal.h"

namespace runnel::test {

inline constexpr Eui kApplication{0x70B3D57ED0000001};
inline constexpr Eui kDevice{0x0080E1150529E258};

/// The record of a stream that is new and starts behind this position.
inline StreamRecord startingBehind(Position position) {
    StreamRecord record;
    record.cursor = record.counted = position;
    return record;
}

/// Documents are the frame counter; 13 throws, 14 cannot be said, 15 is filtered.
class CounterFormat final : public Format {
  public:
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }
    Result<std::string> encode(const EncodeInput& input) const override {
        if (onEncode) std::exchange(onEncode, nullptr)();
        const std::uint32_t counter = input.message.frameCounter;
        if (counter == 13) throw std::runtime_error("thirteen");
        if (counter == 14) return Error{"FrameCounter", "fourteen"};
        if (counter == 15) return std::string();
        return std::to_string(counter) + (input.isReplay ? " again" : "");
    }
    std::string encode(const Receipt& receipt) const override {
        return receipt.rejected ? "no " + receipt.rejected->reason : "yes " + receipt.id;
    }
    std::string encode(const Gap& gap) const override {
        return "gap " + std::to_string(gap.messages);
    }
    std::vector<Request> decode(const DecodeInput& input) const override {
        if (input.document == "throw") throw std::runtime_error("decode");
        if (input.document.substr(0, 4) == "ack ") {
            return {Acknowledge{std::stoull(std::string(input.document.substr(4)))}};
        }
        Downlink downlink;
        downlink.id = input.document;
        return {downlink};
    }

    mutable std::function<void()> onEncode;  ///< called once; set it before somebody takes
};

class AcceptingDesk final : public DownlinkDesk {
  public:
    void submit(const Grant& grant, Downlink downlink, Answer answer) override {
        if (!grant.maySend) return answer({downlink.id, downlink.device, Error{"", "may not"}});
        answer({downlink.id, downlink.device, {}});
    }
};

class QuietLog final : public Log {
  public:
    void write(Level, std::string_view, std::string_view) override {}
};

/// Counts ready() so that a test can wait for it.
class FakeSession final : public Session {
  public:
    void ready() override {
        if (throwsWhenReady) throw std::runtime_error("not ready");
        const std::lock_guard lock(mutex_);
        ++readies_;
        changed_.notify_all();
    }
    void answer(Ticket ticket, std::vector<std::string> receipts, bool isAccepted) override {
        if (!isAccepted) rejections.push_back(ticket);
        answers.emplace_back(ticket, std::move(receipts));
    }
    void close(CloseReason reason, std::string_view) override { closedFor = reason; }

    /// Waits until ready() was called more than `seen` times; returns how often it was called.
    int waitReady(int seen) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return readies_ > seen; })) {
            throw std::runtime_error("no ready() within 10 s");
        }
        return readies_;
    }
    int readies() {
        const std::lock_guard lock(mutex_);
        return readies_;
    }

    std::vector<std::pair<Ticket, std::vector<std::string>>> answers;
    std::vector<Ticket> rejections;
    bool throwsWhenReady = false;
    std::optional<CloseReason> closedFor;

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int readies_ = 0;
};

/// A journal whose reads can be watched, held up or made to fail.
class WatchedJournal final : public ForwardingJournal {
  public:
    using ForwardingJournal::ForwardingJournal;

    Result<Slice> read(const ReadRequest& request) const override {
        if (onRead) onRead(request);
        if (failures > 0) {
            --failures;
            return Error{"", "disk on fire"};
        }
        return ForwardingJournal::read(request);
    }

    std::function<void(const ReadRequest&)> onRead;  ///< set it before somebody reads
    mutable std::atomic<int> failures{0};
};

/// A stream with everything around it, and a client that takes like a protocol plugin would.
class Bench {
  public:
    explicit Bench(std::size_t capacity = MemoryJournal::kDefaultCapacity)
        : journal(1000, capacity),
          catchUp(journal, log),
          stream(makeStream(startingBehind(journal.head()))) {}

    std::shared_ptr<Stream> makeStream(const StreamRecord& record) {
        return std::make_shared<Stream>(setup(), StreamParts{journal, catchUp, desk, changed, log},
                                        record);
    }

    /// Journals and routes `count` uplinks whose frame counters continue at `nextCounter`.
    void publish(std::size_t count) { route(append(count)); }
    /// Journals them only.
    std::vector<MessagePtr> append(std::size_t count) {
        std::vector<std::shared_ptr<Message>> batch;
        for (std::size_t i = 0; i < count; ++i) {
            auto message = std::make_shared<Message>();
            message->application = kApplication;
            message->device = kDevice;
            message->frameCounter = nextCounter++;
            message->brokerTime = Instant(std::chrono::seconds(message->frameCounter));
            batch.push_back(std::move(message));
        }
        if (!journal.append(batch)) throw std::runtime_error("append");
        return {batch.begin(), batch.end()};
    }
    void route(const std::vector<MessagePtr>& messages) {
        std::vector<EncodedPtr> items;
        items.reserve(messages.size());
        for (const MessagePtr& message : messages) {
            items.push_back(std::make_shared<const Encoded>(message, use, View{}));
        }
        if (!items.empty()) stream->deliver(items);
    }
    /// What the journal has behind this position, at most a slice.
    std::vector<MessagePtr> readBehind(Position position) const {
        return journal
            .ForwardingJournal::read({position, stream->setup().scope, Journal::kMaxSlice})
            ->messages;
    }
    /// What the broker's retention does: the stream is told, then the journal removes.
    void retain() {
        while (const auto through = journal.due({})) {
            std::vector<Position> wanted;
            for (const MessagePtr& message : readBehind(journal.oldest() - 1)) {
                if (message->position <= *through) wanted.push_back(message->position);
            }
            stream->lose(*through, wanted, "retention");
            if (!journal.trim(*through)) throw std::runtime_error("trim");
        }
    }
    /// What the broker saves now and then.
    State::Changes collect() {
        State::Changes changes;
        for (const auto& each : changed.takeAll()) {
            each->collect(changes, Instant(std::chrono::seconds(77)));
        }
        return changes;
    }
    /// A new broker with what was saved, and messages behind `checkpoint` routed again.
    void restart(const StreamRecord& saved, Position checkpoint) {
        stream = makeStream(saved);
        route(readBehind(checkpoint));
    }

    struct Client {
        std::shared_ptr<FakeSession> session = std::make_shared<FakeSession>();
        std::shared_ptr<SessionHost> host;
        std::vector<Parcel> parcels;
        int seen = 0;

        /// Takes everything there is now.
        std::size_t take(std::size_t maxParcels = 100'000, std::size_t maxBytes = 1 << 30) {
            return host->take(parcels, maxParcels, maxBytes);
        }
        /// Takes until it has `count` parcels, waiting for ready() in between.
        void takeUntil(std::size_t count) {
            while (parcels.size() < count) {
                if (take() == 0) seen = session->waitReady(seen);
            }
        }
        std::vector<std::string> documents() const {
            std::vector<std::string> all;
            for (const Parcel& parcel : parcels) {
                all.insert(all.end(), parcel.documents->begin(), parcel.documents->end());
            }
            return all;
        }
        void settleAll() { host->settleThrough(parcels.back().id); }
    };

    Client attach(const SessionRequest& request = {}) {
        Client client;
        client.host =
            stream->attach(Grant{1, true, true, stream->setup().config}, request, client.session);
        return client;
    }

    const CounterFormat& format() const { return static_cast<const CounterFormat&>(*use.format); }
    StreamSetup setup() {
        auto config = std::make_shared<StreamConfig>();
        config->stream = 1;
        config->name = "test/stream";
        config->application = kApplication;
        return {.config = std::move(config),
                .scope = {Scope::Level::Application, kApplication},
                .format = &use,
                .view = {},
                .kinds = 1U << static_cast<unsigned>(Kind::Uplink)};
    }

    QuietLog log;
    AcceptingDesk desk;
    FormatUse use{"format_counter", std::make_unique<CounterFormat>()};
    WatchedJournal journal;
    ChangedStreams changed;
    CatchUp catchUp;
    std::shared_ptr<Stream> stream;
    std::uint32_t nextCounter = 100;
};

}  // namespace runnel::test
