// SPDX-License-Identifier: Apache-2.0
#include "broker/stream_maker.h"

namespace runnel {

namespace {

Scope scopeOf(const StreamSpec& spec) {
    if (spec.device) return {Scope::Level::Device, *spec.device};
    if (spec.gateway) return {Scope::Level::Gateway, *spec.gateway};
    return {Scope::Level::Application, *spec.application};
}

View viewOf(const StreamSpec& spec) {
    if (spec.gateway) return {View::Which::Gateway, *spec.gateway};
    if (spec.duplicates == Duplicates::Best) return {View::Which::Best, {}};
    return {View::Which::All, {}};
}

std::uint32_t kindsOf(const StreamSpec& spec) {
    std::uint32_t kinds = 0;
    for (const Kind kind : spec.events) kinds |= 1U << static_cast<unsigned>(kind);
    return kinds;
}

StreamConfig configOf(const StreamAt& stream, const Format& format) {
    const StreamSpec& spec = *stream.spec;
    StreamConfig config;
    config.name = stream.name;
    config.protocol = spec.protocol;
    config.contentType = format.contentType();
    config.isText = format.isText();
    const Scope scope = scopeOf(spec);
    config.application = stream.application;
    if (scope.level == Scope::Level::Device) config.device = scope.eui;
    if (scope.level == Scope::Level::Gateway) config.gateway = scope.eui;
    config.options = spec.protocolOptions;
    return config;
}

}  // namespace

Status StreamMaker::findFormat(const StreamSpec& spec) const {
    if (parts_.plugins.find(PluginKind::Format, spec.format) != nullptr) return Done{};
    return Error{"format", "there is no format plugin '" + spec.format + "'"};
}

std::shared_ptr<const StreamTransform> StreamMaker::transformOf(const StreamSpec& spec,
                                                                const LoadedPlugin& format,
                                                                const FormatUse& base) const {
    return std::make_shared<const StreamTransform>(
        StreamTransform::Parts{.templates = parts_.templates,
                               .devices = parts_.devices,
                               .formats = parts_.formats,
                               .host = parts_.hostFor("format " + spec.format),
                               .format = format},
        spec.deviceTemplate, spec.formatOptions, base);
}

Result<MadeStream> StreamMaker::make(const StreamAt& stream) {
    const StreamSpec& spec = *stream.spec;
    const LoadedPlugin* plugin = parts_.plugins.find(PluginKind::Format, spec.format);
    if (plugin == nullptr) return findFormat(spec).error();
    const auto format =
        parts_.formats.get(*plugin, parts_.hostFor("format " + spec.format), spec.formatOptions);
    if (!format) return format.error();
    StreamConfig config = configOf(stream, *(*format)->format);
    config.stream = ++last_;
    return MadeStream{.setup = {.config = std::make_shared<const StreamConfig>(std::move(config)),
                                .scope = scopeOf(spec),
                                .format = *format,
                                .view = viewOf(spec),
                                .kinds = kindsOf(spec),
                                .transform = transformOf(spec, *plugin, **format)},
                      .typed = spec.tokens,
                      .isEnabled = spec.isEnabled};
}

}  // namespace runnel
