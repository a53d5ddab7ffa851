// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <string>

namespace runnel::events::test {

/// One of ChirpStack's events as JSON, written as Protobuf: what ChirpStack would send if it were
/// told to. `event` is its name, such as "up". Knows every member that the reader reads, and some
/// that it must skip.
std::string protobufOf(const Poco::JSON::Object::Ptr& json, const std::string& event);

}  // namespace runnel::events::test
