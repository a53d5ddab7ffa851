// SPDX-License-Identifier: Apache-2.0
#include "documents/downlink_reader.h"

#include "documents/downlink_rules.h"
#include "documents/json_reader.h"

namespace runnel::documents {

Request readRequest(const DecodeInput& input) {
    return readRequest(parseJson(input.document), "a JSON object", input.device);
}

}  // namespace runnel::documents
