// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "runnel/message.h"

/// Stands in for journal/message_codec.h until that is there. Thread safety: pure.
namespace runnel {

inline void encode(const Message& message, std::string& out) {
    out.assign(sizeof message.device.value, '\0');
    std::memcpy(out.data(), &message.device.value, out.size());
    out.append(message.text);
}

inline Result<std::shared_ptr<Message>> decode(std::span<const std::uint8_t> body,
                                               Position position) {
    auto message = std::make_shared<Message>();
    if (body.size() < sizeof message->device.value) return Error{"", "is no message"};
    std::memcpy(&message->device.value, body.data(), sizeof message->device.value);
    message->text.assign(reinterpret_cast<const char*>(body.data()) + 8, body.size() - 8);
    message->position = position;
    return message;
}

}  // namespace runnel
