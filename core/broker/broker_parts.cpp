// SPDX-License-Identifier: Apache-2.0
// What the broker's larger parts get of the others.
#include "broker/broker.h"

namespace runnel {

FieldEncoder::Parts Broker::encoderParts() {
    return {.templates = templates_,
            .devices = devices_,
            .clock = clock_,
            .log = log_,
            .next = downlinks_,
            .templateOf = [this](const StreamConfig& config) {
                const auto stream = streams_.find(config.stream).stream;
                const bool isNamed = stream && stream->setup().transform;
                return isNamed ? stream->setup().transform->reference() : std::string();
            }};
}

Ingress::Parts Broker::ingressParts() {
    return {.journal = journal_,
            .devices = devices_,
            .clock = clock_,
            .log = log_,
            .identify = [this](Message& event) { return downlinks_.identify(event); },
            .route =
                [this](Ingress::Batch batch) {
                    router_.route(batch);
                    routed_ = batch.back()->position;
                    watch_.messages(batch);
                },
            .maintain =
                [this] {
                    const auto quiet = router_.betweenBatches();
                    return sweeper_.work();
                },
            .committed = &latencies_.committed};
}

LiveRegistrar::Parts Broker::registrarParts() {
    return {.plugins = plugins_,
            .objects = objects_,
            .catalogue = catalogue_,
            .tokens = tokens_,
            .devices = devices_,
            .templates = templates_,
            .streams = streams_,
            .keeper = keeper_,
            .health = health_,
            .log = log_,
            .openDoor =
                [this](const LoadedPlugin& plugin, const Fields& settings) {
                    if (Door* door = addDoor(plugin, settings)) start(*door);
                },
            .streamsChanged = [this] { replays_.streamsChanged(); },
            .checkSettings = [this](const Config& next) { return checkSettings(next); },
            .applySettings = [this](const Config& next,
                                    ConfigDiff& diff) { applySettings(next, diff); }};
}

/// Without regard for the template that the stream has.
std::shared_ptr<const StreamTransform> Broker::transformOf(const StreamSpec& spec) {
    const LoadedPlugin* plugin = plugins_.find(PluginKind::Format, spec.format);
    if (plugin == nullptr) return nullptr;
    Host& host = hostFor("format " + spec.format);
    const auto base = formats_.get(*plugin, host, spec.formatOptions);
    if (!base) return nullptr;
    return std::make_shared<const StreamTransform>(
        StreamTransform::Parts{templates_, devices_, formats_, host, *plugin}, "",
        spec.formatOptions, **base);
}

Management::Parts Broker::managementParts() {
    const auto addressOf = [this](const std::string& name) { return listeners_.addressOf(name); };
    return {.objects = {registrar_, catalogue_, devices_, tokens_, streams_, plugins_, health_,
                        clock_, addressOf},
            .metrics = {.status = {.version = RUNNEL_VERSION,
                                   .started = clock_.now(),
                                   .clock = clock_,
                                   .journal = journal_,
                                   .ingress = ingress_,
                                   .streams = streams_,
                                   .devices = devices_,
                                   .health = health_,
                                   .networks = [this] { return config_->networks; }},
                        .replays = replays_,
                        .downlinks = downlinks_,
                        .latencies = latencies_,
                        .templates = templates_,
                        .streamLimit = [this] { return config_->admin.metricsStreams; }},
            .templates = templates_,
            .transformOf = [this](const StreamSpec& spec) { return transformOf(spec); },
            .desk = encoder_,
            .state = state_,
            .replays = replays_,
            .router = router_,
            .file = registryFile_,
            .vault = vault_,
            .feed = feed_,
            .traffic = traffic_,
            .listeners = listeners_,
            .certificates = certificates_,
            .health = health_,
            .log = log_};
}

}  // namespace runnel
