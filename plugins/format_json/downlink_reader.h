// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runnel/document.h"

namespace runnel::json {

/// What the application's document asks for: a Downlink, an Acknowledge, or a Receipt that says why
/// it is neither. Of several mistakes the first is reported, in this order: the document as a
/// whole, unknown and repeated members, then Type, DeviceEUI, AppEUI, Port, Data, Fields, Id,
/// ExpiresAt. A rejected Receipt carries Id and DeviceEUI if they can be read, whatever else is
/// wrong. Thread safety: a pure function.
Request readRequest(const DecodeInput& input);

}  // namespace runnel::json
