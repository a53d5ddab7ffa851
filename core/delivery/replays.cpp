// SPDX-License-Identifier: Apache-2.0
#include "delivery/replays.h"

#include <algorithm>
#include <iterator>

#include "delivery/replay.h"

namespace runnel {

namespace {

bool isRunning(const std::shared_ptr<Replay>& replay) {
    return replay->isRunning();
}

std::string textFor(const ReplayReport& order, const Journal& journal) {
    const Position oldest = journal.oldest();
    const bool startsAtOldest = order.position + 1 == oldest;
    if (!startsAtOldest || oldest <= journal.origin() + 1) return {};
    return "retention has removed what was received before position " + std::to_string(oldest) +
           "; sent from there on";
}

}  // namespace

Replays::Replays(Parts parts) : parts_(parts) {}

Replays::~Replays() {
    for (const auto& replay : running()) {
        replay->end(ReplayReport::State::Cancelled, "the broker ends");
    }
}

Result<ReplayReport> Replays::start(const Request& request) {
    ReplayReport order;
    order.stream = request.stream;
    order.toStream = request.toStream.empty() ? request.stream : request.toStream;
    order.from = request.from;
    order.to = request.to;
    order.started = parts_.clock.now();
    const auto source = parts_.streams.find(order.stream).stream;
    const auto target = parts_.streams.find(order.toStream).stream;
    if (!source) return Error{"stream", "there is no stream " + order.stream};
    if (!target) return Error{"toStream", "there is no stream " + order.toStream};
    if (order.from >= order.to) return Error{"to", "must be later than 'from'"};
    order.position = parts_.journal.before(order.from);
    order.through = std::min(parts_.journal.before(order.to), parts_.journal.head());
    order.text = textFor(order, parts_.journal);
    std::shared_ptr<Replay> replay;
    {
        auto table = table_.lock();
        if (std::count_if(table->replays.begin(), table->replays.end(), isRunning) >=
            static_cast<std::ptrdiff_t>(kMaxRunning)) {
            return Error{"", "16 replays are running already; wait for one to end or cancel one"};
        }
        order.id = ++table->last;
        replay = std::make_shared<Replay>(Replay::Parts{parts_.journal, parts_.catchUp, parts_.log},
                                          order, source, target);
        table->replays.push_back(replay);
        forget(*table);
    }
    parts_.log.write(Level::Info, "delivery",
                     "replay " + std::to_string(order.id) + ": stream " + order.toStream +
                         " gets the messages of stream " + order.stream + " in positions " +
                         std::to_string(order.position + 1) + " to " +
                         std::to_string(order.through) + " again; a restart of the broker ends it");
    replay->begin();
    // Replaced or removed before the replay was in the table: nobody else tells it.
    if (parts_.streams.find(order.toStream).stream != target) streamsChanged();
    return replay->report();
}

/// The oldest ones that have ended, if there are too many.
void Replays::forget(Table& table) {
    auto ended = std::count_if(table.replays.begin(), table.replays.end(),
                               [](const auto& replay) { return !replay->isRunning(); });
    while (ended > static_cast<std::ptrdiff_t>(kMaxRemembered)) {
        table.replays.erase(
            std::find_if_not(table.replays.begin(), table.replays.end(), isRunning));
        --ended;
    }
}

std::vector<std::shared_ptr<Replay>> Replays::running() const {
    auto table = table_.lock();
    std::vector<std::shared_ptr<Replay>> list;
    std::copy_if(table->replays.begin(), table->replays.end(), std::back_inserter(list), isRunning);
    return list;
}

std::vector<ReplayReport> Replays::list(const std::string& stream) const {
    auto table = table_.lock();
    std::vector<ReplayReport> reports;
    for (auto replay = table->replays.rbegin(); replay != table->replays.rend(); ++replay) {
        if ((*replay)->stream() == stream) reports.push_back((*replay)->report());
    }
    return reports;
}

std::optional<ReplayReport> Replays::find(std::uint64_t id) const {
    auto table = table_.lock();
    for (const auto& replay : table->replays) {
        if (replay->id() == id) return replay->report();
    }
    return std::nullopt;
}

bool Replays::cancel(std::uint64_t id) {
    for (const auto& replay : running()) {
        if (replay->id() == id) return replay->end(ReplayReport::State::Cancelled, "on request");
    }
    return false;
}

void Replays::streamsChanged() {
    const std::lock_guard alone(moving_);  // or an older look-up could win
    for (const auto& replay : running()) {
        auto target = parts_.streams.find(replay->toStream()).stream;
        const bool hasSource = parts_.streams.find(replay->stream()).stream != nullptr;
        if (target && hasSource) {
            replay->moveTo(std::move(target));
        } else {
            replay->end(
                ReplayReport::State::Failed,
                "stream " + (target ? replay->stream() : replay->toStream()) + " was removed");
        }
    }
}

std::size_t Replays::runningCount() const {
    return running().size();
}

}  // namespace runnel
