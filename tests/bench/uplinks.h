// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "base/scope.h"

namespace runnel::bench {

/// Uplinks as a network server sends them: 1,000 applications of 50 devices, two of 200 gateways,
/// 20 bytes of payload; one message of 2 is of the application kHalf, one of 100 of kHundredth, and
/// one of 10,000 of the device kRare. Thread safety: none.
class Uplinks final {
  public:
    static constexpr Scope kHalf{Scope::Level::Application, Eui{0x70B3D57ED0000001}};
    static constexpr Scope kHundredth{Scope::Level::Application, Eui{0x70B3D57ED0000002}};
    static constexpr Scope kRare{Scope::Level::Device, Eui{0x0080E11500000001}};

    /// `isSkewed`: false leaves all applications and devices alike.
    explicit Uplinks(bool isSkewed) : isSkewed_(isSkewed) {}

    std::vector<std::shared_ptr<Message>> next(std::size_t count);

  private:
    std::shared_ptr<Message> next();

    const bool isSkewed_;
    std::uint64_t count_ = 0;
    std::mt19937_64 random_{1};
};

}  // namespace runnel::bench
