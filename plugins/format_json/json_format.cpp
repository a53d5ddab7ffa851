// SPDX-License-Identifier: Apache-2.0
#include "json_format.h"

#include "documents/document_writer.h"
#include "documents/downlink_reader.h"

namespace runnel::json {

Result<std::string> JsonFormat::encode(const EncodeInput& input) const {
    return documents::writeMessage(input, options_);
}

std::string JsonFormat::encode(const Receipt& receipt) const {
    return documents::writeReceipt(receipt, options_);
}

std::string JsonFormat::encode(const Gap& gap) const {
    return documents::writeGap(gap);
}

std::vector<Request> JsonFormat::decode(const DecodeInput& input) const {
    std::vector<Request> requests;
    requests.push_back(documents::readRequest(input));
    return requests;
}

}  // namespace runnel::json
