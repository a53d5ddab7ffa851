// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "downlink_map.h"
#include "renderer.h"
#include "runnel/format.h"

namespace runnel::templates {

/// Documents by a text with places to fill in, downlinks by a map; README.md is the reference.
/// Thread safety: const, no state but the options.
class TemplateFormat final : public Format {
  public:
    /// `fields` were validated against the option table. An error names the option and what is
    /// wrong in it.
    static Result<TemplateFormat> make(const Fields& fields);

    std::string_view contentType() const override { return contentType_; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return wantsFields_; }
    Result<std::string> encode(const EncodeInput& input) const override;
    std::string encode(const Receipt& receipt) const override;
    std::string encode(const Gap& gap) const override;
    std::vector<Request> decode(const DecodeInput& input) const override;

  private:
    TemplateFormat() = default;
    Status checkSample() const;
    Status checkBare(std::string_view text) const;
    Result<std::string> checked(std::string document) const;

    std::string contentType_;
    Escape escape_{};
    bool wantsFields_{};
    std::optional<Renderer> uplink_;
    std::optional<DownlinkMap> downlink_;
};

}  // namespace runnel::templates
