// SPDX-License-Identifier: Apache-2.0
#include "events/tts_downlink.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

#include "events/base64.h"
#include "events/tts_event.h"

namespace runnel::events {

std::string theThingsDownlink(const Downlink& downlink) {
    using Poco::JSON::Array;
    using Poco::JSON::Object;
    Array::Ptr correlations = new Array;
    correlations->add(std::string(kCorrelationPrefix) + downlink.id);
    Object::Ptr item = new Object;
    item->set("frm_payload", encodeBase64(downlink.payload));
    item->set("f_port", static_cast<int>(downlink.port));
    item->set("confirmed", downlink.isConfirmed);
    item->set("priority", "NORMAL");
    item->set("correlation_ids", correlations);
    Array::Ptr items = new Array;
    items->add(item);
    Object body;
    body.set("downlinks", items);
    std::ostringstream out;
    body.stringify(out);
    return out.str();
}

}  // namespace runnel::events
