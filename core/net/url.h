// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace runnel::net {

/// Decoded parameters of a query string. Names are case-sensitive.
using Query = std::map<std::string, std::string, std::less<>>;

enum class PlusSign { IsPlus, IsSpace };

/// "%41b" -> "Ab" (RFC 3986 section 2.1). Nothing when a '%' is not followed by two hex digits, or
/// for %00, which no path, token or name of ours contains. Bytes are not checked to be UTF-8.
std::optional<std::string> percentDecode(std::string_view text, PlusSign plus = PlusSign::IsPlus);

/// "a=1&b=x+y&a=2" -> {a: "1", b: "x y"}: the first value of a name wins, '+' is a space, a name
/// without '=' has an empty value, empty parts are skipped. Nothing when an escape is wrong.
std::optional<Query> parseQuery(std::string_view text);

}  // namespace runnel::net
