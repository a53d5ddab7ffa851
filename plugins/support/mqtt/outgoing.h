// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace runnel::mqtt {

/// The publishes of QoS 1 that a sender has on their way: a window of packet ids, each with its
/// sender's token. Ids are given in order, so that the window is one run of them and an
/// acknowledgement finds its entry at once; they rise through reconnects, as MQTT 5 §4.4 demands.
/// Thread safety: none.
class Outgoing final {
  public:
    using Token = std::uint64_t;

    /// `limit`: 1 to 65,534 entries.
    explicit Outgoing(std::uint16_t limit) : limit_(limit) {}

    /// From now on; entries beyond it stay.
    void setLimit(std::uint16_t limit) { limit_ = limit; }
    /// How many more may be added. An entry counts until all before it are acknowledged, too.
    std::size_t room() const { return size() < limit_ ? limit_ - size() : 0; }
    std::size_t size() const { return entries_.size() - head_; }

    /// The packet id for a new publish; there is room. `token` is not 0.
    std::uint16_t add(Token token);
    /// nullopt: not on its way.
    std::optional<Token> tokenOf(std::uint16_t packetId) const;
    /// The token of this id, once; nullopt: not on its way.
    std::optional<Token> acknowledged(std::uint16_t packetId);

    /// An id that no entry has, nor will have soon: for SUBSCRIBE.
    std::uint16_t spareId() const {
        return static_cast<std::uint16_t>((firstId_ + kIds - 2) % kIds + 1);
    }

    struct Entry {
        std::uint16_t packetId{};
        Token token{};  ///< 0: acknowledged
    };
    /// The entry at a place below size(), oldest first.
    Entry at(std::size_t place) const { return {idAt(place), entries_[head_ + place]}; }

  private:
    static constexpr std::uint32_t kIds = 65'535;

    std::uint16_t idAt(std::size_t place) const {
        return static_cast<std::uint16_t>((firstId_ - 1 + place) % kIds + 1);
    }
    std::size_t placeOf(std::uint16_t packetId) const {
        return (packetId + kIds - firstId_) % kIds;
    }
    void trim();

    std::vector<Token> entries_;  ///< [head_, end); 0: acknowledged
    std::size_t head_ = 0;
    std::uint32_t firstId_ = 1;  ///< of entries_[head_]
    std::uint16_t limit_;
};

}  // namespace runnel::mqtt
