// SPDX-License-Identifier: Apache-2.0
#include "loader/guard.h"

#include <string>

namespace runnel {

Error pluginFailed(std::string_view plugin, std::string_view what) {
    std::string reason = "plugin ";
    reason.append(plugin).append(" failed: ").append(what);
    return {"", std::move(reason)};
}

}  // namespace runnel
