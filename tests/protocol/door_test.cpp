// SPDX-License-Identifier: Apache-2.0
#include "protocol/door.h"

#include <gmock/gmock.h>

#include <functional>
#include <stdexcept>

#include "tests/delivery/delivery_fakes.h"
#include "tests/support/fake_hosts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class DoorTest : public ::testing::Test {
  protected:
    DoorTest() {
        add("cloud", "websocket", {Scope::Level::Application, kApplication}, true);
        add("broker", "mqtt", {Scope::Level::Application, kApplication}, true);
        add("off", "websocket", {Scope::Level::Application, kApplication}, false);
        add("roof", "websocket", {Scope::Level::Gateway, Eui{1}}, true);
    }

    /// A stream whose token is "token of <name>".
    void add(const std::string& name, const std::string& protocol, Scope scope, bool isEnabled) {
        auto config = std::make_shared<StreamConfig>();
        config->stream = ++lastStream_;
        config->name = name;
        config->protocol = protocol;
        tokens_.assign(name, lastStream_);
        TokenSpec token;
        token.text = "token of " + name;
        ASSERT_TRUE(tokens_.setTyped(name, {&token, 1}));
        StreamSetup setup{.config = config,
                          .scope = scope,
                          .format = &use_,
                          .view = {},
                          .kinds = 1U << static_cast<unsigned>(Kind::Uplink)};
        streams_.add({std::make_shared<Stream>(
                          std::move(setup), StreamParts{journal_, catchUp_, desk_, changed_, log_},
                          startingBehind(journal_.head())),
                      isEnabled});
    }
    Denial::Why denied(const std::string& token, const std::string& peer = "192.0.2.1") {
        const auto grant = door_.authenticate(token, peer, false);
        if (grant) throw std::runtime_error("it was granted");
        return grant.error().why;
    }

    QuietLog log_;
    AcceptingDesk desk_;
    ManualClock clock_;
    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    MemoryJournal journal_{1000};
    CatchUp catchUp_{journal_, log_};
    ChangedStreams changed_;
    TemporaryDirectory directory_;
    Vault vault_{directory_.path() / "key"};
    RegistryFile file_{directory_.path() / "registry.db", log_};
    Tokens tokens_{file_, vault_, clock_};
    Streams streams_;
    WrongTokens wrongTokens_;
    std::string place_ = "port 8883";
    std::uint64_t lastStream_ = 0;
    Door door_{"websocket",
               {tokens_, streams_, wrongTokens_, clock_,
                [this](const std::string& name) { return name == "mqtt" ? place_ : ""; }}};
};

TEST_F(DoorTest, GrantsATokenOfItsOwnStream) {
    const auto grant = door_.authenticate("token of cloud", "192.0.2.1", false);
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->stream->name, "cloud");
    EXPECT_TRUE(grant->mayReceive);
    EXPECT_TRUE(grant->maySend);
}

TEST_F(DoorTest, LetsAGatewayStreamSendNothing) {
    const auto grant = door_.authenticate("token of roof", "192.0.2.1", false);
    ASSERT_TRUE(grant);
    EXPECT_TRUE(grant->mayReceive);
    EXPECT_FALSE(grant->maySend);
}

TEST_F(DoorTest, DeniesAnUnknownToken) {
    EXPECT_EQ(denied("no such token"), Denial::Why::UnknownToken);
    EXPECT_EQ(denied(""), Denial::Why::UnknownToken);
}

TEST_F(DoorTest, ThrottlesUnknownTokensButNeverARightOne) {
    for (int i = 0; i < 30; ++i) EXPECT_EQ(denied("wrong"), Denial::Why::UnknownToken);
    EXPECT_EQ(denied("wrong"), Denial::Why::Throttled);
    EXPECT_TRUE(door_.authenticate("token of cloud", "192.0.2.1", false));
    EXPECT_EQ(denied("wrong", "192.0.2.2"), Denial::Why::UnknownToken);
    clock_.advance(std::chrono::minutes(1));
    EXPECT_EQ(denied("wrong"), Denial::Why::UnknownToken);
}

