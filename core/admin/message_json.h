// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <optional>
#include <string_view>

#include "runnel/message.h"

/// Messages as the management API shows them. Thread safety: pure.
namespace runnel::admin {

/// "uplink", "notAcknowledged", "status": the words of `events:` in a file, and "test".
std::string_view kindText(Kind kind);
std::optional<Kind> parseKind(std::string_view text);

/// {position,kind,device,received,…}: what is unknown is left out.
Poco::JSON::Object::Ptr messageJson(const Message& message);

}  // namespace runnel::admin
