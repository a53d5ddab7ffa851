// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "config/config.h"
#include "template/running_codec.h"

namespace runnel {

/// One version of a device template at work: its program in its codec. Lives as long as somebody
/// shows a message by it. Thread safety: const.
class TemplateUse final {
  public:
    /// Loads the program; may block. What is wrong with it is trouble().
    TemplateUse(std::shared_ptr<const TemplateSpec> spec, std::shared_ptr<RunningCodec> codec);
    /// Stands for one that is not there.
    TemplateUse(std::string title, Error trouble);
    ~TemplateUse();
    TemplateUse(const TemplateUse&) = delete;
    TemplateUse& operator=(const TemplateUse&) = delete;

    const TemplateSpec& spec() const { return *spec_; }
    /// "acme-parking@2"
    const std::string& title() const { return title_; }
    /// Null: the template has no codec, or there is trouble.
    RunningCodec* codec() const { return program_ ? codec_.get() : nullptr; }
    std::uint32_t program() const { return *program_; }
    /// Why its codec does not run, if it has one.
    const std::optional<Error>& trouble() const { return trouble_; }

  private:
    const std::string title_;
    const std::shared_ptr<const TemplateSpec> spec_;
    const std::shared_ptr<RunningCodec> codec_;
    std::optional<std::uint32_t> program_;
    std::optional<Error> trouble_;
};
using TemplateUsePtr = std::shared_ptr<const TemplateUse>;

}  // namespace runnel
