// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runnel/document.h"
#include "runnel/protocol.h"

namespace runnel::mqtt {

/// The last level of a message's topic: "up", "join", "queued", "sent", "acknowledged",
/// "notAcknowledged", "expired", "failed", "status", "location"; "gap" for a gap notice (null).
std::string_view eventName(const Message* message);

/// A topic with places to be filled in: "site/{AppEUI}/{DeviceEUI}/{event}". What a message does
/// not have becomes "-". Thread safety: immutable once made.
class TopicPattern final {
  public:
    /// An empty pattern; isEmpty().
    TopicPattern() = default;
    /// Placeholders: AppEUI, DeviceEUI, DeviceName, GatewayEUI, Port, event, stream. An error
    /// completes "<option> …".
    static Result<TopicPattern> parse(std::string_view text);

    bool isEmpty() const { return pieces_.empty(); }
    bool has(std::string_view placeholder) const;

    /// The topic of a parcel's document; in a DeviceName `/`, `+`, `#` and control characters
    /// become
    /// `_`.
    std::string topicOf(const StreamConfig& stream, const Parcel& parcel,
                        std::size_t document) const;
    /// The same for a device that is all we know.
    std::string topicOf(const StreamConfig& stream, Eui device) const;

    /// The filter that subscribes to every topic of this pattern. Every placeholder but AppEUI and
    /// stream of `stream` becomes `+`.
    std::string filterFor(const StreamConfig& stream) const;
    /// The device in a topic that matches filterFor(); nullopt: there is none, or it is no EUI.
    std::optional<Eui> deviceIn(std::string_view topic) const;

  private:
    enum class Is : std::uint8_t {
        Text,
        AppEui,
        DeviceEui,
        DeviceName,
        GatewayEui,
        Port,
        Event,
        Stream
    };
    struct Piece {
        Is is{};
        std::string text;
    };
    struct Facts;
    std::optional<Eui> gatewayOf(const StreamConfig& stream, const Parcel& parcel,
                                 std::size_t document) const;
    std::string fill(const Facts& facts) const;
    static std::optional<Is> placeholder(std::string_view name);
    bool has(Is is) const;

    std::vector<Piece> pieces_;
};

}  // namespace runnel::mqtt
