// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "admin/route.h"

namespace runnel::admin {

inline constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20U;
inline constexpr int kMaxDepth = 32;

/// The body as a JSON object, keys in their order. Throws a Problem: 415 for another content type
/// (application/json; with PATCH also application/merge-patch+json), 413 above kMaxBodyBytes, 400
/// for what parseJson refuses and for another kind of value, with what was found.
Poco::JSON::Object::Ptr jsonObject(const ApiRequest& request);
/// The same; an empty body is an empty object, whatever its content type.
Poco::JSON::Object::Ptr optionalJsonObject(const ApiRequest& request);
Poco::JSON::Array::Ptr jsonArray(const ApiRequest& request);

/// A JSON object or array (RFC 8259). Throws a Problem 400, and nothing else: not JSON, another
/// value, not UTF-8, deeper than kMaxDepth, a key twice in an object, NUL or half a surrogate pair
/// in a string, a number that neither 64 bits nor a double hold.
Poco::Dynamic::Var parseJson(std::string_view text);

/// An object that keeps the order of its keys, as all documents here do.
Poco::JSON::Object::Ptr newObject();
/// Without spaces.
std::string jsonText(const Poco::Dynamic::Var& value);
/// "a string", "an object": what a complaint says was found.
std::string_view jsonKind(const Poco::Dynamic::Var& value);

}  // namespace runnel::admin
