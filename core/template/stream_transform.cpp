// SPDX-License-Identifier: Apache-2.0
#include "template/stream_transform.h"

#include <algorithm>

namespace runnel {

namespace {

/// What the template says, and of the stream's options what it leaves open.
Fields merged(const Fields& stream, const Fields& own) {
    Fields all = own;
    for (const Field& field : stream) {
        if (find(own, field.name) == nullptr) all.push_back(field);
    }
    std::sort(all.begin(), all.end(),
              [](const Field& a, const Field& b) { return a.name < b.name; });
    return all;
}

bool hasPayload(const Message& message) {
    return message.kind == Kind::Uplink && (message.port != 0 || !message.payload.empty());
}

}  // namespace

TemplateUsePtr templateFor(const Templates& templates, const Devices& devices,
                           const std::string& reference, Eui device,
                           std::optional<Eui> application) {
    if (!reference.empty()) return templates.find(reference);
    const std::string own = devices.templateOf(device);
    if (!own.empty()) return templates.find(own);
    return application ? templates.ofApplication(*application) : nullptr;
}

TemplateUsePtr StreamTransform::templateFor(Eui device, std::optional<Eui> application) const {
    return runnel::templateFor(parts_.templates, parts_.devices, reference_, device, application);
}

const FormatUse& StreamTransform::reading(std::optional<Eui> device,
                                          std::optional<Eui> application) const {
    TemplateUsePtr use;
    if (device) {
        use = templateFor(*device, application);
    } else if (!reference_.empty()) {
        use = parts_.templates.find(reference_);
    } else if (application) {
        use = parts_.templates.ofApplication(*application);
    }
    return use ? *formatFor(use) : base_;
}

/// Whether a look at the device is worth its while.
bool StreamTransform::mayApply() const {
    return !reference_.empty() || base_.format->wantsFields() || parts_.templates.haveTexts();
}

StreamTransform::Showing StreamTransform::show(const MessagePtr& message) const {
    if (!mayApply()) return {&base_};
    return showBy(templateFor(message->device, message->application), message);
}

StreamTransform::Showing StreamTransform::showBy(const TemplateUsePtr& use,
                                                 const MessagePtr& message) const {
    const FormatUse* format = use ? formatFor(use) : &base_;
    if (!format->format->wantsFields()) return {format};
    return {format, use ? decodingOf(use, message) : nullptr,
            parts_.devices.tagsOf(message->device)};
}

DecodingPtr StreamTransform::decodingOf(const TemplateUsePtr& use, const MessagePtr& message) {
    const bool isDecoded = hasPayload(*message) && (use->codec() != nullptr || use->trouble());
    return isDecoded ? std::make_shared<Decoding>(use, message) : nullptr;
}

const FormatUse* StreamTransform::formatFor(const TemplateUsePtr& use) const {
    const TemplateSpec& spec = use->spec();
    if (spec.format != parts_.format.name || spec.formatOptions.empty()) return &base_;
    auto formats = formats_.lock();
    const auto known = formats->find(use);
    if (known != formats->end()) return known->second;
    std::erase_if(*formats, [](const auto& entry) { return entry.first.expired(); });
    const auto made =
        parts_.formats.get(parts_.format, parts_.host, merged(options_, spec.formatOptions));
    // Checked when the template was saved; only the stream's own options can still contradict.
    const FormatUse* format = made ? *made : &base_;
    formats->emplace(use, format);
    return format;
}

}  // namespace runnel
