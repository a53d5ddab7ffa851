// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace runnel::admin {

/// `text` in quotes, escaped for JSON; a byte that is not UTF-8 becomes U+FFFD, so that whatever is
/// in a name or an error text, the document stays one.
std::string jsonString(std::string_view text);

/// Where `text` stops being UTF-8 (RFC 3629: no surrogates, nothing longer than needed, at most
/// U+10FFFF); its size if it is UTF-8 all through.
std::size_t firstNonUtf8(std::string_view text);

}  // namespace runnel::admin
