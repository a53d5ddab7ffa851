// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace runnel {

/// Why an account or a key was not made, changed or removed. `field` names what is wrong ("name",
/// "password", …; "" = the whole), `text` is a sentence for whoever asked and holds no secret.
/// Thread safety: a plain value.
struct AccountError {
    enum class Why : std::uint8_t {
        Wrong,      ///< what was asked for is not possible: `field` says where
        Missing,    ///< there is none of that name
        Taken,      ///< there is one of that name already
        LastAdmin,  ///< nobody could manage the broker any more
        Full,       ///< there are as many as the broker keeps
        Busy        ///< too many passwords are being checked: again in a few seconds
    };
    Why why{};
    std::string field;
    std::string text;
};

}  // namespace runnel
