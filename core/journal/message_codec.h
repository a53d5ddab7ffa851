// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "runnel/message.h"

/// Messages as they are stored: Protocol Buffers, described in FORMAT.md. What a later version adds
/// is skipped, what is missing has its default. The position is the row's key and not stored twice.
/// Thread safety: pure functions.
namespace runnel {

/// Deeper values in Message::extra are stored as null.
constexpr int kMaxValueDepth = 32;

/// Appends the message's bytes to `out`; cheapest with a string that is used again and again.
void encode(const Message& message, std::string& out);

/// An error says what is wrong with the bytes; it never throws and never reads outside of them.
Result<std::shared_ptr<Message>> decode(std::span<const std::uint8_t> body, Position position);

}  // namespace runnel
