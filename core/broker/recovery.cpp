// SPDX-License-Identifier: Apache-2.0
#include "broker/recovery.h"

#include <algorithm>

#include "base/config_error.h"
#include "broker/audit.h"

namespace runnel {

namespace {

constexpr std::size_t kSlice = 4096;
constexpr Position kReminded = Repeats::kRemembered;
constexpr std::uint64_t kProgressEvery = 1'000'000;

StreamRecord newRecord(Position start) {
    StreamRecord record;
    record.cursor = start;
    record.counted = start;
    return record;
}

}  // namespace

Recovery::Recovery(Parts parts)
    : parts_(parts),
      checkpoint_(parts.state.saved().checkpoint.value_or(parts.journal.oldest() - 1)) {
    for (const StreamRecord& record : parts.state.saved().streams) saved_[record.name] = record;
}

Position Recovery::highest(const State::Saved& saved) {
    Position highest = saved.checkpoint.value_or(0);
    for (const StreamRecord& record : saved.streams) {
        highest = std::max({highest, record.cursor, record.counted});
    }
    return highest;
}

StreamRecord Recovery::recordOf(const StreamConfig& config, Scope scope,
                                std::uint32_t kinds) const {
    const auto found = saved_.find(config.name);
    if (found == saved_.end()) {
        // Without a state nobody knows what was delivered: better twice than not at all.
        const bool isStateNew = !parts_.state.saved().checkpoint;
        return newRecord(isStateNew ? parts_.journal.oldest() - 1 : parts_.journal.head());
    }
    StreamRecord record = found->second;
    if (record.scope != scope || record.kinds != kinds) {
        // It covers other messages now: what is pending is counted anew.
        record.books.matched = record.books.done();
        record.counted = record.cursor;
    }
    return record;
}

void Recovery::run(const Streams& streams, Router& router) {
    try {
        streams.forEach([&](Stream& stream) { expire(stream); });
        streams.forEach([&](Stream& stream) { countMissed(stream); });
        read(checkpoint_, parts_.journal.head(), std::nullopt,
             [&](std::span<const MessagePtr> slice) { router.route(slice); });
    } catch (const Damage&) {
        const Position head = parts_.journal.head();
        streams.forEach([&](Stream& stream) { stream.loseAll(head, 0, "journal damaged"); });
        replaceJournal();
    }
    save(streams);
}

void Recovery::fail(const Error& error) const {
    if (parts_.journal.isDamaged()) throw Damage();
    throw ConfigError("cannot read the journal: " + error.reason);
}

void Recovery::replaceJournal() const {
    const Status replaced = parts_.journal.replace();
    if (!replaced) throw ConfigError(replaced.error().reason);
}

/// What the journal does not have any more.
void Recovery::expire(Stream& stream) {
    const StreamRecord record = stream.record();
    const Position gone = parts_.journal.oldest() - 1;
    if (record.cursor >= gone || record.books.pending() == 0) return;
    const auto left = countWanted(parts_.journal, stream, gone, record.counted);
    if (!left) fail(left.error());
    const bool isOtherJournal = record.cursor < parts_.journal.origin();
    stream.loseAll(gone, *left, isOtherJournal ? "journal lost" : "retention");
}

/// A stream that was not there for a while, or that covers other messages now.
void Recovery::countMissed(Stream& stream) {
    const StreamRecord record = stream.record();
    if (record.counted >= checkpoint_) return;
    const StreamSetup& setup = stream.setup();
    read(record.counted, checkpoint_, setup.scope, [&](std::span<const MessagePtr> slice) {
        std::vector<EncodedPtr> items;
        for (const MessagePtr& message : slice) {
            if (!stream.wants(*message) || message->position > checkpoint_) continue;
            items.push_back(std::make_shared<const Encoded>(message, *setup.format, setup.view));
        }
        stream.deliver(items);
    });
}

void Recovery::read(Position after, Position through, std::optional<Scope> scope,
                    const Visit& visit) const {
    const Position first = std::max(after + 1, parts_.journal.oldest());
    std::uint64_t nextReport = kProgressEvery;
    while (after < through) {
        const auto slice = parts_.journal.read({after, scope, kSlice});
        if (!slice) fail(slice.error());
        if (!slice->messages.empty()) visit(slice->messages);
        after = slice->through;
        if (after >= first && after - first >= nextReport) {
            nextReport += kProgressEvery;
            parts_.log.write(
                Level::Info, "journal",
                "counting what was journaled before the start: " + std::to_string(after - first) +
                    " of " + std::to_string(through + 1 - first));
        }
    }
}

void Recovery::save(const Streams& streams) const {
    State::Changes present;
    present.checkpoint = parts_.journal.head();
    auto absent = saved_;
    streams.forEach([&](const Stream& stream) {
        present.streams.push_back(stream.record());
        absent.erase(stream.setup().config->name);
    });
    std::vector<StreamRecord> kept;
    std::vector<std::string> forgotten;
    for (const auto& [name, record] : absent) {
        // Retention has passed it: nothing of what it has not delivered is left.
        if (record.counted + 1 < parts_.journal.oldest()) {
            forgotten.push_back(name);
        } else {
            kept.push_back(record);
        }
    }
    const Status status = parts_.state.begin(present, kept, forgotten);
    if (!status) throw ConfigError(status.error().reason);
}

std::vector<MessagePtr> Recovery::remind(Devices& devices, Ingress& ingress) const {
    std::vector<MessagePtr> events;
    const Position head = parts_.journal.head();
    const auto note = [&](std::span<const MessagePtr> slice) {
        for (const MessagePtr& message : slice) {
            devices.learn(*message);
            ingress.remember(*message);
            if (!message->downlinkStream.empty()) events.push_back(message);
        }
    };
    try {
        read(head - std::min(head, kReminded), head, std::nullopt, note);
    } catch (const Damage&) {
        replaceJournal();  // run() finds that the streams' messages are gone
    }
    return events;
}

}  // namespace runnel
