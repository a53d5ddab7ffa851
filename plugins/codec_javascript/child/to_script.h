// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <js/TypeDecls.h>

#include <string_view>

#include "runnel/values.h"

/// The broker's values as a script sees them. Each returns false with a pending exception when
/// memory runs out. Thread safety: the engine's thread, inside the script's realm.
namespace runnel::javascript {

/// Integers become numbers, exact up to 2^53.
bool toScript(JSContext* context, const Value& value, JS::MutableHandleValue out);
bool toScript(JSContext* context, const Fields& fields, JS::MutableHandleValue out);

/// An array of numbers.
bool bytesToScript(JSContext* context, std::string_view bytes, JS::MutableHandleValue out);

/// Defines it, whatever setters the script has put into Object.prototype.
bool define(JSContext* context, JS::HandleObject object, const char* name, JS::HandleValue value);

}  // namespace runnel::javascript
