// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace runnel {

/// Something the administrator has to change before the broker can start: the text names the file
/// or key, what was found and what was expected.
class ConfigError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace runnel
