// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "template/stream_transform.h"
#include "tests/support/fake_codec.h"

namespace runnel::test {

/// Documents are "TEXT 7" for a decoded value, "TEXT no: REASON" for an error and "TEXT -" without
/// either, and then " at SITE" for a device with a tag "site"; TEXT is its option. With the text
/// "quiet" it wants no fields.
class FieldsFormat final : public Format {
  public:
    explicit FieldsFormat(std::string text) : text_(std::move(text)) {}

    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return text_ != "quiet"; }
    Result<std::string> encode(const EncodeInput& input) const override {
        const std::string text = textOf(input);
        if (input.tags == nullptr) return text;
        return text + " at " + valueOr<std::string>(*input.tags, "site", "");
    }
    std::string textOf(const EncodeInput& input) const {
        if (input.decodeError != nullptr) return text_ + " no: " + input.decodeError->reason;
        if (input.decoded == nullptr) return text_ + " -";
        return text_ + " " + std::to_string(valueOr<std::int64_t>(*input.decoded, "value", -1));
    }
    std::string encode(const Receipt&) const override { return {}; }
    std::string encode(const Gap&) const override { return {}; }
    std::vector<Request> decode(const DecodeInput&) const override { return {}; }

    static Result<std::unique_ptr<Format>> make(Host&, const Fields& options) {
        auto text = valueOr<std::string>(options, "text", "");
        if (text == "bad") return Error{"text", "is bad"};
        return std::unique_ptr<Format>(std::make_unique<FieldsFormat>(std::move(text)));
    }

  private:
    const std::string text_;
};

/// Device templates with a fake codec, and the format "fields" that shows what comes of it.
class TemplateBench {
  public:
    static TemplateSpec spec(std::string name, std::uint32_t version = 1) {
        TemplateSpec spec;
        spec.name = std::move(name);
        spec.version = version;
        spec.codec = "fake";
        return spec;
    }
    /// What files say from now on; returns what is wrong with it.
    std::vector<Complaint> configure(std::vector<TemplateSpec> specs,
                                     std::vector<ApplicationSpec> applications = {}) {
        Config config;
        config.templateSpecs = std::move(specs);
        config.applicationSpecs = std::move(applications);
        std::vector<Complaint> complaints;
        templates.use(templates.prepare(config, complaints));
        return complaints;
    }
    /// Of a stream that names this template, or none.
    std::shared_ptr<const StreamTransform> transform(std::string reference = {}) {
        return transform(std::move(reference), plain, *base);
    }
    std::shared_ptr<const StreamTransform> transform(std::string reference, Fields options,
                                                     const FormatUse& use) {
        return std::make_shared<const StreamTransform>(
            StreamTransform::Parts{templates, devices, formats, codec,
                                   *plugins.find(PluginKind::Format, "fields")},
            std::move(reference), std::move(options), use);
    }
    static std::shared_ptr<Message> uplink(Bytes payload, Eui device = {0xD1},
                                           Eui application = {0xA1}) {
        auto message = std::make_shared<Message>();
        message->device = device;
        message->application = application;
        message->port = 2;
        message->payload = std::move(payload);
        return message;
    }

    FakeCodec codec;
    static constexpr Option kOptions[] = {{"text", "text", "plain", "Before the value.", {}, {}}};
    Plugin format{
        .options = kOptions, .optionCount = std::size(kOptions), .format = &FieldsFormat::make};
    Plugins plugins{
        {codec.plugin(), {PluginKind::Format, "fields", "1.0.0", "/p/fields.so", &format}}, {}};
    Formats formats;
    Devices devices;
    Templates templates{{.plugins = plugins,
                         .formats = formats,
                         .hostFor = [this](const std::string&) -> Host& { return codec; }}};
    const Fields plain{{"text", {std::string("plain")}}};
    const FormatUse* const base =
        *formats.get(*plugins.find(PluginKind::Format, "fields"), codec, plain);
};

}  // namespace runnel::test
