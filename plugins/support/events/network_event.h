// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/message.h"

namespace runnel::events {

/// What one document of a network server turned out to be. Thread safety: a plain value.
struct NetworkEvent {
    Message message;
    std::string queueItem;  ///< ChirpStack's id of the downlink that the event is about, or ""
    std::string ignored;    ///< why there is nothing to publish; "": publish `message`
};

/// An id for messages whose server gives none: equal for equal documents.
std::string contentId(std::string_view document);

/// Checks a connector's option `applications`, a map of the network server's application ids to
/// application EUIs. The core resolves with it; a typing error must not wait for an uplink.
std::optional<Error> checkApplications(const Fields& options);

}  // namespace runnel::events
