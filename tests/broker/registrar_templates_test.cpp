// SPDX-License-Identifier: Apache-2.0
// Device templates of the API: checked, stored, applied; and those of files beside them.
#include <gmock/gmock.h>

#include "broker/live_registrar.h"
#include "tests/broker/registrar_world.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Why = Refusal::Why;

class RegistrarTemplatesTest : public ::testing::Test {
  protected:
    void restart() {
        life_.reset();
        life_ = std::make_unique<RegistrarLife>(disk_);
    }
    RegistrarLife& life() { return *life_; }
    static TemplateSpec spec(std::uint32_t version, Fields options = {}) {
        TemplateSpec spec;
        spec.name = "meter";
        spec.version = version;
        spec.codec = "fake";
        spec.codecOptions = std::move(options);
        spec.document = R"({"name":"meter","version":)" + std::to_string(version) +
                        R"(,"codec":{"plugin":"fake"}})";
        return spec;
    }
    auto put(const TemplateSpec& spec) {
        return life().alone([&] { return life().registrar.putTemplate(spec); });
    }
    auto remove(std::uint32_t version) {
        return life().alone([&] { return life().registrar.removeTemplate("meter", version); });
    }
    static std::string refusal(const Registrar::Applied& applied, Why why) {
        if (applied) return "it was applied";
        EXPECT_EQ(applied.error().why, why);
        return applied.error().text;
    }
    std::vector<std::string> titles() {
        std::vector<std::string> list;
        for (const auto& entry : life().templates.all()) list.push_back(entry.use->title());
        return list;
    }

    RegistrarDisk disk_;
    std::unique_ptr<RegistrarLife> life_ = std::make_unique<RegistrarLife>(disk_);
};

TEST_F(RegistrarTemplatesTest, OneOfTheApiWorksAtOnceAndAfterARestart) {
    ASSERT_TRUE(put(spec(2)));
    ASSERT_TRUE(put(spec(10)));
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        EXPECT_THAT(titles(), ElementsAre("meter@2", "meter@10"));
        EXPECT_FALSE(life().templates.find("meter")->trouble());
        EXPECT_EQ(life().templates.get({"meter", 2})->origin, Origin::Api);
        EXPECT_THAT(life().templates.find("meter@2")->spec().document, HasSubstr("\"version\":2"));
    }
}

TEST_F(RegistrarTemplatesTest, WhatTheCodecRefusesIsNotKept) {
    const TemplateSpec bad = spec(1, {{"refuse", {std::string("line 3, column 4: what?")}}});
    EXPECT_EQ(life().alone([&] { return life().registrar.tryTemplate(bad); }).size(), 1U);
    EXPECT_THAT(refusal(put(bad), Why::Wrong), HasSubstr("line 3, column 4"));
    EXPECT_THAT(titles(), IsEmpty());
    restart();
    EXPECT_THAT(titles(), IsEmpty());
}

TEST_F(RegistrarTemplatesTest, ATryLeavesNothing) {
    EXPECT_THAT(life().alone([&] { return life().registrar.tryTemplate(spec(1)); }), IsEmpty());
    EXPECT_THAT(titles(), IsEmpty());
    EXPECT_EQ(life().codec.programs(), 0U);
}

TEST_F(RegistrarTemplatesTest, OneThatAStreamNamesStays) {
    ASSERT_TRUE(put(spec(1)));
    StreamSpec stream = life().spec(kFileOwner, "erp");
    stream.deviceTemplate = "meter@1";
    ASSERT_TRUE(life().put(kFileOwner, stream));
    EXPECT_THAT(refusal(remove(1), Why::Taken), HasSubstr("stream 70B3D57ED0000001/erp"));
    stream.deviceTemplate = "meter@2";
    ASSERT_TRUE(life().put(kFileOwner, stream));
    EXPECT_TRUE(remove(1));
    restart();
    EXPECT_THAT(titles(), IsEmpty());
}

TEST_F(RegistrarTemplatesTest, ANameWithoutVersionNeedsTheLastOneOnly) {
    ASSERT_TRUE(put(spec(1)));
    ASSERT_TRUE(put(spec(2)));
    ASSERT_TRUE(life().putOwner(kApiOwner, "Own", "meter"));
    EXPECT_TRUE(remove(2));
    EXPECT_THAT(refusal(remove(1), Why::Taken), HasSubstr("application " + text(kApiApplication)));
    ASSERT_TRUE(life().putOwner(kApiOwner, "Own"));
    EXPECT_TRUE(remove(1));
    EXPECT_THAT(refusal(remove(1), Why::NotFound), HasSubstr("meter@1"));
}

TEST_F(RegistrarTemplatesTest, OneThatADeviceNamesStays) {
    ASSERT_TRUE(put(spec(1)));
    DeviceSpec device;
    device.eui = Eui{0xD9};
    device.deviceTemplate = "meter";
    ASSERT_TRUE(life().alone([&] {
        return life().registrar.putDevices(kApplication, {&device, 1});
    }));
    EXPECT_THAT(refusal(remove(1), Why::Taken), HasSubstr("device 00000000000000D9"));
}

TEST_F(RegistrarTemplatesTest, AnApplicationsTemplateIsThereAfterARestart) {
    ASSERT_TRUE(put(spec(1)));
    ASSERT_TRUE(life().putOwner(kApiOwner, "Own", "meter"));
    for (const bool isRestarted : {false, true}) {
        if (isRestarted) restart();
        EXPECT_EQ(life().templates.ofApplication(kApiApplication)->title(), "meter@1");
        EXPECT_EQ(life().catalogue.findOwner(kApiOwner)->deviceTemplate, "meter");
    }
    ASSERT_TRUE(life().alone([&] { return life().registrar.removeOwner(kApiOwner); }));
    EXPECT_EQ(life().templates.ofApplication(kApiApplication), nullptr);
}

TEST_F(RegistrarTemplatesTest, OneThatCannotBeUsedAfterARestartIsReportedUntilItIsPutAgain) {
    ASSERT_TRUE(put(spec(1)));
    life().file.read(
        [](sqlite::Database& database) { database.run("update template set document = x'00'"); });
    restart();
    EXPECT_THAT(life().health.find("template meter@1")->text, HasSubstr("another key"));
    ASSERT_TRUE(put(spec(1)));
    EXPECT_FALSE(life().health.find("template meter@1"));
    EXPECT_THAT(titles(), ElementsAre("meter@1"));
}

TEST_F(RegistrarTemplatesTest, NothingHasChangedIfTheDiskFails) {
    life().file.read([](sqlite::Database& database) {
        database.run(
            "create trigger failing before insert on template begin select raise(abort, "
            "'disk on fire'); end");
    });
    EXPECT_THROW(put(spec(1)), RegistryError);
    EXPECT_THAT(titles(), IsEmpty());
}

}  // namespace
}  // namespace runnel::test
