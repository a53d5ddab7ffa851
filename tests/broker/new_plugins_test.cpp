// SPDX-License-Identifier: Apache-2.0
// Plugins that come while a broker runs, and what has waited for them.
#include <gmock/gmock.h>

#include "broker/live_registrar.h"
#include "tests/broker/registrar_world.h"

namespace runnel::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kCloud = text(kApplication) + "/cloud", kErp = text(kApplication) + "/erp",
                  kOwn = text(kApiApplication) + "/own";

class NewPluginsTest : public ::testing::Test {
  protected:
    void restart() {
        life_.reset();
        life_ = std::make_unique<RegistrarLife>(disk_);
    }
    RegistrarLife& life() { return *life_; }
    void writeStream(const std::string& stream) {
        disk_.writeApplication("streams: [" + stream + "]\n");
    }
    /// A plugin named "late", with the options of the counter.
    void come(PluginKind kind) {
        const LoadedPlugin* late = &life().plugins.add({kind, "late", "1", {}, &late_});
        life().registrar.pluginsCame({&late, 1});
    }
    /// Why the stream is red; "" if for nothing but that this broker has no doors.
    std::string trouble(const std::string& stream) {
        const auto found = life().health.find("stream " + stream);
        if (!found || found->health != Health::Failing) return "";
        return found->text.find("is not running") == std::string::npos ? found->text : "";
    }
    std::uint64_t pending(const std::string& stream) {
        const auto found = life().find(stream);
        return found ? found->books().pending() : 0;
    }
    /// The option of its format, as it runs.
    std::int64_t levelOf(const std::string& stream) {
        const auto entry = life().catalogue.findStream(stream);
        const Value* level = find(entry->spec->formatOptions, "level");
        return level == nullptr ? -1 : std::get<std::int64_t>(level->is);
    }

    RegistrarDisk disk_;
    Plugin late_{.options = kCounterOptions,
                 .optionCount = std::size(kCounterOptions),
                 .format = makeCounter};
    std::unique_ptr<RegistrarLife> life_ = std::make_unique<RegistrarLife>(disk_);
};

TEST_F(NewPluginsTest, AStreamOfAFileGetsEverythingSinceItWasMadeAndItsOptions) {
    writeStream("{name: cloud, format: late, options: {level: 7}}");
    for (int i = 0; i < 2; ++i) {
        restart();
        EXPECT_FALSE(life().find(kCloud));
        life().publish(3);
    }
    EXPECT_THAT(trouble(kCloud), HasSubstr("'late'"));
    come(PluginKind::Format);
    EXPECT_EQ(pending(kCloud), 6U);
    EXPECT_EQ(levelOf(kCloud), 7);
    EXPECT_EQ(trouble(kCloud), "");
    EXPECT_THAT(life().reload(), IsEmpty());
    EXPECT_THAT(disk_.log.lines(), Contains(HasSubstr("reload: nothing has changed")));
    EXPECT_EQ(pending(kCloud), 6U);
}

TEST_F(NewPluginsTest, AStreamThatAReloadBringsWaitsFromThenOn) {
    life().publish(2);
    writeStream("{name: erp, format: late}");
    EXPECT_THAT(life().reload(), IsEmpty());
    life().publish(3);
    restart();
    life().publish(1);
    come(PluginKind::Format);
    EXPECT_EQ(pending(kErp), 4U);
}

TEST_F(NewPluginsTest, OtherChangesOfTheFilesWaitForAReload) {
    writeStream("{name: cloud, format: late, options: {level: 7}}");
    restart();
    writeStream(
        "{name: erp, format: counter}, {name: cloud, format: late, options: {level: 8}, "
        "duplicates: best}");
    come(PluginKind::Format);
    EXPECT_FALSE(life().find(kErp));
    EXPECT_EQ(life().find(kCloud)->setup().view.which, View::Which::All);
    EXPECT_EQ(levelOf(kCloud), 8);
}

