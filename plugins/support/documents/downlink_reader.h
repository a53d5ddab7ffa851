// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runnel/document.h"

namespace runnel::documents {

/// What a JSON document asks for, by the rules of downlink_rules.h.
/// Thread safety: a pure function.
Request readRequest(const DecodeInput& input);

}  // namespace runnel::documents
