// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runnel/document.h"
#include "runnel/protocol.h"

namespace runnel::sessions {

/// What happened, in one word: "up", "join", "queued", "sent", "acknowledged", "notAcknowledged",
/// "expired", "failed", "status", "location", "test"; "gap" for a gap notice (null).
std::string_view eventName(const Message* message);

/// A text with places to be filled in: "site/{AppEUI}/{DeviceEUI}/{event}". What a message does not
/// have becomes "". Thread safety: immutable once made.
class Pattern final {
  public:
    enum class Is : std::uint8_t {
        Text,
        AppEui,
        DeviceEui,
        DeviceName,
        GatewayEui,
        Port,
        Event,
        Stream  ///< without its owner's EUI
    };
    struct Piece {
        Is is{};
        std::string text;
    };
    /// Makes a filled-in value fit for its place.
    using Encode = std::string (*)(const std::string& value);

    /// An empty one.
    Pattern() = default;
    /// Placeholders: AppEUI, DeviceEUI, DeviceName, GatewayEUI, Port, event, stream. An error
    /// completes "<option> …".
    static Result<Pattern> parse(std::string_view text);

    bool isEmpty() const { return pieces_.empty(); }
    bool has(Is is) const;
    /// By its placeholder's name.
    bool has(std::string_view placeholder) const;
    const std::vector<Piece>& pieces() const { return pieces_; }

    /// For a parcel's document.
    std::string fill(const StreamConfig& stream, const Parcel& parcel, std::size_t document,
                     Encode encode) const;
    /// The same for a device that is all we know.
    std::string fill(const StreamConfig& stream, std::optional<Eui> device, Encode encode) const;

    /// The stream's name without its owner's EUI.
    static std::string nameOf(const StreamConfig& stream) {
        return stream.name.substr(stream.name.find('/') + 1);
    }

  private:
    struct Facts;
    std::string fill(const Facts& facts, Encode encode) const;

    std::vector<Piece> pieces_;
};

}  // namespace runnel::sessions