TEST_F(NewPluginsTest, AStreamWhoseFileIsWrongWaitsForItToBeMended) {
    writeStream("{name: cloud, format: late, options: {colour: red}}");
    restart();
    life().publish(2);
    come(PluginKind::Format);
    EXPECT_FALSE(life().find(kCloud));
    EXPECT_THAT(trouble(kCloud), HasSubstr("colour"));
    EXPECT_THAT(trouble(kCloud), HasSubstr("mend it and reload"));
    writeStream("{name: cloud, format: late}");
    EXPECT_THAT(life().reload(), IsEmpty());
    EXPECT_EQ(pending(kCloud), 2U);
    EXPECT_EQ(trouble(kCloud), "");
}

TEST_F(NewPluginsTest, WhatAPluginDoesNotAcceptKeepsOneStreamAndNoOther) {
    writeStream("{name: cloud, format: late, options: {level: 13}}, {name: erp, format: late}");
    restart();
    life().publish(2);
    come(PluginKind::Format);
    EXPECT_THAT(trouble(kCloud), HasSubstr("level: is unlucky"));
    EXPECT_EQ(pending(kErp), 2U);
    writeStream("{name: cloud, format: late}, {name: erp, format: late}");
    EXPECT_THAT(life().reload(), IsEmpty());
    EXPECT_EQ(pending(kCloud), 2U);
    EXPECT_EQ(pending(kErp), 2U);
}

TEST_F(NewPluginsTest, AStreamOfTheApiGoesOnWhereItStood) {
    ASSERT_TRUE(life().putOwner(kApiOwner, "Own"));
    come(PluginKind::Format);
    StreamSpec spec = life().spec(kApiOwner, "own");
    spec.format = "late";
    spec.formatOptions = {{"level", {std::int64_t{5}}}};
    ASSERT_TRUE(life().put(kApiOwner, spec));
    life().publish(2, kApiApplication);
    restart();
    EXPECT_FALSE(life().find(kOwn));
    life().publish(3, kApiApplication);
    come(PluginKind::Format);
    EXPECT_EQ(pending(kOwn), 5U);
    EXPECT_EQ(levelOf(kOwn), 5);
    EXPECT_EQ(trouble(kOwn), "");
}

TEST_F(NewPluginsTest, AProtocolBeginsWithItsSettingsOnce) {
    static constexpr Option kSettings[] = {{"port", "integer 1..9", "1", "A port.", false, false}};
    late_ = {.settings = kSettings, .settingCount = std::size(kSettings)};
    disk_.write("runnel.yaml",
                "data: " + (disk_.path() / "data").string() + "\nprotocols: {late: {port: 3}}\n");
    writeStream("{name: cloud, protocol: late, format: counter}");
    restart();
    life().publish(2);
    EXPECT_EQ(pending(kCloud), 2U) << "it runs, and nobody can come";
    come(PluginKind::Protocol);
    EXPECT_THAT(life().opened, ElementsAre("late"));
    const Value* port = find(life().registrar.protocols().at("late"), "port");
    EXPECT_EQ(std::get<std::int64_t>(port->is), 3);
    EXPECT_EQ(pending(kCloud), 2U);
    EXPECT_THAT(life().reload(), IsEmpty());
    EXPECT_THAT(disk_.log.lines(), Contains(HasSubstr("reload: nothing has changed")));
}

TEST_F(NewPluginsTest, AProtocolThatNobodyNamesOpensNothing) {
    late_ = {};
    restart();
    come(PluginKind::Protocol);
    EXPECT_THAT(life().opened, IsEmpty());
}

TEST_F(NewPluginsTest, ANetworkSaysThatItNeedsARestart) {
    disk_.write("runnel.yaml", "data: " + (disk_.path() / "data").string() +
                                   "\nnetworks: [{name: far, plugin: late}]\n");
    late_ = {};
    restart();
    EXPECT_THAT(disk_.log.lines(), Not(Contains(HasSubstr("restart runnel"))));
    come(PluginKind::Network);
    EXPECT_THAT(disk_.log.lines(),
                Contains(HasSubstr("network far: its plugin late is there now; restart runnel")));
}

}  // namespace
}  // namespace runnel::test
