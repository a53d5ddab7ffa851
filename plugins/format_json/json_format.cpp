// SPDX-License-Identifier: Apache-2.0
#include "json_format.h"

#include "document_writer.h"
#include "downlink_reader.h"

namespace runnel::json {

Result<std::string> JsonFormat::encode(const EncodeInput& input) const {
    return writeMessage(input, options_);
}

std::string JsonFormat::encode(const Receipt& receipt) const {
    return writeReceipt(receipt, options_);
}

std::string JsonFormat::encode(const Gap& gap) const {
    return writeGap(gap);
}

std::vector<Request> JsonFormat::decode(const DecodeInput& input) const {
    std::vector<Request> requests;
    requests.push_back(readRequest(input));
    return requests;
}

}  // namespace runnel::json
