// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/live_registrar.h"
#include "broker/recovery.h"
#include "config/read_config.h"
#include "registry/vault.h"
#include "tests/delivery/delivery_fakes.h"
#include "tests/registry/registry_world.h"
#include "tests/support/fake_codec.h"
#include "tests/support/fake_hosts.h"

namespace runnel::test {

inline constexpr Eui kGateway{0xA84041FFFE000001};
inline constexpr Eui kApiApplication{0x70B3D57ED0000099};
inline const Scope kFileOwner{Scope::Level::Application, kApplication};
inline const Scope kApiOwner{Scope::Level::Application, kApiApplication};

/// Without options of its own but one, which a format plugin refuses when it is 13.
Result<std::unique_ptr<Format>> inline makeCounter(Host&, const Fields& options) {
    const Value* level = find(options, "level");
    if (level != nullptr && *std::get_if<std::int64_t>(&level->is) == 13) {
        return Error{"level", "is unlucky"};
    }
    return std::unique_ptr<Format>(std::make_unique<CounterFormat>());
}

inline constexpr Option kCounterOptions[] = {
    {"level", "integer 0..99", "1", "A number.", false, false},
    {"password", "text", nullptr, "A secret.", false, true}};

/// What a broker leaves on the disk, and its files.
struct RegistrarDisk {
    RegistrarDisk() {
        std::filesystem::create_directories(path() / "applications");
        std::filesystem::create_directories(path() / "gateways");
        write("runnel.yaml", "data: " + (path() / "data").string() + "\n");
        std::filesystem::create_directories(path() / "data");
        writeApplication();
    }
    const std::filesystem::path& path() const { return directory.path(); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path() / name) << text;
    }
    std::string applicationFile() const { return "applications/" + text(kApplication) + ".yaml"; }
    /// The application's file, with these lines behind its name.
    void writeApplication(const std::string& lines =
                              "devices: [{eui: 0080E1150529E258, name: Bay 1}]\n"
                              "streams: [{name: cloud, format: counter}]\n") const {
        write(applicationFile(), "name: Parking\n" + lines);
    }

    TemporaryDirectory directory;
    WatchedJournal journal{1000, MemoryJournal::kDefaultCapacity};
    ManualClock clock;
    RecordingLog log;
};

/// One life of a broker without networks, doors and listeners.
class RegistrarLife {
  public:
    explicit RegistrarLife(RegistrarDisk& disk) : disk_(disk) {
        Recovery recovery(
            {.journal = disk.journal, .state = state, .clock = disk.clock, .log = disk.log});
        const std::vector<StreamAt> all = registrar.load();
        keeper.start(all, recovery);
        std::vector<std::string> names;
        for (const StreamAt& stream : all) {
            if (stream.spec->tokens.empty()) names.push_back(stream.name);
        }
        tokens.makeMissing(names);
        keeper.remember(recovery.run(streams, router));
        routed = disk.journal.head();
        state.start([this] {
            State::Changes changes;
            changes.checkpoint = routed;
            for (const auto& stream : changed.takeAll()) stream->collect(changes, {});
            keeper.collect(changes);
            return changes;
        });
    }
    ~RegistrarLife() { state.stop(); }

