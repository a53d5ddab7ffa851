// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "format/formats.h"
#include "registry/devices.h"
#include "template/decoding.h"
#include "template/templates.h"

namespace runnel {

/// The device template that applies: `reference`, the stream's own; if that is "" the device's,
/// else the application's. Null: there is none. Thread safety: any thread.
TemplateUsePtr templateFor(const Templates& templates, const Devices& devices,
                           const std::string& reference, Eui device,
                           std::optional<Eui> application);

/// What a stream does to messages before its format writes them: finds the device template that
/// applies, the format object with the template's text, the fields, and the device's tags.
/// Thread safety: any thread.
class StreamTransform final {
  public:
    struct Parts {
        const Templates& templates;
        const Devices& devices;
        Formats& formats;
        Host& host;
        const LoadedPlugin& format;
    };
    /// `reference`: the stream's own template; "": the device's, else the application's.
    /// `options`: the stream's, for the format. `base` is made of them alone.
    StreamTransform(Parts parts, std::string reference, Fields options, const FormatUse& base)
        : parts_(parts),
          reference_(std::move(reference)),
          options_(std::move(options)),
          base_(base) {}

    struct Showing {
        const FormatUse* format;
        DecodingPtr decoding{};                ///< null: nothing is to be decoded
        std::shared_ptr<const Fields> tags{};  ///< the device's; null: none, or not wanted
        bool operator==(const Showing&) const = default;
    };
    Showing show(const MessagePtr& message) const;
    /// As by the template that is given; null: none applies.
    Showing showBy(const TemplateUsePtr& use, const MessagePtr& message) const;
    /// Null if there is nothing to decode, or nothing to decode it with.
    static DecodingPtr decodingOf(const TemplateUsePtr& use, const MessagePtr& message);

    /// Null: there is none.
    TemplateUsePtr templateFor(Eui device, std::optional<Eui> application) const;
    /// What reads an application's document, which may name its device only inside: `device` is
    /// what is known without a look at it.
    const FormatUse& reading(std::optional<Eui> device, std::optional<Eui> application) const;
    /// The stream's own template; "": it names none.
    const std::string& reference() const { return reference_; }

  private:
    bool mayApply() const;
    const FormatUse* formatFor(const TemplateUsePtr& use) const;

    const Parts parts_;
    const std::string reference_;
    const Fields options_;
    const FormatUse& base_;
    /// By template, which an entry does not keep at work.
    using FormatsInUse =
        std::map<std::weak_ptr<const TemplateUse>, const FormatUse*, std::owner_less<>>;
    mutable Guarded<FormatsInUse> formats_;
};

}  // namespace runnel
