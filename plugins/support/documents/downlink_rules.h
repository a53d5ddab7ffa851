// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "documents/parsed.h"
#include "runnel/document.h"

namespace runnel::documents {

/// What the application's document asks for: a Downlink, an Acknowledge, or a Receipt that says why
/// it is neither. The root of `parsed` has to hold the members (Type, DeviceEUI, …), names in any
/// case; `expected` names such a root, as in "must be a JSON object". Of several mistakes the first
/// is reported, in this order: the document as a whole, unknown and repeated members, then Type,
/// DeviceEUI, AppEUI, Port, Data, Fields, Id, ExpiresAt. A rejected Receipt carries Id and
/// DeviceEUI if they can be read, whatever else is wrong. A Downlink with Fields and no Port has
/// port 0: the codec's. `address` is the device that the
/// transport's own address names. Thread safety: a pure function.
Request readRequest(const Parsed& parsed, std::string_view expected, std::optional<Eui> address);

/// A value as the end of a reason: ", found the text \"x\"".
std::string found(const Value& value);

}  // namespace runnel::documents
