// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "downlink/downlinks.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"
#include "tests/support/state_files.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {

inline constexpr Eui kApplication{0x70B3D57ED0000001};
inline constexpr Eui kDevice{0x0080E1150529E258};

/// Remembers what it was given; fails if `complaint` is set.
class FakeCarrier final : public DownlinkCarrier {
  public:
    explicit FakeCarrier(std::string region = {}) : region_(std::move(region)) {}

    Status send(const Downlink& downlink) override {
        sent_.lock()->push_back(downlink);
        if (onSend) onSend(downlink);
        if (!complaint.empty()) return Error{"", complaint};
        return Done{};
    }
    const std::string& region() const override { return region_; }

    std::vector<Downlink> sent() { return *sent_.lock(); }
    std::size_t count() { return sent_.lock()->size(); }
    /// The first payload byte of each, in order.
    std::vector<int> payloads() {
        const std::vector<Downlink> all = sent();
        std::vector<int> bytes;
        bytes.reserve(all.size());
        for (const Downlink& downlink : all) bytes.push_back(downlink.payload.at(0));
        return bytes;
    }

    std::string complaint;
    std::function<void(const Downlink&)> onSend;

  private:
    const std::string region_;
    Guarded<std::vector<Downlink>> sent_;
};

/// One life of the broker's downlinks, from start to stop or to a crash: what is in memory.
struct DownlinkLife {
    DownlinkLife(const std::filesystem::path& file, const Devices& devices, const Clock& clock,
                 Log& log)
        : state(file, clock, log),
          downlinks({.devices = devices,
                     .clock = clock,
                     .log = log,
                     .state = state,
                     .announce = [this](Message&& event) {
                         announced.lock()->push_back(std::move(event));
                     }}) {}
    ~DownlinkLife() { state.stop(); }
    DownlinkLife(const DownlinkLife&) = delete;
    DownlinkLife& operator=(const DownlinkLife&) = delete;

    void start(std::span<const MessagePtr> events) {
        downlinks.restore(state.saved().downlinks, events);
        state.start([] { return State::Changes{}; });
    }

    Guarded<std::vector<Message>> announced;
    State state;
    Downlinks downlinks;
};

/// The desk with one device, heard through network "net", and an application stream "cloud".
class DownlinkBench {
  public:
    DownlinkBench() {
        begin();
        hear(kDevice, "net", kApplication);
    }

    /// Ends the broker's life in order and begins the next one.
    void restart() {
        life_.reset();
        begin();
    }
    /// Begins the next life with what a crash at this moment would leave.
    void crash() {
        settle();
        const std::filesystem::path old = file_;
        copyDatabase(old, newFile());
        restart();
    }
    /// What a crash within the writer's callback would leave; restart() goes on with it.
    void snapshot() {
        const std::filesystem::path old = file_;
        copyDatabase(old, newFile());
    }

    /// Returns when everything is stored and sent that can be.
    void settle() { test::settle(life_->state); }
    void connect(const std::string& network = "net") {
        downlinks().setConnected(network, true);
        settle();
    }

    void hear(Eui device, const std::string& network, std::optional<Eui> application,
              const std::string& region = {}, std::uint32_t frequencyHz = 868'100'000) {
        Message uplink;
        uplink.device = device;
        uplink.application = application;
        uplink.network = network;
        uplink.networkDevice = "address of " + text(device);
        uplink.region = region;
        uplink.frequencyHz = frequencyHz;
        const std::map<std::string, Eui> none;
        const Devices::Arrival arrival{uplink, none};
        devices.resolve({&arrival, 1});
    }

    static Grant grant(const std::string& stream = "cloud") {
        auto config = std::make_shared<StreamConfig>();
        config->name = stream;
        config->application = kApplication;
        return {1, true, true, std::move(config)};
    }
    static Grant grantFor(Eui device) {
        auto config = std::make_shared<StreamConfig>();
        config->name = "one device";
        config->device = device;
        return {1, true, true, std::move(config)};
    }
    static Downlink downlink(std::uint8_t byte = 1, std::string id = {}) {
        Downlink made;
        made.id = std::move(id);
        made.device = kDevice;
        made.payload = {byte};
        return made;
    }

    std::future<Receipt> submitted(const Grant& sender, const Downlink& wanted) {
        const auto receipt = std::make_shared<std::promise<Receipt>>();
        downlinks().submit(sender, wanted, [receipt](Receipt answer) {
            receipt->set_value(std::move(answer));  // throws if it is the second
        });
        return receipt->get_future();
    }
    Receipt submit(const Grant& sender, const Downlink& wanted) {
        Receipt receipt = submitted(sender, wanted).get();
        settle();
        return receipt;
    }
    Receipt submit(const Downlink& wanted) { return submit(grant(), wanted); }
    /// "Field: reason", "" if it was accepted.
    std::string complaint(const Grant& sender, const Downlink& wanted) {
        const Receipt receipt = submit(sender, wanted);
        return receipt.rejected ? receipt.rejected->field + ": " + receipt.rejected->reason : "";
    }
    std::string complaint(const Downlink& wanted) { return complaint(grant(), wanted); }

    /// What the network says about a downlink, after the desk has looked at it.
    Message identified(const std::string& networkId, Kind kind) { return *news(networkId, kind); }
    /// nullopt: it is a repeat.
    std::optional<Message> news(const std::string& networkId, Kind kind) {
        Message event;
        event.kind = kind;
        event.device = kDevice;
        event.downlinkId = networkId;
        if (!downlinks().identify(event)) return std::nullopt;
        return event;
    }
    /// Since the last start.
    std::vector<Message> announced() { return *life_->announced.lock(); }

    Downlinks& downlinks() { return life_->downlinks; }
    State& state() { return life_->state; }
    const std::filesystem::path& file() const { return file_; }

    Devices devices;
    ManualClock clock;
    RecordingLog log;
    FakeCarrier carrier;
    bool hasCarrier = true;             ///< from the next start on
    bool isCarrierExpected = false;     ///< without one: it is configured all the same
    std::vector<MessagePtr> journaled;  ///< events that the next start finds

  private:
    void begin() {
        life_ = std::make_unique<DownlinkLife>(file_, devices, clock, log);
        if (hasCarrier) {
            downlinks().addCarrier("net", carrier);
        } else if (isCarrierExpected) {
            downlinks().expectCarrier("net");
        }
        life_->start(journaled);
    }
    /// The file of the next life.
    std::filesystem::path newFile() {
        file_ = directory_.path() / ("state" + std::to_string(++files_) + ".db");
        return file_;
    }

    TemporaryDirectory directory_;
    int files_ = 0;
    std::filesystem::path file_ = directory_.path() / "state.db";
    std::unique_ptr<DownlinkLife> life_;
};

}  // namespace runnel::test
