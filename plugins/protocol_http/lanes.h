// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "runnel/protocol.h"

namespace runnel::http {

/// A parcel that was taken and is not settled.
struct Held {
    Parcel parcel;
    Eui device;                ///< whose order counts; 0: a gap notice
    std::size_t unfinished{};  ///< documents that have neither arrived nor been refused
    std::size_t bytes{};       ///< of all its documents
    std::string refusal;       ///< why one of them can never be delivered; "": none is
};

/// One document that is to be sent.
struct Item {
    std::shared_ptr<Held> held;
    std::size_t index{};   ///< in Parcel::documents
    bool isAlone = false;  ///< not in a batch: one of its batch was refused

    const std::string& text() const { return (*held->parcel.documents)[index]; }
};

/// The order in which documents go out: a lane per device, whose next documents wait while earlier
/// ones are on their way or wait to be tried again. Lanes do not wait for each other.
/// Thread safety: none; the session's loop.
class Lanes final {
  public:
    void add(Parcel parcel);
    /// Some device has something to send.
    bool hasReady() const { return !ready_.empty(); }
    /// At least one document if hasReady(), at most `most`; of each device in order. Their devices
    /// are busy until done() or alone().
    std::vector<Item> pick(std::size_t most);
    /// What becomes of these documents is known: their devices go on.
    void done(std::span<const Item> items);
    /// They are to be sent again, each by itself and before everything else of its device.
    void alone(std::vector<Item> items);
    /// A parcel has been settled.
    void forget(const Held& held);

    /// Parcels that were added and not forgotten, and the size of their documents.
    std::size_t parcels() const { return parcels_; }
    std::size_t bytes() const { return bytes_; }

  private:
    struct Lane {
        std::deque<Item> waiting;
        bool isBusy = false;
    };
    void release(std::span<const Item> items);
    void takeFrom(Lane& lane, std::size_t most, std::vector<Item>& items);

    std::unordered_map<std::uint64_t, Lane> lanes_;  ///< busy, or with something that waits
    std::deque<std::uint64_t> ready_;                ///< not busy, with something that waits
    std::size_t parcels_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace runnel::http
