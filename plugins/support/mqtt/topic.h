// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Topic names and topic filters, MQTT 5 §4.7 (3.1.1 says the same). Thread safety: any thread.
namespace runnel::mqtt {

/// 1 to 65,535 bytes, no wildcard, no U+0000. UTF-8 is not looked at.
bool isTopicName(std::string_view topic);

/// 1 to 65,535 bytes; `+` alone in its level, `#` alone in the last one; no U+0000. A shared
/// subscription ("$share/group/filter") is a filter, too: see isShared.
bool isTopicFilter(std::string_view filter);

bool isShared(std::string_view filter);

/// Does the topic match the filter? Both are valid and the filter is not shared. A wildcard in the
/// first level does not match a topic that begins with `$`; "a/#" matches "a", too.
bool matches(std::string_view filter, std::string_view topic);

}  // namespace runnel::mqtt
