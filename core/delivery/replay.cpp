// SPDX-License-Identifier: Apache-2.0
#include "delivery/replay.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace runnel {

Replay::Replay(Parts parts, ReplayReport order, std::shared_ptr<Stream> source,
               std::shared_ptr<Stream> target)
    : parts_(parts),
      order_(std::move(order)),
      source_(std::move(source)),
      course_(
          Course{.target = std::move(target), .position = order_.position, .text = order_.text}) {}

bool Replay::isRunning() const {
    return course_.lock()->state == State::Running;
}

ReplayReport Replay::report() const {
    ReplayReport report = order_;
    report.arrived = counts_->arrived;
    report.refused = counts_->refused;
    report.sent = counts_->sent;
    auto course = course_.lock();
    report.state = course->state;
    report.position = course->position;
    report.text = course->text;
    return report;
}

void Replay::begin() {
    const auto target = course_.lock()->target;
    if (!target) return;  // it has ended
    // One that has just been replaced: moveTo() is about to come.
    if (!target->openReplay(order_.id, counts_, weak_from_this())) return;
    if (!isRunning()) {  // it has ended meanwhile, and found nothing to close
        target->closeReplay(order_.id);
        return;
    }
    parts_.catchUp.request(shared_from_this());
}

void Replay::moveTo(std::shared_ptr<Stream> target) {
    const auto before = course_.lock()->target;
    if (!before || before == target) return;  // ended, or there already
    const auto oldest = before->closeReplay(order_.id);
    {
        auto course = course_.lock();
        if (course->state != State::Running) return;
        if (oldest) course->position = std::min(course->position, *oldest - 1);
        course->target = std::move(target);
    }
    begin();
}

bool Replay::end(State state, std::string_view why) {
    std::shared_ptr<Stream> target;
    {
        auto course = course_.lock();
        if (course->state != State::Running) return false;
        course->state = state;
        if (!why.empty()) course->text = why;
        target = std::exchange(course->target, nullptr);
    }
    target->closeReplay(order_.id);
    const char* word = state == State::Done     ? " is done"
                       : state == State::Failed ? " has failed"
                                                : " is cancelled";
    parts_.log.write(state == State::Failed ? Level::Warning : Level::Info, "delivery",
                     "replay " + std::to_string(order_.id) + " of stream " + order_.stream + word +
                         (why.empty() ? "" : ": " + std::string(why)) + "; " +
                         std::to_string(counts_->sent) + " sent, " +
                         std::to_string(counts_->arrived) + " arrived, " +
                         std::to_string(counts_->refused) + " refused");
    return true;
}

Chore::Then Replay::takeTurn() {
    std::shared_ptr<Stream> target;
    Position position = 0;
    {
        auto course = course_.lock();
        if (course->state != State::Running) return Then::Rest;
        target = course->target;
        position = course->position;
    }
    switch (target->replayAppetite(order_.id)) {
        case ReplayLane::Appetite::Hungry:
            return feed(target, position);
        case ReplayLane::Appetite::Done:
            end(State::Done, "");
            break;
        case ReplayLane::Appetite::Full:
        case ReplayLane::Appetite::Gone:  // moveTo() or end() will come
            break;
    }
    return Then::Rest;
}

Chore::Then Replay::feed(const std::shared_ptr<Stream>& target, Position after) {
    noteLoss(after);
    const auto slice = parts_.journal.read({after, source_->setup().scope, ReplayLane::kSlice});
    if (!slice) {
        parts_.log.write(Level::Error, "delivery",
                         "replay " + std::to_string(order_.id) +
                             " cannot read the journal: " + slice.error().reason);
        return Then::TryAgain;
    }
    // A slice that leads nowhere is the journal's end.
    const bool isLast = slice->through >= order_.through || slice->through <= after;
    // A stream that has just been replaced takes nothing: after moveTo() it is read again.
    if (!target->feedReplay(order_.id, wanted(slice->messages), isLast)) return Then::Rest;
    auto course = course_.lock();
    if (course->target != target) return Then::Rest;
    course->position = isLast ? order_.through : slice->through;
    return Then::GoOn;
}

std::vector<MessagePtr> Replay::wanted(const std::vector<MessagePtr>& messages) const {
    std::vector<MessagePtr> list;
    std::copy_if(
        messages.begin(), messages.end(), std::back_inserter(list), [&](const MessagePtr& message) {
            return message->position <= order_.through && message->brokerTime >= order_.from &&
                   message->brokerTime < order_.to && source_->wants(*message);
        });
    return list;
}

void Replay::noteLoss(Position after) {
    const Position oldest = parts_.journal.oldest();
    if (oldest <= after + 1) return;
    course_.lock()->text = "retention removed messages up to position " +
                           std::to_string(std::min(oldest - 1, order_.through)) +
                           " before they were sent again";
}

}  // namespace runnel
