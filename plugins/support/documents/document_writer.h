// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "documents/options.h"
#include "runnel/document.h"

/// The documents that go to the application; README.md shows each. Written by hand rather than by a
/// JSON library: this is the message path. Thread safety: pure functions.
namespace runnel::documents {

/// An uplink for Kind::Uplink, an event for every other kind.
std::string writeMessage(const EncodeInput& input, const Options& options);
std::string writeReceipt(const Receipt& receipt, const Options& options);
std::string writeGap(const Gap& gap);

}  // namespace runnel::documents
