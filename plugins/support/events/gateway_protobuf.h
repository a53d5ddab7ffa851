// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "events/protobuf_reader.h"
#include "runnel/message.h"

/// What ChirpStack's gw.proto says about the radio. Thread safety: as ProtobufReader.
namespace runnel::events {

/// UplinkTxInfo: frequency and data rate.
void readTxInfo(ProtobufReader txInfo, Message& message);

/// UplinkRxInfo. An empty `region` gets what the gateway says about it.
Reception readReception(ProtobufReader rx, std::string& region);

}  // namespace runnel::events