TEST_F(DoorTest, DeniesADisabledStream) {
    EXPECT_EQ(denied("token of off"), Denial::Why::Disabled);
}

TEST_F(DoorTest, NamesThePlaceWhereAnotherProtocolsTokenBelongs) {
    const auto grant = door_.authenticate("token of broker", "192.0.2.1", false);
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().why, Denial::Why::OtherProtocol);
    EXPECT_THAT(grant.error().text, AllOf(HasSubstr("protocol mqtt"), HasSubstr("port 8883"),
                                          Not(HasSubstr("token of broker"))));
    place_ = "";
    EXPECT_EQ(door_.authenticate("token of broker", "192.0.2.1", false).error().text,
              "this token belongs to a stream of protocol mqtt");
}

TEST_F(DoorTest, LetsADownlinkComeByAnyDoor) {
    const auto grant = door_.authenticate("token of broker", "192.0.2.1", true);
    ASSERT_TRUE(grant);
    EXPECT_FALSE(grant->mayReceive);
    EXPECT_TRUE(grant->maySend);
    EXPECT_FALSE(door_.authenticate("token of off", "192.0.2.1", true));
}

TEST_F(DoorTest, AttachesASessionToTheGrantsStream) {
    const auto grant = door_.authenticate("token of cloud", "192.0.2.1", false);
    const auto session = std::make_shared<FakeSession>();
    const auto host = door_.attach(*grant, {}, session);
    ASSERT_TRUE(host);
    EXPECT_EQ(streams_.find(grant->stream->stream).stream->sessionCount(), 1U);
}

TEST_F(DoorTest, GrantsWhatTheTokensScopesSay) {
    TokenSpec listener;
    listener.text = "only receives documents";
    listener.maySend = false;
    ASSERT_TRUE(tokens_.add("cloud", listener));
    const auto grant = door_.authenticate(listener.text, "192.0.2.1", false);
    EXPECT_TRUE(grant->mayReceive);
    EXPECT_FALSE(grant->maySend);
    const auto sender = door_.authenticate(listener.text, "192.0.2.1", true);
    EXPECT_FALSE(sender->mayReceive);
    EXPECT_FALSE(sender->maySend);
}

TEST_F(DoorTest, AttachesNothingWithATokenThatWasRevokedNarrowedOrExpiredMeanwhile) {
    const auto attachAfter = [&](const std::function<void(std::uint64_t)>& change) {
        TokenSpec spec;
        spec.expires = clock_.now() + std::chrono::hours(1);
        const auto token = tokens_.add("cloud", spec);
        const auto grant = door_.authenticate(tokens_.text(token->id), "192.0.2.1", false);
        change(token->id);
        const auto host = door_.attach(*grant, {}, std::make_shared<FakeSession>());
        return host ? std::string("attached") : host.error().text;
    };
    EXPECT_EQ(attachAfter([](std::uint64_t) {}), "attached");
    EXPECT_THAT(attachAfter([&](std::uint64_t id) { tokens_.remove(id); }), HasSubstr("revoked"));
    EXPECT_THAT(attachAfter([&](std::uint64_t id) {
                    TokenSpec narrow;
                    narrow.maySend = false;
                    tokens_.change(id, narrow);
                }),
                HasSubstr("changed"));
    EXPECT_THAT(attachAfter([&](std::uint64_t) { clock_.advance(std::chrono::hours(1)); }),
                HasSubstr("expired"));
    EXPECT_EQ(streams_.find(1).stream->sessionCount(), 1U) << "the first one only";
}

