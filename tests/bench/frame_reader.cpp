// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/frame_reader.h"

namespace runnel::bench {

namespace {

constexpr std::size_t kMaxPayload = std::size_t{1} << 20U;

struct Header {
    std::size_t size;
    std::size_t payload;
};

/// A size of 0: more bytes are needed.
Header readHeader(std::string_view bytes) {
    if (bytes.size() < 2) return {0, 0};
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t shortLength = at(1);
    if (shortLength < 126) return {2, shortLength};
    const std::size_t size = shortLength == 126 ? 4 : 10;
    if (bytes.size() < size) return {0, 0};
    std::size_t payload = 0;
    for (std::size_t i = 2; i < size; ++i) payload = payload << 8U | at(i);
    return {size, payload};
}

bool isKnown(unsigned first) {
    return first == 0x81 || first == 0x88 || first == 0x89 || first == 0x8A;
}

}  // namespace

bool FrameReader::feed(std::string_view bytes, Events& events) {
    if (incomplete_.empty()) {
        if (!readAll(bytes, events)) return false;
        incomplete_ = bytes;
        return true;
    }
    incomplete_ += bytes;
    std::string_view rest = incomplete_;
    if (!readAll(rest, events)) return false;
    incomplete_.erase(0, incomplete_.size() - rest.size());
    if (incomplete_.empty()) incomplete_.shrink_to_fit();
    return true;
}

bool FrameReader::readAll(std::string_view& bytes, Events& events) {
    while (!bytes.empty()) {
        const auto first = static_cast<unsigned char>(bytes.front());
        const Header header = readHeader(bytes);
        if (!isKnown(first) || header.payload > kMaxPayload) return false;
        if (header.size == 0 || bytes.size() < header.size + header.payload) return true;
        events.frame(
            {static_cast<FrameKind>(first & 0x0FU), bytes.substr(header.size, header.payload)});
        bytes.remove_prefix(header.size + header.payload);
    }
    return true;
}

}  // namespace runnel::bench
