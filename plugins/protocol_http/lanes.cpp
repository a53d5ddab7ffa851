// SPDX-License-Identifier: Apache-2.0
#include "lanes.h"

#include <utility>

namespace runnel::http {

void Lanes::add(Parcel parcel) {
    auto held = std::make_shared<Held>();
    held->device = parcel.message ? parcel.message->device : Eui{};
    held->unfinished = parcel.documents->size();
    for (const std::string& document : *parcel.documents) held->bytes += document.size();
    held->parcel = std::move(parcel);
    ++parcels_;
    bytes_ += held->bytes;
    Lane& lane = lanes_[held->device.value];
    if (lane.waiting.empty() && !lane.isBusy) ready_.push_back(held->device.value);
    for (std::size_t i = 0; i < held->unfinished; ++i) lane.waiting.push_back({held, i});
}

std::vector<Item> Lanes::pick(std::size_t most) {
    std::vector<Item> items;
    while (!ready_.empty() && items.size() < most) {
        Lane& lane = lanes_.at(ready_.front());
        if (lane.waiting.front().isAlone) {
            if (!items.empty()) break;
            most = 1;
        }
        ready_.pop_front();
        lane.isBusy = true;
        takeFrom(lane, most, items);
    }
    return items;
}

void Lanes::takeFrom(Lane& lane, std::size_t most, std::vector<Item>& items) {
    do {
        items.push_back(std::move(lane.waiting.front()));
        lane.waiting.pop_front();
    } while (!lane.waiting.empty() && items.size() < most && !lane.waiting.front().isAlone);
}

void Lanes::done(std::span<const Item> items) {
    release(items);
}

void Lanes::alone(std::vector<Item> items) {
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
        item->isAlone = true;
        lanes_.at(item->held->device.value).waiting.push_front(*item);
    }
    release(items);
}

void Lanes::release(std::span<const Item> items) {
    for (const Item& item : items) {
        const auto found = lanes_.find(item.held->device.value);
        if (found == lanes_.end() || !found->second.isBusy) continue;  // by another of them
        if (found->second.waiting.empty()) {
            lanes_.erase(found);
        } else {
            found->second.isBusy = false;
            ready_.push_back(found->first);
        }
    }
}

void Lanes::forget(const Held& held) {
    --parcels_;
    bytes_ -= held.bytes;
}

}  // namespace runnel::http
