// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace runnel::documents {

/// Length in bytes (1 to 4) of the UTF-8 character that `text` starts with, 0 if the bytes are none
/// (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). `text` is not empty.
std::size_t utf8Length(std::string_view text);

}  // namespace runnel::documents
