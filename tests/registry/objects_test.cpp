// SPDX-License-Identifier: Apache-2.0
#include "registry/objects.h"

#include <gmock/gmock.h>

#include <map>

#include "registry/catalogue.h"
#include "tests/registry/registry_world.h"

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr Eui kApplication{0xF0B3D57ED0000001}, kOther{2};  // the first one is negative in SQLite
const std::string kCloud = "F0B3D57ED0000001/cloud";

class ObjectsTest : public ::testing::Test {
  protected:
    Objects& objects() { return *world_.objects; }
    std::map<std::string, std::string> streams() {
        std::map<std::string, std::string> all;
        objects().eachStream([&](std::string_view name, const std::string& document) {
            all.emplace(name, document);
        });
        return all;
    }
    std::map<std::uint64_t, std::string> devices() {
        std::map<std::uint64_t, std::string> all;
        objects().eachDevice([&](Objects::DeviceRow&& row) {
            all.emplace(row.spec.eui.value, text(row.application) + " " + row.spec.name + " " +
                                                row.spec.deviceTemplate + " " +
                                                std::string(row.tags));
        });
        return all;
    }
    RegistryWorld world_;
};

TEST_F(ObjectsTest, StreamDocumentsAreNowhereInClearOnTheDisk) {
    objects().putStream(kCloud, R"({"options":{"password":"secret-of-the-server"}})");
    EXPECT_THAT(world_.onDisk(), Not(HasSubstr("secret-of-the-server")));
    world_.reopen();
    EXPECT_THAT(streams(),
                ElementsAre(Pair(kCloud, R"({"options":{"password":"secret-of-the-server"}})")));
}

TEST_F(ObjectsTest, ADocumentUnderAnotherKeyOrInAnothersPlaceIsEmpty) {
    objects().putStream(kCloud, "{}");
    world_.file->change([](sqlite::Database& database) {
        database.run("insert into stream select 'other/place', document from stream");
    });
    EXPECT_THAT(streams(), ElementsAre(Pair(kCloud, "{}"), Pair("other/place", "")));
    std::filesystem::remove(world_.directory.path() / "key");
    world_.reopen();
    EXPECT_EQ(streams()[kCloud], "");
}

TEST_F(ObjectsTest, ReplacesDevicesAndKeepsThemOverARestart) {
    DeviceSpec device;
    device.eui = Eui{0xFFFFFFFFFFFFFFFF};
    device.name = "Bay 'one'";
    device.deviceTemplate = "acme@2";
    device.tags = {{"floor", {std::int64_t{3}}}};
    objects().putDevices(kApplication, {&device, 1});
    device.name = "Bay 2";
    objects().putDevices(kApplication, {&device, 1});
    world_.reopen();
    EXPECT_THAT(devices(), ElementsAre(Pair(0xFFFFFFFFFFFFFFFF,
                                            "F0B3D57ED0000001 Bay 2 acme@2 {\"floor\":3}")));
    EXPECT_EQ(objects().countDevices(), 1U);
    objects().removeDevice(device.eui);
    EXPECT_EQ(objects().countDevices(), 0U);
}

TEST_F(ObjectsTest, AnApplicationKeepsTheTemplateOfItsDevices) {
    objects().putOwner({{Scope::Level::Application, kApplication}, "Parking", "acme@2"});
    world_.reopen();
    std::vector<std::string> found;
    objects().eachOwner(
        [&](Objects::OwnerRow&& row) { found.push_back(row.name + " " + row.deviceTemplate); });
    EXPECT_THAT(found, ElementsAre("Parking acme@2"));
}

TEST_F(ObjectsTest, DeviceTemplatesAreKeptByVersion) {
    objects().putTemplate({"acme", 1, "{\"one\":1}"});
    objects().putTemplate({"acme", 10, "{\"ten\":10}"});
    objects().putTemplate({"acme", 10, "{\"ten\":11}"});
    objects().putTemplate({"meter", 1, "{}"});
    objects().removeTemplate("meter", 1);
    world_.reopen();
    std::vector<std::string> found;
    objects().eachTemplate([&](Objects::TemplateRow&& row) {
        found.push_back(row.name + "@" + std::to_string(row.version) + " " + row.document);
    });
    EXPECT_THAT(found, ElementsAre("acme@1 {\"one\":1}", "acme@10 {\"ten\":11}"));
}

