// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/protocol.h"
#include "sessions/pattern.h"

namespace runnel::mqtt {

/// The last level of a message's topic; "gap" for a gap notice (null).
using sessions::eventName;

/// A topic with places to be filled in: "site/{AppEUI}/{DeviceEUI}/{event}". What a message does
/// not have becomes "-". Thread safety: immutable once made.
class TopicPattern final {
  public:
    /// An empty pattern; isEmpty().
    TopicPattern() = default;
    /// As sessions::Pattern::parse.
    static Result<TopicPattern> parse(std::string_view text);

    bool isEmpty() const { return pattern_.isEmpty(); }
    bool has(std::string_view placeholder) const { return pattern_.has(placeholder); }

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
    sessions::Pattern pattern_;
};

}  // namespace runnel::mqtt
