// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace runnel::documents {

/// Appends a text for an element's or attribute's content in XML 1.0. Any bytes are allowed: what
/// is not UTF-8 or no character of XML becomes U+FFFD. Thread safety: a pure function.
void appendXmlText(std::string& out, std::string_view text);

}  // namespace runnel::documents
