// SPDX-License-Identifier: Apache-2.0
#include "template/decoding.h"

#include <map>

namespace runnel {

bool Decoding::claim() {
    State expected = State::New;
    return state_.compare_exchange_strong(expected, State::Begun);
}

void Decoding::begin(std::span<const DecodingPtr> decodings) {
    std::map<RunningCodec*, std::vector<RunningCodec::Task>> tasks;
    for (const DecodingPtr& one : decodings) {
        if (!one->claim()) continue;
        RunningCodec* codec = one->use_->codec();
        if (codec == nullptr) {
            one->error_ = one->use_->trouble();
            one->finish();
            continue;
        }
        const Message& message = *one->message_;
        CodecJob job;
        job.program = one->use_->program();
        job.device = message.device;
        job.port = message.port;
        job.payload = message.payload;
        job.time = message.networkTime.value_or(message.brokerTime);
        tasks[codec].push_back({std::move(job), one});
    }
    for (auto& [codec, list] : tasks) codec->decode(list);
}

void Decoding::answered(CodecAnswer&& answer) {
    if (answer.fields) {
        fields_ = std::move(*answer.fields);
        hasFields_ = true;
    } else {
        error_ = answer.fields.error();
    }
    finish();
}

void Decoding::finish() {
    std::vector<std::weak_ptr<DecodingWaiter>> waiters;
    {
        auto waiting = waiters_.lock();
        state_.store(State::Done, std::memory_order_release);
        waiters.swap(*waiting);
    }
    for (const auto& one : waiters) {
        if (const auto waiter = one.lock()) waiter->decoded();
    }
}

bool Decoding::tell(std::weak_ptr<DecodingWaiter> waiter) {
    auto waiting = waiters_.lock();
    if (isDone()) return false;
    waiting->push_back(std::move(waiter));
    return true;
}

}  // namespace runnel
