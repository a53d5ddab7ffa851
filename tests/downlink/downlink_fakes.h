// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "downlink/downlinks.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"

namespace runnel::test {

inline constexpr Eui kApplication{0x70B3D57ED0000001};
inline constexpr Eui kDevice{0x0080E1150529E258};

/// Remembers what it was given; fails if `complaint` is set.
class FakeCarrier final : public DownlinkCarrier {
  public:
    explicit FakeCarrier(std::string region = {}) : region_(std::move(region)) {}

    Status send(const Downlink& downlink) override {
        sent_.lock()->push_back(downlink);
        if (!complaint.empty()) return Error{"", complaint};
        return Done{};
    }
    const std::string& region() const override { return region_; }

    std::vector<Downlink> sent() { return *sent_.lock(); }
    /// The first payload byte of each, in order.
    std::vector<int> payloads() {
        std::vector<int> bytes;
        for (const Downlink& downlink : sent()) bytes.push_back(downlink.payload.at(0));
        return bytes;
    }

    std::string complaint;

  private:
    const std::string region_;
    Guarded<std::vector<Downlink>> sent_;
};

/// The desk with one device, heard through network "net", and an application stream "cloud".
class DownlinkBench {
  public:
    DownlinkBench() {
        downlinks.addCarrier("net", carrier);
        hear(kDevice, "net", kApplication);
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

    Receipt submit(const Grant& sender, const Downlink& wanted) {
        Receipt receipt;
        int answers = 0;
        downlinks.submit(sender, wanted, [&](Receipt answer) {
            receipt = std::move(answer);
            ++answers;
        });
        if (answers != 1) throw std::runtime_error(std::to_string(answers) + " answers");
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
    Message identified(const std::string& networkId, Kind kind) {
        Message event;
        event.kind = kind;
        event.device = kDevice;
        event.downlinkId = networkId;
        downlinks.identify(event);
        return event;
    }
    std::vector<Message> announced() { return *announced_.lock(); }

    Devices devices;
    ManualClock clock;
    RecordingLog log;
    FakeCarrier carrier;
    Downlinks downlinks{
        {.devices = devices, .clock = clock, .log = log, .announce = [this](Message&& event) {
             announced_.lock()->push_back(std::move(event));
         }}};

  private:
    Guarded<std::vector<Message>> announced_;
};

}  // namespace runnel::test
