// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runnel/values.h"

namespace runnel::network_mqtt {

/// A client identifier of 22 letters and digits, which every broker takes (MQTT 5 §3.1.3.1). It is
/// the same whenever `salt` and the options `url` and `user` are, so that the session on the broker
/// is found again, also by a runnel in a container with another host name.
std::string defaultClientId(const Fields& options, std::string_view salt);

}  // namespace runnel::network_mqtt
