// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/ctl/scripted_broker.h"

namespace runnel::ctl {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kPath = "/api/v1/applications/70B3D57ED0000001";
constexpr const char* kStream =
    R"({"name":"cloud","scope":"application","protocol":"websocket","format":"json",)"
    R"("options":{"key":"hush"},"duplicates":"all","events":["uplink"],"enabled":true,)"
    R"("application":"70B3D57ED0000001","origin":"api","url":"wss://…","state":{}})";
constexpr const char* kYaml =
    "---\napplication: \"70B3D57ED0000001\"\nname: Parking\ndevices:\n"
    "  - eui: \"0080E1150529E258\"\n    name: Bay 1\n    tags:\n      floor: 3\n"
    "streams:\n  - name: cloud\n    scope: application\n    protocol: websocket\n"
    "    format: json\n    duplicates: all\n    events: [uplink]\n    enabled: true\n"
    "    options:\n      key: hush\n    token: token-of-20-letters1\n";

std::string list(const std::string& items) {
    return "{\"items\":[" + items + "]}";
}

constexpr const char* kDevices =
    R"({"eui":"0080E1150529E258","name":"Bay 1","template":"","tags":{"floor":3},"origin":"api"},)"
    R"({"eui":"0080E1150529E259","origin":"heard"})";
constexpr const char* kToken =
    R"({"id":1,"label":"","scopes":["up","down"],"token":"token-of-20-letters1","origin":"api"})";

void expectExport(ScriptedBroker& broker) {
    broker.expect("GET /api/v1/templates?limit=1000")
        .reply(200, list(R"({"name":"filed","version":1,"origin":"file"})"));
    broker.expect("GET /api/v1/applications?limit=1000")
        .reply(200, list(R"({"eui":"70B3D57ED0000001","name":"Parking"})"));
    broker.expect("GET " + kPath + "/devices?limit=1000").reply(200, list(kDevices));
    broker.expect("GET " + kPath + "/streams?limit=1000").reply(200, list(R"({"name":"cloud"})"));
    broker.expect("GET " + kPath + "/streams/cloud?secrets=true").reply(200, kStream);
    broker.expect("GET " + kPath + "/streams/cloud/tokens?limit=1000").reply(200, list(kToken));
    broker.expect("GET /api/v1/gateways?limit=1000").reply(200, list(""));
}

/// What apply asks for when the broker is as kYaml says.
void expectComparison(ScriptedBroker& broker) {
    broker.expect("GET " + kPath).reply(200, R"({"name":"Parking"})");
    broker.expect("GET " + kPath + "/devices?limit=1000").reply(200, list(kDevices));
    broker.expect("GET " + kPath + "/streams/cloud?secrets=true").reply(200, kStream);
    broker.expect("GET " + kPath + "/streams/cloud/tokens?limit=1000").reply(200, list(kToken));
}

TEST(ExportTest, PrintsTheKeysOfTheFilesWithSecretsAndTokens) {
    ScriptedBroker broker;
    expectExport(broker);
    const Outcome outcome = runCtl(broker, {"export"});
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_EQ(outcome.out, kYaml);
}

TEST(ExportTest, FilesAreForTheirOwnerOnly) {
    ScriptedBroker broker;
    expectExport(broker);
    const fs::path directory = broker.directory() / "backup";
    const Outcome outcome = runCtl(broker, {"export", directory});
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    const fs::path file = directory / "applications/70B3D57ED0000001.yaml";
    EXPECT_EQ(fs::status(directory).permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    std::ifstream in(file);
    std::string first;
    std::getline(in, first);
    EXPECT_EQ(first, "name: Parking");
}

constexpr const char* kTemplateYaml =
    "---\ndeviceTemplate: meter\nversion: 2\ncodec:\n  plugin: cayenne\n";
constexpr const char* kTemplate =
    R"({"name":"meter","version":2,"codec":{"plugin":"cayenne"},"origin":"api"})";

TEST(ExportTest, DeviceTemplatesAreAsTheyWereWritten) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/templates?limit=1000").reply(200, list(kTemplate));
    broker.expect("GET /api/v1/templates/meter/2").reply(200, kTemplate);
    broker.expect("GET /api/v1/applications?limit=1000").reply(200, list(""));
    broker.expect("GET /api/v1/gateways?limit=1000").reply(200, list(""));
    EXPECT_EQ(runCtl(broker, {"export"}).out, kTemplateYaml);
}

TEST(ApplyTest, ADeviceTemplateThatIsThereAlreadyIsLeftAlone) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/templates/meter/2").reply(200, kTemplate);
    EXPECT_EQ(runCtl(broker, {"apply", "-f", "-"}, kTemplateYaml).out,
              "0 added, 0 changed, 0 removed, 1 unchanged\n");
}

TEST(ApplyTest, ANewDeviceTemplateIsPutBeforeTheApplicationThatNamesIt) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/templates/meter/2").reply(404, "{}");
    broker
        .expect(R"(PUT /api/v1/templates/meter/2 {"name":"meter","version":2,)"
                R"("codec":{"plugin":"cayenne"}})")
        .reply(201, "{}");
    broker.expect("GET " + kPath).reply(404, "{}");
    broker.expect("PUT " + kPath + R"( {"name":"Parking","template":"meter"})").reply(201, "{}");
    const Outcome outcome =
        runCtl(broker, {"apply", "-f", "-"},
               "{application: 70B3D57ED0000001, name: Parking, template: meter}\n" +
                   std::string(kTemplateYaml));
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("2 added, 0 changed, 0 removed, 0 unchanged"));
}

