// SPDX-License-Identifier: Apache-2.0
#include "broker/recovery.h"

#include <algorithm>

#include "base/config_error.h"
#include "broker/bring_up.h"

namespace runnel {

namespace {

constexpr Position kReminded = Repeats::kRemembered;
constexpr std::uint64_t kProgressEvery = 1'000'000;

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
    return found == saved_.end() ? firstRecord() : continued(found->second, scope, kinds);
}

/// Without a state nobody knows what was delivered: better twice than not at all.
StreamRecord Recovery::firstRecord() const {
    const bool isStateNew = !parts_.state.saved().checkpoint;
    return newRecord(isStateNew ? parts_.journal.oldest() - 1 : parts_.journal.head());
}

void Recovery::await(const std::string& stream) {
    awaited_.insert(stream);
    if (saved_.contains(stream)) return;
    StreamRecord record = firstRecord();
    record.name = stream;
    saved_.emplace(stream, std::move(record));
}

Recovery::Records Recovery::run(const Streams& streams, Router& router) {
    try {
        streams.forEach([&](Stream& stream) { check(expireMissed(parts_.journal, stream)); });
        streams.forEach([&](Stream& stream) {
            check(countMissed(parts_.journal, stream, stream.record().counted, checkpoint_));
        });
        read(checkpoint_, parts_.journal.head(),
             [&](std::span<const MessagePtr> slice) { router.route(slice); });
    } catch (const Damage&) {
        const Position head = parts_.journal.head();
        streams.forEach([&](Stream& stream) { stream.loseAll(head, 0, "journal damaged"); });
        replaceJournal();
    }
    return save(streams);
}

void Recovery::check(const Status& status) const {
    if (status) return;
    if (parts_.journal.isDamaged()) throw Damage();
    throw ConfigError("cannot read the journal: " + status.error().reason);
}

void Recovery::replaceJournal() const {
    const Status replaced = parts_.journal.replace();
    if (!replaced) throw ConfigError(replaced.error().reason);
}

void Recovery::read(Position after, Position through, const Visit& visit) const {
    const Position first = std::max(after + 1, parts_.journal.oldest());
    std::uint64_t nextReport = kProgressEvery;
    const auto visitAndReport = [&](std::span<const MessagePtr> slice, Position reached) {
        if (!slice.empty()) visit(slice);
        if (reached < first || reached - first < nextReport) return;
        nextReport += kProgressEvery;
        parts_.log.write(
            Level::Info, "journal",
            "counting what was journaled before the start: " + std::to_string(reached - first) +
                " of " + std::to_string(through + 1 - first));
    };
    check(forEachSlice(parts_.journal, {after, through}, visitAndReport));
}

Recovery::Records Recovery::save(const Streams& streams) const {
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
        if (record.counted + 1 < parts_.journal.oldest() && !awaited_.contains(name)) {
            forgotten.push_back(name);
        } else {
            kept.push_back(record);
        }
    }
    for (const std::string& name : forgotten) absent.erase(name);
    const Status status = parts_.state.begin(present, kept, forgotten);
    if (!status) throw ConfigError(status.error().reason);
    return absent;
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
        read(head - std::min(head, kReminded), head, note);
    } catch (const Damage&) {
        replaceJournal();  // run() finds that the streams' messages are gone
    }
    return events;
}

}  // namespace runnel
