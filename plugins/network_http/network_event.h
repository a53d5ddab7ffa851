// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "json_reader.h"
#include "runnel/message.h"

namespace runnel::http {

/// What one posted document turned out to be. Thread safety: a plain value.
struct NetworkEvent {
    Message message;
    std::string queueItem;  ///< ChirpStack's id of the downlink that the event is about, or ""
    std::string ignored;    ///< why there is nothing to publish; "": publish `message`
};

/// Understands a document of ChirpStack v4 (`deviceInfo`), The Things Stack v3 (`end_device_ids`)
/// or of runnel's own shape (`DeviceEUI`). `event` is the URL's parameter, which only ChirpStack
/// sends; "" means to judge by the document. The error names the member that is wrong.
Result<NetworkEvent> readEvent(std::string_view document, std::string_view event);

/// An id for messages whose server gives none: equal for equal documents.
std::string contentId(std::string_view document);

}  // namespace runnel::http
