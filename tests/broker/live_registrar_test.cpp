// SPDX-License-Identifier: Apache-2.0
// What the API changes while a broker runs, beside what its files say.
#include "broker/live_registrar.h"

#include <gmock/gmock.h>

#include "tests/broker/registrar_world.h"

namespace runnel::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Why = Refusal::Why;

const std::string kCloud = text(kApplication) + "/cloud", kErp = text(kApplication) + "/erp",
                  kOwn = text(kApiApplication) + "/own";
const std::string kToken = "a-token-of-sixteen";

class LiveRegistrarTest : public ::testing::Test {
  protected:
    void restart() {
        life_.reset();
        life_ = std::make_unique<RegistrarLife>(disk_);
    }
    RegistrarLife& life() { return *life_; }
    static std::string refusal(const Registrar::Applied& applied, Why why) {
        if (applied) return "it was applied";
        EXPECT_EQ(applied.error().why, why);
        return applied.error().text;
    }
    void addErp(const std::string& token = "") {
        const auto put = life().put(kFileOwner, life().spec(kFileOwner, "erp", token));
        ASSERT_TRUE(put) << put.error().text;
    }
    void addOwn() {
        ASSERT_TRUE(life().putOwner(kApiOwner, "Own"));
        ASSERT_TRUE(life().put(kApiOwner, life().spec(kApiOwner, "own")));
    }
    /// From now on `what` ("insert on token") fails, as on a full disk.
    void fail(const std::string& what) {
        life().file.read([&](sqlite::Database& database) {
            database.run("create trigger failing before " + what +
                         " begin select raise(abort, 'disk on fire'); end");
        });
    }
    void heal() {
        life().file.read([](sqlite::Database& database) { database.run("drop trigger failing"); });
    }

    RegistrarDisk disk_;
    std::unique_ptr<RegistrarLife> life_ = std::make_unique<RegistrarLife>(disk_);
};

TEST_F(LiveRegistrarTest, AStreamOfTheApiRunsAtOnceAndAfterARestart) {
    addErp();
    const std::string token = life().tokens.text(life().tokens.list(kErp).at(0).id);
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        ASSERT_TRUE(life().find(kErp));
        EXPECT_EQ(life().catalogue.findStream(kErp)->origin, Origin::Api);
        EXPECT_EQ(life().opens(token), life().find(kErp)->setup().config->stream);
        EXPECT_THAT(life().tokens.list(kErp), SizeIs(1));
        EXPECT_EQ(life().find(kErp)->setup().config->application, kApplication);
    }
}

TEST_F(LiveRegistrarTest, AReplacedStreamGoesOnWhereItStands) {
    addErp();
    life().publish(5);
    StreamSpec changed = life().spec(kFileOwner, "erp");
    changed.formatOptions = {{"level", {std::int64_t{7}}}};
    ASSERT_TRUE(life().put(kFileOwner, changed));
    EXPECT_EQ(life().find(kErp)->books().pending(), 5U);
    restart();
    EXPECT_EQ(life().find(kErp)->books().pending(), 5U);
    const auto& options = life().catalogue.findStream(kErp)->spec->formatOptions;
    EXPECT_EQ(std::get<std::int64_t>(find(options, "level")->is), 7);
}

TEST_F(LiveRegistrarTest, ARemovedStreamIsGoneWithItsTokensAfterARestartToo) {
    addErp(kToken);
    ASSERT_TRUE(life().removeStream(kErp));
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        EXPECT_FALSE(life().find(kErp));
        EXPECT_FALSE(life().catalogue.findStream(kErp));
        EXPECT_EQ(life().opens(kToken), 0U);
        EXPECT_FALSE(life().tokens.isTaken(kToken, kCloud));
    }
    EXPECT_THAT(refusal(life().removeStream(kErp), Why::NotFound), HasSubstr(kErp));
}

TEST_F(LiveRegistrarTest, ANewStreamUnderARemovedOnesNameStartsAnew) {
    for (const bool isRestartedBetween : {false, true}) {
        addErp();
        life().publish(5);
        ASSERT_TRUE(life().removeStream(kErp));
        life().publish(3);
        if (isRestartedBetween) restart();
        addErp();
        EXPECT_EQ(life().find(kErp)->books(), Books{});
        life().publish(2);
        EXPECT_EQ(life().find(kErp)->books().matched, 2U);
        restart();
        EXPECT_EQ(life().find(kErp)->books().matched, 2U);
        ASSERT_TRUE(life().removeStream(kErp));
    }
}

