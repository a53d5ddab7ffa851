// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mqtt/packet.h"
#include "mqtt/packet_reader.h"
#include "mqtt/properties.h"

/// The body of each type of packet. What is wrong is in the reader's failure, and then what comes
/// back means nothing. The reader's origin fits the function, and its first byte was checked.
/// Thread safety: any thread.
namespace runnel::mqtt {

Connect decodeConnect(PacketReader& reader);  // sets the reader's version
Connack decodeConnack(PacketReader& reader);
Publish decodePublish(PacketReader& reader);
Ack decodeAck(PacketReader& reader);
Subscribe decodeSubscribe(PacketReader& reader);
SubscribeAck decodeSubscribeAck(PacketReader& reader);
Unsubscribe decodeUnsubscribe(PacketReader& reader);
Disconnect decodeDisconnect(PacketReader& reader);
Auth decodeAuth(PacketReader& reader);

/// The properties that stand next in the body, with their length; none in 3.1.1.
Properties decodeProperties(PacketReader& reader, Place place);

}  // namespace runnel::mqtt