    StreamSpec spec(Scope owner, const std::string& name, const std::string& token = "") const {
        StreamSpec spec;
        spec.name = name;
        (owner.level == Scope::Level::Gateway ? spec.gateway : spec.application) = owner.eui;
        spec.format = "counter";
        spec.formatOptions = {{"level", {std::int64_t{1}}}};
        if (!token.empty()) spec.tokens.push_back(typedToken(token));
        return spec;
    }
    /// With `exclusively()` held, as every caller of the registrar does.
    template <class Call>
    auto alone(Call&& call) {
        const auto lock = registrar.exclusively();
        return call();
    }
    auto put(Scope owner, const StreamSpec& spec) {
        return alone([&] { return registrar.putStream(owner, spec); });
    }
    auto putOwner(Scope owner, const std::string& name, const std::string& deviceTemplate = {}) {
        return alone([&] { return registrar.putOwner(owner, {name, deviceTemplate}); });
    }
    auto removeStream(const std::string& name) {
        return alone([&] { return registrar.removeStream(name); });
    }
    auto removeOwner(Scope owner) {
        return alone([&] { return registrar.removeOwner(owner); });
    }
    auto putDevice(Eui application, Eui device, const std::string& name = "Bay") {
        DeviceSpec spec;
        spec.eui = device;
        spec.name = name;
        return alone([&] { return registrar.putDevices(application, {&spec, 1}); });
    }
    std::vector<std::string> reload() {
        std::vector<std::string> complaints;
        for (const Complaint& one : registrar.reload().complaints) complaints.push_back(text(one));
        return complaints;
    }
    std::shared_ptr<Stream> find(const std::string& name) const {
        return streams.find(name).stream;
    }
    /// Uplinks of the application, journaled and routed.
    void publish(std::size_t count, Eui application = kApplication) {
        std::vector<std::shared_ptr<Message>> batch;
        for (std::size_t i = 0; i < count; ++i) {
            auto message = std::make_shared<Message>();
            message->application = application;
            message->device = kDevice;
            message->frameCounter = 100;
            batch.push_back(std::move(message));
        }
        if (!disk_.journal.append(batch)) throw std::runtime_error("append");
        router.route(std::span<const std::shared_ptr<Message>>(batch));
        routed = batch.back()->position;
    }
    /// The number of the stream that it opens; 0: none.
    std::uint64_t opens(const std::string& token) {
        const auto holder = tokens.find(token);
        return holder ? holder->stream : 0;
    }

    RegistrarDisk& disk_;
    Plugin counter{.options = kCounterOptions,
                   .optionCount = std::size(kCounterOptions),
                   .format = makeCounter};
    Plugin websocket{};
    FakeCodec codec;
    Plugins plugins{{{PluginKind::Format, "counter", "1", {}, &counter},
                     {PluginKind::Protocol, "websocket", "1", {}, &websocket},
                     codec.plugin()},
                    {}};
    FakeHost host;
    AcceptingDesk desk;
    Vault vault{disk_.path() / "data" / "key"};
    RegistryFile file{disk_.path() / "data" / "registry.db", disk_.log};
    Objects objects{file, vault};
    Catalogue catalogue;
    Devices devices;
    Tokens tokens{file, vault, disk_.clock};
    Formats formats;
    Templates templates{{.plugins = plugins,
                         .formats = formats,
                         .hostFor = [this](const std::string&) -> Host& { return codec; }}};
    State state{disk_.path() / "data" / "state.db", disk_.clock, disk_.log};
    ChangedStreams changed;
    CatchUp catchUp{disk_.journal, disk_.log};
    Streams streams;
    Router router;
    HealthBoard health;
    Sweeper sweeper{{disk_.journal, streams, router, disk_.clock, disk_.log}};
    StreamKeeper::Doors doors;
    std::atomic<Position> routed{0};
    std::vector<std::string> opened;  ///< doors
    StreamKeeper keeper{{.stream = {disk_.journal, catchUp, desk, changed, disk_.log},
                         .tokens = tokens,
                         .streams = streams,
                         .router = router,
                         .sweeper = sweeper,
                         .health = health,
                         .doors = doors,
                         .routed = routed},
                        {.plugins = plugins,
                         .formats = formats,
                         .templates = templates,
                         .devices = devices,
                         .hostFor = [this](const std::string&) -> Host& { return host; }}};
    LiveRegistrar registrar{
        readAll(disk_.path() / "runnel.yaml", plugins).config,
        {.plugins = plugins,
         .objects = objects,
         .catalogue = catalogue,
         .tokens = tokens,
         .devices = devices,
         .templates = templates,
         .streams = streams,
         .keeper = keeper,
         .health = health,
         .log = disk_.log,
         .openDoor = [this](const LoadedPlugin& plugin,
                            const Fields&) { opened.push_back(plugin.name); },
         .streamsChanged = [] {},
         .checkSettings = [](const Config&) { return std::vector<Complaint>{}; },
         .applySettings = [](const Config&, ConfigDiff&) {}}};
};

}  // namespace runnel::test