TEST_F(ObjectsTest, AnOwnerGoesWithItsDevicesStreamsAndTokensAndNoOthers) {
    const Scope owner{Scope::Level::Application, kApplication};
    objects().putOwner({owner, "Parking", "acme"});
    objects().putOwner({{Scope::Level::Gateway, kOther}, "Roof", ""});
    DeviceSpec mine, others;
    mine.eui = Eui{10};
    others.eui = Eui{11};
    objects().putDevices(kApplication, {&mine, 1});
    objects().putDevices(kOther, {&others, 1});
    const std::vector<std::string> names{kCloud, "other/stream"};
    for (const std::string& name : names) objects().putStream(name, "{}");
    world_.tokens->makeMissing(names);
    objects().removeOwner(owner, {names.data(), 1});
    std::vector<std::string> left;
    objects().eachOwner([&](Objects::OwnerRow&& row) { left.push_back(row.name); });
    EXPECT_THAT(left, ElementsAre("Roof"));
    EXPECT_THAT(devices(), ElementsAre(Pair(11, ::testing::_)));
    EXPECT_THAT(streams(), ElementsAre(Pair("other/stream", "{}")));
    EXPECT_EQ(world_.number("select count(*) from token"), 1);
}

TEST_F(ObjectsTest, WhatBelongsToAStreamIsStoredWithItOrNothingIs) {
    const auto put = [&] {
        objects().putStream(kCloud, "{}", [](sqlite::Database& database) {
            database.run("insert into nowhere values(1)");
        });
    };
    EXPECT_THROW(put(), RegistryError);
    EXPECT_THAT(streams(), IsEmpty());
}

TEST(CatalogueTest, ListsStreamsByPrefixInPagesInOrder) {
    Catalogue catalogue;
    for (const char* name : {"B/one", "A/two", "A/one", "A0/one", "A/three"}) {
        catalogue.putStream(name, {std::make_shared<const StreamSpec>(), Origin::Api});
    }
    const auto names = [&](const Catalogue::StreamsPage& page) {
        std::vector<std::string> all;
        const auto isAny = [](const auto&, const auto&) { return true; };
        for (const auto& [name, entry] : catalogue.streams(page, isAny)) all.push_back(name);
        return all;
    };
    EXPECT_THAT(names({"A/", "", 10}), ElementsAre("A/one", "A/three", "A/two"));
    EXPECT_THAT(names({"A/", "A/one", 1}), ElementsAre("A/three"));
    EXPECT_THAT(names({"A/", "A/two", 10}), IsEmpty());
    EXPECT_THAT(names({"", "A/two", 10}), ElementsAre("A0/one", "B/one"));
    EXPECT_EQ(catalogue.countStreams(), 5U);
    catalogue.removeStream("A/one");
    EXPECT_FALSE(catalogue.findStream("A/one"));
}

TEST(CatalogueTest, ListsApplicationsAndGatewaysApart) {
    Catalogue catalogue;
    using Level = Scope::Level;
    for (const std::uint64_t eui : {3, 1, 2}) {
        catalogue.putOwner({Level::Application, Eui{eui}}, {"a", Origin::Api, ""});
    }
    catalogue.putOwner({Level::Application, Eui{4}}, {"x", Origin::Api, ""});
    catalogue.putOwner({Level::Gateway, Eui{2}}, {"g", Origin::File, "g.yaml"});
    const auto euis = [&](const Catalogue::OwnersPage& page) {
        std::vector<std::uint64_t> all;
        const auto isWanted = [](Eui, const Catalogue::Owner& owner) { return owner.name != "x"; };
        for (const auto& [eui, owner] : catalogue.owners(page, isWanted)) {
            all.push_back(eui.value);
        }
        return all;
    };
    EXPECT_THAT(euis({Level::Application, {}, 10}), ElementsAre(1, 2, 3));
    EXPECT_THAT(euis({Level::Application, Eui{1}, 1}), ElementsAre(2));
    EXPECT_THAT(euis({Level::Gateway, {}, 10}), ElementsAre(2));
    catalogue.removeOwner({Level::Application, Eui{2}});
    EXPECT_EQ(catalogue.findOwner({Level::Gateway, Eui{2}})->file, "g.yaml");
    EXPECT_FALSE(catalogue.findOwner({Level::Application, Eui{2}}));
}

}  // namespace
}  // namespace runnel
