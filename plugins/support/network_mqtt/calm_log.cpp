// SPDX-License-Identifier: Apache-2.0
#include "network_mqtt/calm_log.h"

#include <utility>

namespace runnel::network_mqtt {

void CalmLog::warn(const std::string& what) {
    ++count_;
    if (last_ && loop_.now() - *last_ < std::chrono::seconds(1)) {
        ++unsaid_;
        return;
    }
    last_ = loop_.now();
    const std::uint64_t more = std::exchange(unsaid_, 0);
    host_.log(Level::Warning,
              more == 0 ? what : what + " (and " + std::to_string(more) + " more before)");
}

}  // namespace runnel::network_mqtt