TEST_F(LiveRegistrarTest, NothingOfARemovedStreamIsLeftInTheState) {
    addErp();
    life().publish(2);
    addOwn();
    life().publish(2, kApiApplication);
    restart();
    ASSERT_TRUE(life().removeStream(kErp));
    ASSERT_TRUE(life().removeOwner(kApiOwner));
    life_.reset();
    const State state(disk_.path() / "data" / "state.db", disk_.clock, disk_.log);
    ASSERT_THAT(state.saved().streams, SizeIs(1));
    EXPECT_EQ(state.saved().streams[0].name, kCloud);
}

TEST_F(LiveRegistrarTest, AStreamThatComesBackFromAFileGoesOnWhereItStood) {
    life().publish(5);
    disk_.writeApplication("");
    ASSERT_THAT(life().reload(), IsEmpty());
    EXPECT_FALSE(life().find(kCloud));
    life().publish(3);
    restart();
    disk_.writeApplication();
    ASSERT_THAT(life().reload(), IsEmpty());
    EXPECT_EQ(life().find(kCloud)->books().pending(), 8U);
}

TEST_F(LiveRegistrarTest, WhatIsWrittenInAFileIsRefusedWithTheFilesName) {
    const std::string file = text(kApplication) + ".yaml";
    EXPECT_THAT(refusal(life().put(kFileOwner, life().spec(kFileOwner, "cloud")), Why::InFile),
                HasSubstr(file));
    EXPECT_THAT(refusal(life().removeStream(kCloud), Why::InFile), HasSubstr(file));
    EXPECT_THAT(refusal(life().putOwner(kFileOwner, "Other"), Why::InFile), HasSubstr(file));
    EXPECT_THAT(refusal(life().removeOwner(kFileOwner), Why::InFile), HasSubstr(file));
    const auto device = life().putDevice(kApplication, kDevice);
    ASSERT_FALSE(device);
    EXPECT_EQ(device.error().why, Why::InFile);
    EXPECT_THAT(
        refusal(life().alone([&] { return life().registrar.removeDevice(kDevice); }), Why::InFile),
        HasSubstr(text(kApplication)));
    EXPECT_EQ(life().devices.find(kDevice)->name, "Bay 1");
}

TEST_F(LiveRegistrarTest, ATypedTokenOfAFileIsRefusedWithTheFilesName) {
    disk_.writeApplication("streams: [{name: cloud, format: counter, token: " + kToken + "}]\n");
    ASSERT_THAT(life().reload(), IsEmpty());
    const std::uint64_t id = *life().tokens.identify(kToken);
    EXPECT_THAT(
        refusal(life().alone([&] { return life().registrar.removeToken(id); }), Why::InFile),
        HasSubstr(".yaml"));
    EXPECT_THAT(
        refusal(life().alone([&] { return life().registrar.changeToken(id, {}); }), Why::InFile),
        HasSubstr(".yaml"));
    EXPECT_NE(life().opens(kToken), 0U);
}

TEST_F(LiveRegistrarTest, AFileStreamThatLosesItsTypedTokenGetsAMadeOne) {
    disk_.writeApplication("streams: [{name: erp, format: counter, token: " + kToken + "}]\n");
    ASSERT_THAT(life().reload(), IsEmpty());
    EXPECT_THAT(life().tokens.list(kErp), SizeIs(1));
    disk_.writeApplication("streams: [{name: erp, format: counter}]\n");
    ASSERT_THAT(life().reload(), IsEmpty());
    ASSERT_THAT(life().tokens.list(kErp), SizeIs(1));
    EXPECT_EQ(life().tokens.list(kErp)[0].origin, Origin::Api);
    EXPECT_EQ(life().opens(kToken), 0U);
}

