// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "config/config.h"
#include "format/formats.h"
#include "registry/origin.h"
#include "template/template_use.h"

namespace runnel {

/// All device templates, of files and of the API, at work. Thread safety: what is const by any
/// thread; the rest by one at a time.
class Templates final {
  public:
    struct Parts {
        const Plugins& plugins;
        Formats& formats;
        std::function<Host&(const std::string&)> hostFor;
    };
    explicit Templates(Parts parts) : parts_(std::move(parts)) {}

    struct Entry {
        TemplateUsePtr use;
        Origin origin{};
        bool isSound{};  ///< made without a complaint: need not be made again
    };
    using Key = std::pair<std::string, std::uint32_t>;  ///< name and version
    using Entries = std::map<Key, Entry>;
    using Applications = std::map<Eui, std::string>;  ///< the templates that they name

    /// One version, not in use by anybody yet: its program is loaded, its format's text is checked
    /// and its examples have been run. The object that is in use already if nothing of it has
    /// changed. A codec plugin that is not there is no complaint: fields come with it.
    TemplateUsePtr make(const TemplateSpec& spec, std::vector<Complaint>& complaints);

    /// Everything that files say, made; nobody uses it yet.
    struct Filed {
        Entries entries;
        Applications applications;
    };
    Filed prepare(const Config& config, std::vector<Complaint>& complaints);
    /// Instead of what files said before.
    void use(Filed filed);
    /// Of the API. One that a file has is left as it is.
    void put(TemplateUsePtr use);
    void remove(const Key& key);
    void setApplication(Eui application, const std::string& reference);

    /// "acme@2", or "acme": its newest version. One that is not there is all trouble.
    TemplateUsePtr find(std::string_view reference) const;
    std::optional<Entry> get(const Key& key) const;
    /// Null: the application has none.
    TemplateUsePtr ofApplication(Eui application) const;
    /// Some template says how documents are to be written.
    bool haveTexts() const { return haveTexts_.load(std::memory_order_relaxed); }
    /// By name, then by version.
    std::vector<Entry> all() const;

    /// The codec plugins at work.
    std::vector<std::shared_ptr<const RunningCodec>> codecs() const;

    /// Ends the codecs; decodings under way fail.
    void stop();

  private:
    struct State {
        Entries entries;
        Applications filed, ofApi;
    };
    using StatePtr = std::shared_ptr<const State>;
    std::shared_ptr<RunningCodec> codecOf(const std::string& plugin);
    const FormatUse* checkFormat(const TemplateUse& use, std::vector<Complaint>& complaints);
    StatePtr current() const { return *current_.lock(); }
    void replace(StatePtr next);

    const Parts parts_;
    /// By plugin.
    mutable Guarded<std::map<std::string, std::shared_ptr<RunningCodec>>> codecs_;
    mutable Guarded<StatePtr> current_{std::make_shared<const State>()};
    std::atomic<bool> haveTexts_{false};
};

/// "acme@2", or "acme" with version 0: the newest.
Templates::Key templateKey(std::string_view reference);

}  // namespace runnel
