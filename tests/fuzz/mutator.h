// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace runnel::fuzz {

using Input = std::vector<std::uint8_t>;

/// Makes inputs out of seeds: some bits, bytes and ranges changed, taken out, doubled or taken from
/// another seed. The same number gives the same inputs. Thread safety: none.
class Mutator final {
  public:
    static constexpr std::size_t kMaxBytes = 4096;

    /// `seeds`: at least one.
    Mutator(std::vector<Input> seeds, std::uint64_t number)
        : seeds_(std::move(seeds)), random_(number) {}

    /// At most kMaxBytes.
    Input next();

  private:
    std::size_t below(std::size_t count) { return count == 0 ? 0 : random_() % count; }
    const Input& anySeed() { return seeds_[below(seeds_.size())]; }
    void mutate(Input& input);
    void erasePart(Input& input);
    void insertPart(Input& input, Input from);

    std::vector<Input> seeds_;
    std::mt19937_64 random_;
};

}  // namespace runnel::fuzz