TEST_F(LiveRegistrarTest, OneEuiIsAnApplicationOrAGateway) {
    addOwn();
    const Scope twin{Scope::Level::Gateway, kApiApplication};
    EXPECT_THAT(refusal(life().putOwner(twin, "Roof"), Why::Taken), HasSubstr("application"));
    const std::string file = "gateways/" + text(kApiApplication) + ".yaml";
    disk_.write(file, "name: Roof\nstreams: [{name: all, format: counter}]\n");
    EXPECT_THAT(life().reload(), Contains(AllOf(HasSubstr(file), HasSubstr("by the API"))));
    restart();
    EXPECT_FALSE(life().catalogue.findOwner(kApiOwner)) << "the file counts";
    EXPECT_THAT(disk_.log.lines(), Contains(HasSubstr("the file counts")));
}

TEST_F(LiveRegistrarTest, AStreamNeedsItsOwnerAndADeviceOfIt) {
    EXPECT_THAT(refusal(life().put(kApiOwner, life().spec(kApiOwner, "own")), Why::NotFound),
                HasSubstr(text(kApiApplication)));
    ASSERT_TRUE(life().putOwner(kApiOwner, "Own"));
    StreamSpec spec = life().spec(kApiOwner, "own");
    spec.application.reset();
    spec.device = kDevice;
    const auto put = life().put(kApiOwner, spec);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().why, Why::Wrong);
    EXPECT_EQ(put.error().field, "scope/device");
}

TEST_F(LiveRegistrarTest, WhatTheFormatRefusesChangesNothing) {
    StreamSpec spec = life().spec(kFileOwner, "erp");
    spec.formatOptions = {{"level", {std::int64_t{13}}}};
    EXPECT_THAT(refusal(life().put(kFileOwner, spec), Why::Wrong), HasSubstr("unlucky"));
    restart();
    EXPECT_FALSE(life().catalogue.findStream(kErp));
}

TEST_F(LiveRegistrarTest, ATokenOfAnotherStreamIsTaken) {
    addErp(kToken);
    const auto put = life().put(kFileOwner, life().spec(kFileOwner, "third", kToken));
    EXPECT_THAT(refusal(put, Why::Taken), Not(HasSubstr(kToken)));
    EXPECT_EQ(put.error().field, "token");
    const auto added =
        life().alone([&] { return life().registrar.addToken(kCloud, typedToken(kToken)); });
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().why, Why::Taken);
    disk_.writeApplication("streams: [{name: cloud, format: counter, token: " + kToken + "}]\n");
    EXPECT_THAT(life().reload(), Contains(HasSubstr("stream of the API")));
}

TEST_F(LiveRegistrarTest, AFileThatNamesWhatTheApiMadeIsRefusedWhole) {
    addErp();
    addOwn();
    constexpr Eui kNew{0x42};
    ASSERT_TRUE(life().putDevice(kApplication, kNew));
    disk_.writeApplication(
        "devices: [{eui: 0000000000000042}]\n"
        "streams: [{name: erp, format: counter}, {name: another, format: counter}]\n");
    disk_.write("applications/" + text(kApiApplication) + ".yaml", "name: Own\n");
    const auto complaints = life().reload();
    EXPECT_THAT(complaints, SizeIs(3));
    for (const std::string& one : complaints) EXPECT_THAT(one, HasSubstr("by the API"));
    EXPECT_FALSE(life().find(text(kApplication) + "/another"));
    EXPECT_TRUE(life().find(kCloud));
}

TEST_F(LiveRegistrarTest, AFileMayNotGoWhileTheApiHasAddedSomething) {
    constexpr Eui kNew{0x42};
    ASSERT_TRUE(life().putDevice(kApplication, kNew));
    std::filesystem::remove(disk_.path() / disk_.applicationFile());
    EXPECT_THAT(life().reload(), Contains(HasSubstr("device " + text(kNew))));
    addErp();
    EXPECT_THAT(life().reload(), Contains(HasSubstr("stream " + kErp)));
    ASSERT_TRUE(life().find(kCloud));
    ASSERT_TRUE(life().removeStream(kErp));
    ASSERT_TRUE(life().alone([&] { return life().registrar.removeDevice(kNew); }));
    EXPECT_THAT(life().reload(), IsEmpty());
    EXPECT_FALSE(life().find(kCloud));
}

