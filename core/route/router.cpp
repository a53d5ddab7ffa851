// SPDX-License-Identifier: Apache-2.0
#include "route/router.h"

#include <algorithm>
#include <mutex>

namespace runnel {

Router::Slots& Router::slotsOf(Scope::Level level) {
    switch (level) {
        case Scope::Level::Application:
            return applications_;
        case Scope::Level::Device:
            return devices_;
        case Scope::Level::Gateway:
            break;
    }
    return gateways_;
}

void Router::add(std::shared_ptr<Stream> stream) {
    const std::unique_lock lock(mutex_);
    const Scope scope = stream->setup().scope;
    auto slot = std::make_shared<Slot>();
    slot->stream = std::move(stream);
    slotsOf(scope.level)[scope.eui].push_back(std::move(slot));
}

void Router::remove(std::uint64_t stream) {
    const std::unique_lock lock(mutex_);
    for (Slots* slots : {&applications_, &devices_, &gateways_}) {
        for (auto& [eui, list] : *slots) {
            std::erase_if(list, [&](const auto& slot) {
                return slot->stream->setup().config->stream == stream;
            });
        }
        std::erase_if(*slots, [](const auto& entry) { return entry.second.empty(); });
    }
}

void Router::matchOne(const MessagePtr& message) {
    encoded_.clear();
    if (message->application) match(applications_, *message->application, message);
    match(devices_, message->device, message);
    for (const Reception& reception : message->receptions) {
        if (reception.gateway) match(gateways_, *reception.gateway, message);
    }
    encoded_.clear();
}

/// Without the lock: sessions are woken from here.
void Router::deliverAll() {
    for (const auto& slot : touched_) {
        slot->stream->deliver(slot->items);
        slot->items.clear();
    }
    touched_.clear();
}

void Router::match(const Slots& slots, Eui eui, const MessagePtr& message) {
    const auto found = slots.find(eui);
    if (found == slots.end()) return;
    for (const auto& slot : found->second) {
        const bool isTouched = !slot->items.empty();
        // One gateway may have heard an uplink twice (two antennas).
        if (isTouched && slot->items.back()->position() == message->position) continue;
        if (!slot->stream->wants(*message)) continue;
        if (!isTouched) touched_.push_back(slot);
        slot->items.push_back(encodedFor(slot->stream->setup(), message));
    }
}

/// One that the message has already by the same template is taken instead.
void Router::share(DecodingPtr& decoding) const {
    if (!decoding) return;
    for (const EncodedPtr& encoded : encoded_) {
        if (!encoded->decoding() || encoded->decoding()->use() != decoding->use()) continue;
        decoding = encoded->decoding();
        return;
    }
}

EncodedPtr Router::encodedFor(const StreamSetup& setup, const MessagePtr& message) {
    StreamTransform::Showing showing{setup.format};
    if (setup.transform) {
        showing = setup.transform->show(message);
        share(showing.decoding);
    }
    const auto found =
        std::find_if(encoded_.begin(), encoded_.end(), [&](const EncodedPtr& encoded) {
            return encoded->view() == setup.view && encoded->showing() == showing;
        });
    if (found != encoded_.end()) return *found;
    encoded_.push_back(std::make_shared<const Encoded>(message, std::move(showing), setup.view));
    return encoded_.back();
}

}  // namespace runnel
