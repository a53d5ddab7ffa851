// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runnel/protocol.h"

namespace runnel::http {

inline constexpr Eui kApplication{0x70B3D57ED0000001};
inline constexpr Eui kDevice{0x0080E1150529E258};

inline StreamConfig erp() {
    StreamConfig stream;
    stream.name = "70B3D57ED0000001/erp";
    stream.contentType = "application/json";
    stream.application = kApplication;
    stream.options = {{"url", Value{std::string("https://erp.example/hook")}}};
    return stream;
}

/// The message at position 1000 + `id` of this device.
inline Parcel parcel(std::uint64_t id, std::vector<std::string> documents, Eui device = kDevice) {
    auto message = std::make_shared<Message>();
    message->position = 1000 + id;
    message->device = device;
    message->application = kApplication;
    message->deviceName = "Bay 1/north";
    message->port = 2;
    Parcel parcel;
    parcel.id = id;
    parcel.message = std::move(message);
    parcel.documents = std::make_shared<const std::vector<std::string>>(std::move(documents));
    return parcel;
}

}  // namespace runnel::http
