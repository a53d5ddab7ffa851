// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// A WebSocket client's frames, right ones and wrong ones.
namespace runnel::test {

struct FrameOptions {
    bool isFinal = true;
    bool isMasked = true;
};

/// `opcode` may carry reserved bits (0x40, 0x20, 0x10).
inline std::string clientFrame(unsigned opcode, std::string_view payload,
                               FrameOptions options = {}) {
    constexpr std::string_view kMask{"\x37\xFA\x21\x3D", 4};
    const unsigned masked = options.isMasked ? 0x80U : 0U;
    std::string frame{static_cast<char>((options.isFinal ? 0x80U : 0U) | opcode)};
    const std::size_t size = payload.size();
    const unsigned lengthBytes = size > 0xFFFF ? 8 : size > 125 ? 2 : 0;
    frame += static_cast<char>(masked | (lengthBytes == 8   ? 127U
                                         : lengthBytes == 2 ? 126U
                                                            : static_cast<unsigned>(size)));
    for (unsigned i = lengthBytes; i > 0; --i) frame += static_cast<char>(size >> (8 * (i - 1)));
    if (!options.isMasked) return frame.append(payload);
    frame += kMask;
    for (std::size_t i = 0; i < size; ++i) {
        frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
    }
    return frame;
}

inline std::string clientClose(std::uint16_t code, std::string_view reason) {
    std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    return clientFrame(8, payload.append(reason));
}

inline std::span<const std::uint8_t> frameBytes(std::string_view bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace runnel::test