TEST_F(DoorTest, ChecksTheGrantAgainWhenItAttaches) {
    auto config = std::make_shared<StreamConfig>();
    config->stream = 77;
    const auto gone =
        door_.attach(Grant{1, true, true, config}, {}, std::make_shared<FakeSession>());
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().why, Denial::Why::Stopping) << "a changed one is there: try again";
    const auto grant = door_.authenticate("token of cloud", "192.0.2.1", false);
    Streams::Entry entry = streams_.find(grant->stream->stream);
    entry.isEnabled = false;
    streams_.add(entry);
    const auto off = door_.attach(*grant, {}, std::make_shared<FakeSession>());
    ASSERT_FALSE(off);
    EXPECT_EQ(off.error().why, Denial::Why::Disabled);
}

TEST_F(DoorTest, AttachesNothingToAStreamThatWasRetiredMeanwhile) {
    const auto grant = door_.authenticate("token of cloud", "192.0.2.1", false);
    streams_.find(grant->stream->stream).stream->retire(journal_.head());
    for (const bool isSendOnly : {false, true}) {
        SessionRequest request;
        request.isSendOnly = isSendOnly;
        const auto host = door_.attach(*grant, request, std::make_shared<FakeSession>());
        ASSERT_FALSE(host);
        EXPECT_EQ(host.error().why, Denial::Why::Stopping);
    }
}

TEST_F(DoorTest, SaysTryAgainWhileATokensStreamIsBeingReplaced) {
    const auto grant = door_.authenticate("token of cloud", "192.0.2.1", false);
    streams_.remove(grant->stream->stream);
    EXPECT_EQ(denied("token of cloud"), Denial::Why::Stopping);
}

class ClosingProtocol final : public Protocol {
  public:
    explicit ClosingProtocol(std::string& calls) : calls_(calls) {}
    Status start() override { return Done{}; }
    Status open(const Grant&) override { return Done{}; }
    void close(std::uint64_t stream, CloseReason reason) override {
        if (stream == 13) throw std::runtime_error("thirteen");
        calls_ += std::to_string(stream) + (reason == CloseReason::Removed ? " removed" : " ?");
    }
    void quiesce() override {}
    void resume() override {}
    void stop() override {}

  private:
    std::string& calls_;
};
std::string closeCalls;
Result<std::unique_ptr<Protocol>> makeClosing(Host&, ProtocolHost&, const Fields&) {
    return std::unique_ptr<Protocol>(std::make_unique<ClosingProtocol>(closeCalls));
}

TEST_F(DoorTest, TellsThePluginThatAStreamEndsAndNamesItWhenThatThrows) {
    FakeHost host;
    Plugin descriptor;
    descriptor.protocol = makeClosing;
    const LoadedPlugin plugin{PluginKind::Protocol, "websocket", "1", {}, &descriptor};
    ASSERT_TRUE(door_.create(plugin, host, {}));
    EXPECT_TRUE(door_.close(7, CloseReason::Removed));
    EXPECT_EQ(closeCalls, "7 removed");
    EXPECT_THAT(door_.close(13, CloseReason::Removed).error().reason,
                AllOf(HasSubstr("protocol_websocket"), HasSubstr("thirteen")));
}

Result<std::unique_ptr<Protocol>> makeLoud(Host&, ProtocolHost&, const Fields&) {
    throw std::runtime_error("too loud");
}
Result<std::unique_ptr<Protocol>> makeNothing(Host&, ProtocolHost&, const Fields&) {
    return std::unique_ptr<Protocol>();
}

TEST_F(DoorTest, NamesAPluginThatMakesNoProtocol) {
    FakeHost host;
    Plugin descriptor;
    const LoadedPlugin plugin{PluginKind::Protocol, "websocket", "1", {}, &descriptor};
    descriptor.protocol = makeLoud;
    EXPECT_THAT(door_.create(plugin, host, {}).error().reason,
                AllOf(HasSubstr("protocol_websocket"), HasSubstr("too loud")));
    descriptor.protocol = makeNothing;
    EXPECT_THAT(door_.create(plugin, host, {}).error().reason, HasSubstr("protocol_websocket"));
    door_.stop();
}

}  // namespace
}  // namespace runnel::test
