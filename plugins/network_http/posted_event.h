// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "events/network_event.h"

namespace runnel::http {

using events::NetworkEvent;

/// Understands a document of ChirpStack v4 (`deviceInfo`), The Things Stack v3 (`end_device_ids`)
/// or of runnel's own shape (`DeviceEUI`). `event` is the URL's parameter, which only ChirpStack
/// sends; "" means to judge by the document. The error names the member that is wrong.
Result<NetworkEvent> readEvent(std::string_view document, std::string_view event);

}  // namespace runnel::http
