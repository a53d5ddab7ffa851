// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace runnel::mqtt {

/// May these bytes be a text (MQTT 5 §1.5.4)? UTF-8 as in RFC 3629, so no overlong forms, no
/// surrogates, nothing beyond U+10FFFF; and no U+0000. Thread safety: any thread.
bool isText(std::string_view bytes);

}  // namespace runnel::mqtt
