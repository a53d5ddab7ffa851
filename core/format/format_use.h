// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "runnel/format.h"

namespace runnel {

/// A format object with its options, shared by all streams that ask for the same, and the name to
/// blame when it throws. Lives as long as the broker. Thread safety: const.
struct FormatUse {
    std::string plugin;
    std::unique_ptr<const Format> format;
};

}  // namespace runnel
