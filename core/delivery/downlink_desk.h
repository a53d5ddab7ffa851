// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "runnel/protocol.h"

namespace runnel {

/// Where delivery hands in what an application asked for. Thread safety: any thread, does not
/// block.
class DownlinkDesk {
  public:
    virtual ~DownlinkDesk() = default;

    /// Answers exactly once, when the downlink is stored or refused; from any thread, possibly at
    /// once.
    using Answer = std::function<void(Receipt)>;
    virtual void submit(const Grant& grant, Downlink downlink, Answer answer) = 0;
};

}  // namespace runnel