TEST(ApplyTest, WhatWasExportedChangesNothing) {
    ScriptedBroker broker;
    expectComparison(broker);
    const Outcome outcome = runCtl(broker, {"apply", "-f", "-"}, kYaml);
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_EQ(outcome.out, "0 added, 0 changed, 0 removed, 3 unchanged\n");
}

TEST(ApplyTest, ANewApplicationIsMadeWithDevicesStreamsAndTokens) {
    ScriptedBroker broker;
    broker.expect("GET " + kPath).reply(404, "{}");
    broker.expect("PUT " + kPath + R"( {"name":"Parking","template":""})").reply(201, "{}");
    broker.expect("PUT " + kPath + "/devices " +
                  R"([{"eui":"0080E1150529E258","name":"Bay 1","tags":{"floor":3}}])");
    broker
        .expect("PUT " + kPath + "/streams/cloud " +
                R"({"scope":"application","protocol":"websocket","format":"json",)"
                R"("options":{"key":"hush"},"duplicates":"all","events":["uplink"],)"
                R"("enabled":true,"template":"","token":"token-of-20-letters1"})")
        .reply(201, "{}");
    broker.expect("GET " + kPath + "/streams/cloud?secrets=true").reply(200, kStream);
    broker.expect("GET " + kPath + "/streams/cloud/tokens?limit=1000").reply(200, list(kToken));
    const Outcome outcome = runCtl(broker, {"apply", "-f", "-"}, kYaml);
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_EQ(outcome.out,
              "added  application 70B3D57ED0000001\nadded  1 devices of 70B3D57ED0000001\n"
              "added  stream 70B3D57ED0000001/cloud\n"
              "3 added, 0 changed, 0 removed, 0 unchanged\n");
}

TEST(ApplyTest, ADryRunOnlyAsks) {
    ScriptedBroker broker;
    broker.expect("GET " + kPath).reply(404, "{}");
    const Outcome outcome = runCtl(broker, {"apply", "--dry-run", "-f", "-"}, kYaml);
    EXPECT_THAT(outcome.out, HasSubstr("3 added, 0 changed, 0 removed, 0 unchanged (nothing was"));
}

TEST(ApplyTest, PruneRemovesWhatTheApiMadeAndTheFileHasNot) {
    ScriptedBroker broker;
    broker.expect("GET " + kPath).reply(200, R"({"name":"Parking"})");
    broker.expect("GET " + kPath + "/devices?limit=1000").reply(200, list(kDevices));
    broker.expect("DELETE " + kPath + "/devices/0080E1150529E258").reply(204, "");
    broker.expect("GET " + kPath + "/streams?limit=1000")
        .reply(200, list(R"({"name":"old","origin":"api"},{"name":"kept","origin":"file"})"));
    broker.expect("DELETE " + kPath + "/streams/old").reply(204, "");
    const Outcome outcome = runCtl(broker, {"apply", "--prune", "-f", "-"},
                                   "{application: 70B3D57ED0000001, name: Parking}");
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("0 added, 0 changed, 2 removed, 1 unchanged"));
}

TEST(ApplyTest, EveryComplaintHasItsPlaceAndNothingIsSent) {
    const ScriptedBroker broker;
    const Outcome outcome =
        runCtl(broker, {"apply", "-f", "-"},
               "---\napplication: 70B3D57ED0000001\ncolour: blue\n---\nname: whose\n---\n"
               "gateway: 12\nstreams:\n  - {name: a, scope: application}\n  - {name: a}\n"
               "  - {token: b, tokens: [{token: c}]}\n");
    EXPECT_EQ(outcome.code, ExitCode::WrongUse);
    for (const char* words :
         {"standard input:3:1: unknown key 'colour'", "standard input:5:1: whose file is this",
          "standard input:7:10: 'gateway' must be an EUI",
          "9:22: a gateway's stream has no 'scope'", "'a' stands there twice",
          "'token' and 'tokens' are both written"}) {
        EXPECT_THAT(outcome.err, HasSubstr(words));
    }
}

TEST(ApplyTest, ADirectoryIsReadAsInEtc) {
    ScriptedBroker broker;
    const fs::path folder = broker.directory() / "gateways";
    fs::create_directory(folder);
    std::ofstream(folder / "00000000000000AA.yaml") << "name: Roof\n";
    std::ofstream(broker.directory() / "runnel.yaml") << "data: /nowhere\n";
    broker.expect("GET /api/v1/gateways/00000000000000AA").reply(200, R"({"name":"Roof"})");
    const Outcome outcome = runCtl(broker, {"apply", "-f", broker.directory()});
    EXPECT_EQ(outcome.out, "0 added, 0 changed, 0 removed, 1 unchanged\n") << outcome.err;
}

}  // namespace
}  // namespace runnel::ctl
