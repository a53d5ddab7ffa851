// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

namespace runnel::events {

/// Base64 as in RFC 4648 section 4, with padding.
std::string encodeBase64(const Bytes& bytes);

/// The bytes that `text` spells. Nothing for anything but complete, padded, canonical base64: no
/// white space, no other alphabet, no bits left over in the last group.
std::optional<Bytes> decodeBase64(std::string_view text);

}  // namespace runnel::events