TEST_F(LiveRegistrarTest, AStreamWhoseOwnersFileWentMeanwhileIsReportedAndDoesNotRun) {
    addErp();
    life_.reset();
    std::filesystem::remove(disk_.path() / disk_.applicationFile());
    restart();
    EXPECT_FALSE(life().find(kErp));
    EXPECT_THAT(life().health.all().at("stream " + kErp).text, HasSubstr("put the file back"));
    disk_.writeApplication();
    restart();
    EXPECT_TRUE(life().find(kErp));
}

TEST_F(LiveRegistrarTest, RemovingAnApplicationTakesItsDevicesAndStreams) {
    addOwn();
    constexpr Eui kNew{0x42};
    ASSERT_TRUE(life().putDevice(kApiApplication, kNew));
    ASSERT_TRUE(life().removeOwner(kApiOwner));
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        EXPECT_FALSE(life().catalogue.findOwner(kApiOwner));
        EXPECT_FALSE(life().catalogue.findStream(kOwn));
        EXPECT_FALSE(life().devices.find(kNew));
        EXPECT_TRUE(life().find(kCloud));
        EXPECT_TRUE(life().devices.find(kDevice));
    }
}

TEST_F(LiveRegistrarTest, DevicesAreCountedAndBelongToOneApplication) {
    addOwn();
    constexpr Eui kNew{0x42};
    EXPECT_EQ(life().putDevice(kApplication, kNew)->added, 1U);
    EXPECT_EQ(life().putDevice(kApplication, kNew, "Bay 2")->changed, 1U);
    const auto other = life().putDevice(kApiApplication, kNew);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().why, Why::Taken);
    restart();
    EXPECT_EQ(life().devices.find(kNew)->name, "Bay 2");
    EXPECT_EQ(life().devices.find(kNew)->application, kApplication);
    EXPECT_EQ(life().devices.countOf(kApplication), 2U);
}

TEST_F(LiveRegistrarTest, ADiskThatFailsChangesNothingOfAStream) {
    for (const char* what : {"insert on stream", "insert on token"}) {
        fail(what);
        EXPECT_THROW(life().put(kFileOwner, life().spec(kFileOwner, "erp", kToken)), RegistryError);
        heal();
        for (const bool isRestarted : {false, true}) {
            if (isRestarted) restart();
            EXPECT_FALSE(life().find(kErp));
            EXPECT_FALSE(life().catalogue.findStream(kErp));
            EXPECT_FALSE(life().tokens.isTaken(kToken, kCloud));
        }
    }
    addErp(kToken);
    for (const char* what : {"delete on stream", "delete on token"}) {
        fail(what);
        EXPECT_THROW(life().removeStream(kErp), RegistryError);
        heal();
        for (const bool isRestarted : {false, true}) {
            if (isRestarted) restart();
            EXPECT_TRUE(life().find(kErp));
            EXPECT_TRUE(life().catalogue.findStream(kErp));
            EXPECT_NE(life().opens(kToken), 0U);
        }
    }
}

TEST_F(LiveRegistrarTest, ADiskThatFailsChangesNothingOfOwnersAndDevices) {
    constexpr Eui kNew{0x42};
    addOwn();
    fail("insert on application");
    EXPECT_THROW(life().putOwner(kApiOwner, "Renamed"), RegistryError);
    heal();
    fail("insert on device");
    EXPECT_THROW(static_cast<void>(life().putDevice(kApplication, kNew)), RegistryError);
    heal();
    fail("delete on application");
    EXPECT_THROW(life().removeOwner(kApiOwner), RegistryError);
    heal();
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        EXPECT_EQ(life().catalogue.findOwner(kApiOwner)->name, "Own");
        EXPECT_FALSE(life().devices.find(kNew));
        EXPECT_TRUE(life().find(kOwn));
        EXPECT_THAT(life().tokens.list(kOwn), SizeIs(1));
    }
}

TEST_F(LiveRegistrarTest, ADiskThatFailsAtAReloadChangesNothing) {
    disk_.writeApplication("streams: [{name: new, format: counter}]\n");
    fail("insert on token");
    EXPECT_THROW(life().reload(), RegistryError);
    EXPECT_TRUE(life().find(kCloud));
    EXPECT_TRUE(life().devices.find(kDevice));
    heal();
    EXPECT_THAT(life().reload(), IsEmpty());
    EXPECT_FALSE(life().find(kCloud));
    EXPECT_TRUE(life().find(text(kApplication) + "/new"));
}

}  // namespace
}  // namespace runnel::test
