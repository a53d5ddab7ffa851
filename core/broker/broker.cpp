// SPDX-License-Identifier: Apache-2.0
#include "broker/broker.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/config_error.h"
#include "config/read_config.h"

namespace runnel {

namespace {

constexpr unsigned kTicksPerSecond = 4;

/// An `application` option without value means the first configured application, so that a
/// simulated network feeds it without being told.
Fields withApplication(const NetworkSpec& spec, const Plugin& plugin, const Config& config) {
    Fields options = spec.options;
    const auto* end = plugin.options + plugin.optionCount;
    const bool isKnown = std::any_of(plugin.options, end, [](const Option& option) {
        return std::string_view(option.name) == "application";
    });
    if (isKnown && find(options, "application") == nullptr && !config.applicationSpecs.empty()) {
        options.push_back({"application", {text(config.applicationSpecs.front().eui)}});
    }
    return options;
}

/// A new key would open none of what registry.db holds, and nobody would be told.
std::filesystem::path keyBeside(const std::filesystem::path& data) {
    std::filesystem::path key = data / "key";
    const std::filesystem::path registry = data / "registry.db";
    if (!std::filesystem::exists(registry) || std::filesystem::exists(key)) return key;
    throw ConfigError(key.string() + " is missing, but " + registry.string() +
                      " is sealed with it: put it back from a backup, or move registry.db away to "
                      "start without its tokens, users and streams");
}

}  // namespace

Broker::Broker(Config config, DropIns& dropIns, const Clock& clock, Log& log)
    : config_(std::make_shared<const Config>(std::move(config))),
      dropIns_(dropIns),
      plugins_(dropIns.plugins()),
      clock_(clock),
      log_(log),
      traffic_(clock),
      latencies_(clock),
      listeners_(log),
      certificates_(*config_, log),
      vault_(keyBeside(config_->data)),
      registryFile_(config_->data / "registry.db", log),
      objects_(registryFile_, vault_),
      tokens_(registryFile_, vault_, clock),
      templates_({.plugins = plugins_,
                  .formats = formats_,
                  .hostFor = [this](const std::string& name) -> Host& { return hostFor(name); }}),
      state_(config_->data / "state.db", clock, log),
      journal_({.file = config_->data / "journal.db",
                .retention = {.age = config_->retentionAge, .bytes = config_->retentionBytes},
                .minimumStart = Recovery::highest(state_.saved())},
               clock, log),
      catchUp_(journal_, log),
      sweeper_({.journal = journal_,
                .streams = streams_,
                .router = router_,
                .clock = clock,
                .log = log}),
      downlinks_({.devices = devices_,
                  .clock = clock,
                  .log = log,
                  .state = state_,
                  .announce = [this](Message&& event) { ingress_.announce(std::move(event)); }}),
      encoder_(encoderParts()),
      ingress_(ingressParts()),
      keeper_({.stream = {journal_, catchUp_, encoder_, changed_, log, &latencies_, &clock_},
               .tokens = tokens_,
               .streams = streams_,
               .router = router_,
               .sweeper = sweeper_,
               .health = health_,
               .doors = doors_,
               .routed = routed_},
              {.plugins = plugins_,
               .formats = formats_,
               .templates = templates_,
               .devices = devices_,
               .hostFor = [this](const std::string& name) -> Host& { return hostFor(name); }}),
      registrar_(*config_, registrarParts()),
      replays_({.journal = journal_,
                .streams = streams_,
                .catchUp = catchUp_,
                .clock = clock,
                .log = log}),
      watch_(feed_, streams_, health_),
      trafficWatch_(traffic_, ingress_, streams_),
      management_(managementParts()) {
    populate();
}

/// Everything that was saved and everything that is configured.
void Broker::populate() {
    Recovery recovery({.journal = journal_, .state = state_, .clock = clock_, .log = log_});
    const std::vector<MessagePtr> events = recovery.remind(devices_, ingress_);
    std::vector<Complaint> complaints;
    templates_.use(templates_.prepare(*config_, complaints));
    for (const Complaint& one : complaints) report("templates", {"", text(one)});
    const std::vector<StreamAt> streams = registrar_.load();
    keeper_.start(streams, recovery);
    makeTokens(streams);
    keeper_.remember(recovery.run(streams_, router_));
    routed_ = journal_.head();
    for (const auto& [name, settings] : registrar_.protocols()) {
        const LoadedPlugin* plugin = plugins_.find(PluginKind::Protocol, name);
        if (plugin != nullptr) addDoor(*plugin, settings);
    }
    addConnectors();
    downlinks_.restore(state_.saved().downlinks, events);
}

Broker::~Broker() {
    stop();
}

PluginHost& Broker::hostFor(const std::string& name) {
    auto& host = hosts_[name];
    if (!host) {
        host = std::make_unique<PluginHost>(
            name, PluginHost::Parts{log_, clock_, health_, listeners_, certificates_});
    }
    return *host;
}

void Broker::report(const std::string& part, const Error& error) {
    reportFailing(health_, log_, part, error);
}

/// Null after a report why not.
Door* Broker::addDoor(const LoadedPlugin& plugin, const Fields& settings) {
    auto door = std::make_unique<Door>(
        plugin.name,
        Door::Parts{tokens_, streams_, wrongTokens_, clock_,
                    [this](const std::string& name) { return listeners_.addressOf(name); }});
    const Status made = door->create(plugin, hostFor(plugin.name), settings);
    if (made) return (doors_[plugin.name] = std::move(door)).get();
    report("protocol " + plugin.name, made.error());
    return nullptr;
}

void Broker::start(Door& door) {
    const Status started = door.start();
    if (!started) report("protocol " + door.name(), started.error());
}

void Broker::addConnectors() {
    for (const NetworkSpec& spec : config_->networks) {
        const LoadedPlugin* plugin = plugins_.find(PluginKind::Network, spec.plugin);
        if (plugin == nullptr) {
            downlinks_.expectCarrier(spec.name);
            report("network " + spec.name,
                   {"plugin", "there is no network plugin '" + spec.plugin + "'"});
            continue;
        }
        NetworkSpec completed = spec;
        completed.options = withApplication(spec, *plugin->descriptor, *config_);
        auto connector = std::make_unique<Connector>(std::move(completed), ingress_, downlinks_);
        const Status made = connector->create(*plugin, hostFor(spec.name));
        if (made) {
            connectors_.push_back(std::move(connector));
        } else {
            downlinks_.expectCarrier(spec.name);
            report("network " + spec.name, made.error());
        }
    }
}

void Broker::start() {
    isStarted_ = true;
    state_.start([this] { return collect(); });
    ingress_.start();
    for (const auto& [name, door] : doors_) start(*door);
    keeper_.openAll();
    for (const auto& connector : connectors_) {
        const Status started = connector->start();
        if (!started) report("network " + connector->name(), started.error());
    }
    const std::size_t doorCount = doors_.size();  // from here on the API may add some
    management_.start(*config_);
    // Last: what it finds may change streams and doors.
    ticker_ = std::make_unique<Ticker>(std::chrono::milliseconds(1000 / kTicksPerSecond),
                                       [this] { tick(); });
    log_.write(Level::Info, "broker",
               "ready: " + std::to_string(streams_.all().size()) + " streams, " +
                   std::to_string(doorCount) + " protocols, " + std::to_string(connectors_.size()) +
                   " networks");
}

/// One transaction for all streams that have no token yet.
void Broker::makeTokens(std::span<const StreamAt> streams) {
    std::vector<std::string> names;
    for (const StreamAt& stream : streams) {
        if (stream.spec->tokens.empty()) names.push_back(stream.name);
    }
    for (const std::string& name : tokens_.makeMissing(names)) {
        std::string line = "made a token for stream " + name;
        line.append(": runnelctl stream show ").append(name);
        log_.write(Level::Info, "broker", line);
    }
}

void Broker::reload() {
    try {
        static_cast<void>(registrar_.reload());
    } catch (const std::exception& error) {
        log_.write(Level::Error, "broker", std::string("reload: ") + error.what());
    }
}

std::vector<Complaint> Broker::checkSettings(const Config& next) {
    std::vector<Complaint> complaints;
    nextTemplates_ = templates_.prepare(next, complaints);
    try {
        nextTls_ = certificates_.read(next);
    } catch (const std::exception& error) {
        complaints.push_back({.place = {.file = next.file.string()}, .text = error.what()});
    }
    return complaints;
}

void Broker::applySettings(const Config& next, ConfigDiff& diff) {
    if (nextTls_ != certificates_.current()) diff.settings.emplace_back("tls");
    certificates_.set(std::move(nextTls_));
    templates_.use(std::exchange(nextTemplates_, {}));
    health_.remove("templates");  // nothing is wrong with them any more
    log_.setLevel(next.logLevel);
    const auto quiet = router_.betweenBatches();
    journal_.setRetention({.age = next.retentionAge, .bytes = next.retentionBytes});
}

void Broker::tick() {
    lookForPlugins();
    if (ticks_++ % kTicksPerSecond == 0) eachSecond();
}

void Broker::lookForPlugins() {
    try {
        constexpr unsigned kRetryEvery = 10 * kTicksPerSecond;
        const auto plugins = dropIns_.look(std::chrono::steady_clock::now());
        newPlugins_.insert(newPlugins_.end(), plugins.begin(), plugins.end());
        // What could not be brought up, because of the disk for example, is tried again.
        if (newPlugins_.empty() || (plugins.empty() && ticks_ % kRetryEvery != 0)) return;
        registrar_.pluginsCame(newPlugins_);
        newPlugins_.clear();
    } catch (const std::exception& error) {
        log_.write(Level::Error, "broker", std::string("new plugins: ") + error.what());
    }
}

void Broker::eachSecond() {
    constexpr unsigned kTrimEvery = 30;
    constexpr unsigned kSaveUsedEvery = 60;
    downlinks_.tick();
    registrar_.endExpired();
    watch_.look();
    trafficWatch_.look();
    if (seconds_ % kSaveUsedEvery == 0) management_.saveUsed();
    // glibc keeps what a burst has freed: measured, 117 KB per session instead of 19.
    if (++seconds_ % kTrimEvery == 0) malloc_trim(0);
}

/// What has changed since the last call; on the state's thread.
State::Changes Broker::collect() {
    State::Changes changes;
    // First: what is routed meanwhile is in the records already, and skipped when it comes again.
    changes.checkpoint = routed_;
    for (const auto& stream : changed_.takeAll()) stream->collect(changes, clock_.now());
    // Behind the streams: whoever waited and came meanwhile is saved as present, next time.
    keeper_.collect(changes);
    return changes;
}

/// Lets connected sessions take and settle what is under way, as long as they get on with it. Looks
/// again and again: it happens once, and no stream has to tell anybody about it the rest of its
/// life.
void Broker::drain() const {
    constexpr std::chrono::milliseconds kLook{10};
    constexpr int kPatience = 150;  // looks without progress: a PING and its PONG take a second
    constexpr int kMost = 300;
    std::uint64_t lowest = UINT64_MAX;
    for (int looks = 0, idle = 0; looks < kMost && idle < kPatience; ++looks) {
        std::uint64_t left = 0;
        streams_.forEach([&](const Stream& stream) { left += stream.underWay(); });
        if (left == 0) return;
        idle = left < lowest ? 0 : idle + 1;
        lowest = std::min(lowest, left);
        std::this_thread::sleep_for(kLook);
    }
}

void Broker::stop() {
    if (!isStarted_) return;
    isStarted_ = false;
    log_.write(Level::Info, "broker", "stopping");
    management_.stop();
    for (const auto& connector : connectors_) {
        downlinks_.setConnected(connector->name(),
                                false);  // what comes now waits for the next start
        connector->stop();
    }
    ticker_.reset();
    ingress_.stop();
    drain();
    for (const auto& [name, door] : doors_) door->stop();
    catchUp_.stop();
    templates_.stop();
    state_.stop();
    log_.write(Level::Info, "broker", "stopped");
}

}  // namespace runnel
