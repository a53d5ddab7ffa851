// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "runnel/plugin.h"

namespace runnel {

/// The smallest format: a document is the payload in hexadecimal digits.
class PlainFormat : public Format {
  public:
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }

    Result<std::string> encode(const EncodeInput& input) const override {
        std::string document;
        appendHex(document, input.message.payload.data(), input.message.payload.size());
        return document;
    }
    std::string encode(const Receipt& receipt) const override { return receipt.id; }
    std::string encode(const Gap& gap) const override { return gap.reason; }
    std::vector<Request> decode(const DecodeInput&) const override {
        return {Receipt{"", std::nullopt, Error{"", "takes no downlinks"}}};
    }
};

inline Result<std::unique_ptr<Format>> createPlain(Host&, const Fields&) {
    return std::unique_ptr<Format>(std::make_unique<PlainFormat>());
}

}  // namespace runnel
