// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <js/TypeDecls.h>

#include <string>

namespace runnel::javascript {

/// Takes the pending exception: "TypeError: x is undefined (line 3, column 7)". "was stopped" if
/// there is none, as after an interrupt. At most kMaxText bytes; calls no code of the script.
std::string takeException(JSContext* context);

inline constexpr std::size_t kMaxText = 500;

/// At most kMaxText bytes of it, whole characters.
std::string shortened(std::string text);

/// Its characters as UTF-8, at most kMaxText bytes; for what is no string, "(no text)".
std::string textOf(JSContext* context, JS::HandleValue value);

}  // namespace runnel::javascript
