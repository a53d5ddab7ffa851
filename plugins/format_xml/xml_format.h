// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "documents/options.h"
#include "runnel/format.h"

namespace runnel::xml {

/// One XML element per document; README.md is its reference, runnel-stream.xsd its schema.
/// Thread safety: const, no state but the options.
class XmlFormat final : public Format {
  public:
    explicit XmlFormat(documents::Options options) : options_{options} {}

    std::string_view contentType() const override { return "application/xml"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return options_.fields; }
    Result<std::string> encode(const EncodeInput& input) const override;
    std::string encode(const Receipt& receipt) const override;
    std::string encode(const Gap& gap) const override;
    std::vector<Request> decode(const DecodeInput& input) const override;

  private:
    documents::Options options_;
};

}  // namespace runnel::xml
