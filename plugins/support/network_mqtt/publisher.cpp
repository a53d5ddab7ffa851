// SPDX-License-Identifier: Apache-2.0
#include "network_mqtt/publisher.h"

#include <utility>

namespace runnel::network_mqtt {

void Publisher::publish(Message&& message, Ticket ticket) {
    if (!isBusy() && offer(message, ticket)) return;
    waiting_.push_back({std::move(message), ticket});
    client_.pause();
}

void Publisher::resume() {
    while (isBusy() && offer(waiting_.front().message, waiting_.front().ticket)) {
        waiting_.pop_front();
    }
    if (!isBusy()) client_.resume();
}

/// False when the core is busy: the message is untouched.
bool Publisher::offer(Message& message, Ticket ticket) {
    const Eui device = message.device;
    const Admission admission = network_.publish(std::move(message), ticket);
    if (admission.verdict == Admission::Verdict::Busy) return false;
    if (admission.verdict == Admission::Verdict::Refused) {
        log_.warn("refused a message of " + text(device) + ": " + admission.reason);
        if (ticket != 0) client_.acknowledge(ticket);
    }
    return true;
}

}  // namespace runnel::network_mqtt
