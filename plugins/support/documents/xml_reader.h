// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "documents/parsed.h"

namespace runnel::documents {

/// Parses one XML document of any bytes whose root is <Downlink>. Its children become the members:
/// those whose text is a number in the stream's documents (Type, Port, ExpiresAt, Ack) as numbers,
/// Fields by its <Field> elements, the others as texts. No document type, so no entities but XML's
/// own five. Attributes of the root are not looked at, every other but those of <Field> and <Item>
/// is a problem. Thread safety: a pure function; never throws for what the document holds.
Parsed parseXml(std::string_view document);

/// Why `document` is not well-formed, whatever its elements are; nothing if it is.
std::optional<Error> xmlProblem(std::string_view document);

}  // namespace runnel::documents
