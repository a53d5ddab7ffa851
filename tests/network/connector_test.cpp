// SPDX-License-Identifier: Apache-2.0
#include "network/connector.h"

#include <gmock/gmock.h>

#include <future>
#include <stdexcept>

#include "journal/memory_journal.h"
#include "runnel/testing.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"
#include "tests/support/state_files.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {
namespace {

using ::testing::HasSubstr;

constexpr Eui kApplication{0x70B3D57ED0000001};
constexpr Eui kDevice{0x0080E1150529E258};

/// Connected as soon as it is made; sending always fails.
class EagerNetwork final : public Network {
  public:
    explicit EagerNetwork(NetworkHost& core) { core.connected(true); }
    Status start() override { throw std::runtime_error("no antenna"); }
    void committed(std::span<const Ticket>) override {}
    void resume() override {}
    Status send(const Downlink&) override { throw std::runtime_error("no air"); }
    void stop() override {}
};

Result<std::unique_ptr<Network>> makeEager(Host&, NetworkHost& core, const Fields&) {
    return std::unique_ptr<Network>(std::make_unique<EagerNetwork>(core));
}
Result<std::unique_ptr<Network>> makeThrowing(Host&, NetworkHost&, const Fields&) {
    throw std::runtime_error("no table");
}
Result<std::unique_ptr<Network>> makeNone(Host&, NetworkHost&, const Fields&) {
    return std::unique_ptr<Network>();
}

class ConnectorTest : public ::testing::Test {
  protected:
    using Factory = decltype(Plugin::network);

    ConnectorTest() {
        devices_.add(kApplication, {kDevice, "Bay 1", {}, {}, {}});
        spec_.name = "lab";
        spec_.plugin = "fake";
        state_.start([] { return State::Changes{}; });
    }
    ~ConnectorTest() override { state_.stop(); }

    Status create(Connector& connector, Factory factory) {
        Plugin descriptor;
        descriptor.network = factory;
        return connector.create({PluginKind::Network, "fake", "1", "fake.so", &descriptor}, host_);
    }
    /// The receipt of a downlink to the one device.
    Receipt submit() {
        auto config = std::make_shared<StreamConfig>();
        config->name = "cloud";
        config->application = kApplication;
        Downlink downlink;
        downlink.device = kDevice;
        downlink.payload = {1};
        const auto receipt = std::make_shared<std::promise<Receipt>>();
        downlinks_.submit({1, true, true, config}, downlink,
                          [receipt](const Receipt& answer) { receipt->set_value(answer); });
        Receipt answer = receipt->get_future().get();
        settle(state_);
        return answer;
    }

    ManualClock clock_;
    RecordingLog log_;
    FakeHost host_;
    Devices devices_;
    MemoryJournal journal_{1000};
    TemporaryDirectory directory_;
    State state_{directory_.path() / "state.db", clock_, log_};
    std::vector<Message> announced_;
    Downlinks downlinks_{{.devices = devices_,
                          .clock = clock_,
                          .log = log_,
                          .state = state_,
                          .announce = [this](Message&& event) { announced_.push_back(event); }}};
    Ingress ingress_{{.journal = journal_,
                      .devices = devices_,
                      .clock = clock_,
                      .log = log_,
                      .identify = [](Message&) { return true; },
                      .route = [](Ingress::Batch) {}}};
    NetworkSpec spec_;
};

TEST_F(ConnectorTest, CarriesDownlinksAndNamesThePluginThatThrows) {
    Connector connector(spec_, ingress_, downlinks_);
    ASSERT_TRUE(create(connector, &makeEager));
    EXPECT_THAT(connector.start().error().reason, HasSubstr("network_fake failed: no antenna"));
    EXPECT_FALSE(submit().rejected);
    ASSERT_EQ(announced_.size(), 1U);
    EXPECT_EQ(announced_[0].kind, Kind::Failed);
    EXPECT_THAT(announced_[0].text, HasSubstr("network_fake failed: no air"));
}

TEST_F(ConnectorTest, CarriesNothingWhenItCouldNotBeMade) {
    for (const Factory factory : {&makeThrowing, &makeNone}) {
        auto connector = std::make_unique<Connector>(spec_, ingress_, downlinks_);
        EXPECT_FALSE(create(*connector, factory));
        connector.reset();
        const Receipt receipt = submit();
        ASSERT_TRUE(receipt.rejected);
        EXPECT_EQ(receipt.rejected->field, "DeviceEUI");
    }
}

}  // namespace
}  // namespace runnel::test
