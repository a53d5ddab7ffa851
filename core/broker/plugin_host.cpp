// SPDX-License-Identifier: Apache-2.0
#include "broker/plugin_host.h"

namespace runnel {

void PluginHost::health(std::string_view part, Health health, std::string_view text) {
    if (!parts_.health.set(name_ + "/" + std::string(part), health, text)) return;
    const Level level = health == Health::Failing ? Level::Warning : Level::Info;
    const char* word = health == Health::Failing      ? "failing"
                       : health == Health::Connecting ? "connecting"
                                                      : "working";
    parts_.log.write(
        level, name_,
        std::string(part) + " is " + word + (text.empty() ? "" : ": " + std::string(text)));
}

}  // namespace runnel
