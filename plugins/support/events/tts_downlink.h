// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runnel/document.h"

namespace runnel::events {

/// The document that pushes one downlink into The Things Stack's queue, by HTTP or MQTT. Its
/// correlation id is kCorrelationPrefix and the downlink's id, so that later events name it.
/// Thread safety: any thread.
std::string theThingsDownlink(const Downlink& downlink);

}  // namespace runnel::events
