// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <array>

namespace runnel::fuzz {
namespace {

/// Where lengths, flags and texts change their meaning.
constexpr std::array<std::uint8_t, 10> kTelling{0, 1, 2, 0x7F, 0x80, 0x81, 0xC0, 0xED, 0xFE, 0xFF};
constexpr std::size_t kMaxPart = 64;

}  // namespace

Input Mutator::next() {
    Input input = anySeed();
    for (std::size_t left = 1 + below(6); left > 0; --left) mutate(input);
    if (input.size() > kMaxBytes) input.resize(kMaxBytes);
    return input;
}

void Mutator::mutate(Input& input) {
    if (input.empty()) return insertPart(input, anySeed());
    std::uint8_t& byte = input[below(input.size())];
    switch (below(8)) {
        case 0:
        case 1:
            byte ^= static_cast<std::uint8_t>(1U << below(8));
            return;
        case 2:
            byte = kTelling[below(kTelling.size())];
            return;
        case 3:
            byte = static_cast<std::uint8_t>(byte + below(9) - 4);
            return;
        case 4:
            return erasePart(input);
        case 5:
            return insertPart(input, input);
        case 6:
            return insertPart(input, anySeed());
        default:
            return insertPart(input, {static_cast<std::uint8_t>(below(256))});
    }
}

void Mutator::erasePart(Input& input) {
    const std::size_t from = below(input.size());
    const std::size_t size = 1 + below(std::min(kMaxPart, input.size() - from));
    const auto begin = input.begin() + static_cast<std::ptrdiff_t>(from);
    input.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
}

void Mutator::insertPart(Input& input, Input from) {
    if (from.empty()) return;
    const std::size_t begin = below(from.size());
    const std::size_t size = 1 + below(from.size() - begin);
    const auto part = from.begin() + static_cast<std::ptrdiff_t>(begin);
    input.insert(input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1)), part,
                 part + static_cast<std::ptrdiff_t>(size));
}

}  // namespace runnel::fuzz
