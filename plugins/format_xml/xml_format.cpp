// SPDX-License-Identifier: Apache-2.0
#include "xml_format.h"

#include "documents/downlink_rules.h"
#include "documents/members.h"
#include "documents/xml_reader.h"
#include "xml_writer.h"

namespace runnel::xml {

Result<std::string> XmlFormat::encode(const EncodeInput& input) const {
    constexpr std::size_t kUsualSize = 640;
    const bool isUplink = input.message.kind == Kind::Uplink;
    ElementWriter out{isUplink ? "Uplink" : "Event", kUsualSize, options_.euiStyle};
    if (isUplink) {
        documents::writeUplinkMembers(out, input, options_);
    } else {
        documents::writeEventMembers(out, input, options_);
    }
    return std::move(out).finish();
}

std::string XmlFormat::encode(const Receipt& receipt) const {
    constexpr std::size_t kUsualSize = 256;
    ElementWriter out{"Receipt", kUsualSize, options_.euiStyle};
    documents::writeReceiptMembers(out, receipt);
    return std::move(out).finish();
}

std::string XmlFormat::encode(const Gap& gap) const {
    constexpr std::size_t kUsualSize = 160;
    ElementWriter out{"Gap", kUsualSize, options_.euiStyle};
    documents::writeGapMembers(out, gap);
    return std::move(out).finish();
}

std::vector<Request> XmlFormat::decode(const DecodeInput& input) const {
    std::vector<Request> requests;
    requests.push_back(documents::readRequest(documents::parseXml(input.document),
                                              "a <Downlink> element", input.device));
    return requests;
}

}  // namespace runnel::xml
