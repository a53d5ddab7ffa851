// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "documents/options.h"
#include "runnel/format.h"

namespace runnel::json {

/// One JSON object per document; README.md is its reference. Thread safety: const, no state but the
/// options.
class JsonFormat final : public Format {
  public:
    explicit JsonFormat(documents::Options options) : options_{options} {}

    std::string_view contentType() const override { return "application/json"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return options_.fields; }
    Result<std::string> encode(const EncodeInput& input) const override;
    std::string encode(const Receipt& receipt) const override;
    std::string encode(const Gap& gap) const override;
    std::vector<Request> decode(const DecodeInput& input) const override;

  private:
    documents::Options options_;
};

}  // namespace runnel::json
