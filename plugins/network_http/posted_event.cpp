// SPDX-License-Identifier: Apache-2.0
#include "posted_event.h"

#include "events/chirpstack_event.h"
#include "events/tts_event.h"
#include "plain_event.h"

namespace runnel::http {

namespace {

NetworkEvent readShape(const Poco::JSON::Object::Ptr& root, std::string_view document,
                       std::string_view event, JsonReader::Complaint& complaint) {
    const JsonReader exact(root, complaint);
    if (exact.has("deviceInfo")) return events::readChirpstack(exact, event);
    if (exact.has("end_device_ids")) return events::readTheThings(exact, document);
    const JsonReader anyCase(root, complaint, JsonReader::Keys::AnyCase);
    if (anyCase.has("DeviceEUI")) return readPlain(anyCase, document);
    complaint = Error{"",
                      "the document must have deviceInfo (ChirpStack v4), end_device_ids (The "
                      "Things Stack v3) or DeviceEUI (plain), found none of them"};
    return {};
}

}  // namespace

Result<NetworkEvent> readEvent(std::string_view document, std::string_view event) {
    const auto root = events::parseObject(document);
    if (!root) return root.error();
    JsonReader::Complaint complaint;
    NetworkEvent result = readShape(*root, document, event, complaint);
    if (complaint) return *std::move(complaint);
    return result;
}

}  // namespace runnel::http
