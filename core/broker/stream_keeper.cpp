// SPDX-License-Identifier: Apache-2.0
#include "broker/stream_keeper.h"

#include <algorithm>
#include <iterator>

#include "broker/bring_up.h"

namespace runnel {

namespace {

/// As many messages may be counted while routing waits.
constexpr Position kFewMessages = 4096;

std::string partOf(const std::string& name) {
    return "stream " + name;
}

CloseReason reasonOf(const StreamChange& change) {
    const bool isRevoked =
        std::find(change.what.begin(), change.what.end(), "token") != change.what.end();
    return isRevoked ? CloseReason::Revoked : CloseReason::Changed;
}

}  // namespace

void reportFailing(HealthBoard& health, Log& log, const std::string& part, const Error& error) {
    const std::string field = error.field.empty() ? "" : error.field + ": ";
    health.set(part, Health::Failing, field + error.reason);
    log.write(Level::Error, "broker", part + ": " + field + error.reason);
}

void StreamKeeper::report(const std::string& part, const Error& error) {
    reportFailing(parts_.health, parts_.stream.log, part, error);
}

void StreamKeeper::start(std::span<const StreamAt> streams, Recovery& recovery) {
    for (const StreamAt& stream : streams) {
        auto made = maker_.make(stream);
        if (!made) {
            report(partOf(stream.name), made.error());
            recovery.await(stream.name);
            continue;
        }
        const StreamSetup& setup = made->setup;
        const StreamRecord record = recovery.recordOf(*setup.config, setup.scope, setup.kinds);
        setTokens(*made);
        numbers_[stream.name] = made->number();
        const auto added = std::make_shared<Stream>(setup, parts_.stream, record);
        parts_.streams.add({added, made->isEnabled});
        parts_.router.add(added);
    }
}

void StreamKeeper::setTokens(const MadeStream& made) {
    parts_.tokens.assign(made.name(), made.number());
    const Status typed = parts_.tokens.setTyped(made.name(), made.typed);
    if (!typed) report(partOf(made.name()), typed.error());
}

void StreamKeeper::openAll() {
    for (const Streams::Entry& entry : parts_.streams.all()) open(entry);
}

void StreamKeeper::open(const Streams::Entry& entry) {
    if (!entry.stream || !entry.isEnabled) return;
    const StreamSetup& setup = entry.stream->setup();
    const auto door = parts_.doors.find(setup.config->protocol);
    const std::string part = partOf(setup.config->name);
    if (door == parts_.doors.end()) {
        return report(part, {"protocol",
                             "'" + setup.config->protocol + "' is not running: the stream waits"});
    }
    const bool maySend = setup.scope.level != Scope::Level::Gateway;
    const Status opened = door->second->open(Grant{0, true, maySend, setup.config});
    if (!opened) report(part, opened.error());
}

/// At every door: a downlink may come by any.
void StreamKeeper::close(std::uint64_t stream, CloseReason reason) {
    for (const auto& [name, door] : parts_.doors) {
        const Status closed = door->close(stream, reason);
        if (!closed) report("protocol " + name, closed.error());
    }
}

StreamKeeper::Plan StreamKeeper::prepare(const ConfigDiff::Streams& diff,
                                         std::vector<Complaint>& complaints) {
    Plan plan{.removed = diff.removed, .waiting = {}, .arrivals = {}};
    for (const StreamAt& stream : diff.added) {
        arrange(stream, CloseReason::Changed, plan, complaints);
    }
    for (const StreamChange& change : diff.changed) {
        arrange(change.stream, reasonOf(change), plan, complaints);
    }
    return plan;
}

void StreamKeeper::arrange(const StreamAt& stream, CloseReason reason, Plan& plan,
                           std::vector<Complaint>& complaints) {
    // Without its plugin it is not there, as after a restart.
    if (const Status found = maker_.findFormat(*stream.spec); !found) {
        plan.removed.push_back(stream.name);
        plan.waiting.emplace_back(stream.name, found.error());
        return;
    }
    auto made = maker_.make(stream);
    if (made) {
        plan.arrivals.push_back({*std::move(made), reason});
        return;
    }
    const std::string field = made.error().field.empty() ? "" : made.error().field + ": ";
    complaints.push_back({.place = stream.spec->place,
                          .text = partOf(stream.name) + ": " + field + made.error().reason});
}

void StreamKeeper::apply(const Plan& plan) {
    std::vector<std::pair<std::uint64_t, CloseReason>> ended;
    const auto end = [&](const std::string& name, CloseReason reason) {
        const auto old = numbers_.find(name);
        if (old == numbers_.end()) return;
        ended.emplace_back(old->second, reason);
        // Before any other stream gets a token that was this one's.
        if (reason != CloseReason::Changed) static_cast<void>(parts_.tokens.setTyped(name, {}));
    };
    for (const std::string& name : plan.removed) end(name, CloseReason::Removed);
    for (const Plan::Arrival& one : plan.arrivals) end(one.made.name(), one.reason);
    for (const std::string& name : plan.removed) remove(name);
    for (const auto& [name, error] : plan.waiting) {
        report(partOf(name), error);
        wait(name);
    }
    std::vector<std::uint64_t> arrived;
    for (const Plan::Arrival& one : plan.arrivals) {
        arrived.push_back(one.made.number());
        replace(one.made);
    }
    for (const auto& [number, reason] : ended) close(number, reason);
    for (const std::uint64_t number : arrived) open(parts_.streams.find(number));
    forgotten_.clear();
}

void StreamKeeper::remove(const std::string& name) {
    const auto quiet = parts_.router.betweenBatches();
    retire(name);
    parts_.tokens.assign(name, 0);
}

/// What comes from now on is the stream's, unless it has a place already.
void StreamKeeper::wait(const std::string& name) {
    StreamRecord record = newRecord(parts_.stream.journal.head());
    record.name = name;
    if (absent_.emplace(name, record).second) begun_.lock()->push_back(std::move(record));
}

void StreamKeeper::collect(State::Changes& changes) {
    const auto begun = begun_.lock();
    std::move(begun->begin(), begun->end(), std::back_inserter(changes.absent));
    begun->clear();
}

/// Between batches.
void StreamKeeper::retire(const std::string& name) {
    parts_.health.remove(partOf(name));
    if (forgotten_.contains(name)) absent_.erase(name);
    const auto found = numbers_.find(name);
    if (found == numbers_.end()) return;
    const std::uint64_t number = found->second;
    const std::shared_ptr<Stream> stream = parts_.streams.find(number).stream;
    parts_.router.remove(number);
    parts_.streams.remove(number);
    const StreamRecord last = stream->retire(parts_.routed);
    if (forgotten_.contains(name)) {
        stream->forgetPast();
    } else {
        absent_[name] = last;
    }
    numbers_.erase(found);
}

StreamRecord StreamKeeper::recordOf(const std::string& name) const {
    const auto known = absent_.find(name);
    return known == absent_.end() ? newRecord(parts_.stream.journal.head()) : known->second;
}

/// The stream takes the place of the one of the same name, if there is one. No message comes
/// between: the old one has got every batch so far, the new one counts what is journaled behind
/// that and skips it when it is routed.
void StreamKeeper::replace(const MadeStream& made) {
    const std::string name = made.name();
    auto quiet = parts_.router.betweenBatches();
    retire(name);
    const StreamSetup& setup = made.setup;
    const auto stream = std::make_shared<Stream>(
        setup, parts_.stream, continued(recordOf(name), setup.scope, setup.kinds));
    if (const Status isUp = bringUp(*stream, quiet); !isUp) {
        parts_.tokens.assign(name, 0);
        return report(partOf(name), {"", "cannot read the journal: " + isUp.error().reason +
                                             "; the stream waits for a restart"});
    }
    parts_.sweeper.lookAgain();
    parts_.streams.add({stream, made.isEnabled});
    parts_.router.add(stream);
    if (forgotten_.contains(name)) stream->forgetPast();
    stream->markChanged();
    numbers_[name] = made.number();
    absent_.erase(name);
    quiet.unlock();
    setTokens(made);
}

/// What is far behind is counted while routing goes on; `quiet` is locked again in the end.
Status StreamKeeper::bringUp(Stream& stream, std::unique_lock<std::mutex>& quiet) const {
    const Journal& journal = parts_.stream.journal;
    Position counted = stream.record().counted;
    if (const Position head = journal.head(); head > counted + kFewMessages) {
        quiet.unlock();
        Status isCounted = countMissed(journal, stream, counted, head);
        quiet.lock();
        if (!isCounted) return isCounted;
        counted = head;
    }
    const Status isExpired = expireMissed(journal, stream);
    return isExpired ? countMissed(journal, stream, counted, journal.head()) : isExpired;
}

}  // namespace runnel
