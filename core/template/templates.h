// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "config/config.h"
#include "template/template_use.h"

namespace runnel {

/// All device templates that are configured, at work. Thread safety: find and ofApplication by any
/// thread; the others by one.
class Templates final {
  public:
    struct Parts {
        const Plugins& plugins;
        std::function<Host&(const std::string&)> hostFor;
    };
    explicit Templates(Parts parts) : parts_(std::move(parts)) {}

    /// By name and version.
    using Uses = std::map<std::pair<std::string, std::uint32_t>, TemplateUsePtr>;
    struct Next {
        Uses uses;
        std::map<Eui, std::string> applications;  ///< their templates
    };
    /// What is to run; what has not changed is the same object. Programs are loaded, nobody uses
    /// them yet. What a codec does not accept is complained about; a codec that is not there is no
    /// complaint, fields come with it.
    Next prepare(const Config& config, std::vector<Complaint>& complaints);
    void use(Next next);

    /// "acme@2", or "acme": its newest version. One that is not there is all trouble.
    TemplateUsePtr find(std::string_view reference) const;
    /// Null: the application has none.
    TemplateUsePtr ofApplication(Eui application) const;
    std::vector<TemplateUsePtr> all() const;

    /// Ends the codecs; decodings under way fail.
    void stop();

  private:
    std::shared_ptr<RunningCodec> codecOf(const std::string& plugin);

    const Parts parts_;
    std::map<std::string, std::shared_ptr<RunningCodec>> codecs_;  ///< by plugin
    mutable Guarded<std::shared_ptr<const Next>> current_{std::make_shared<const Next>()};
};

}  // namespace runnel
