// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/config/config_files.h"

namespace runnel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kFile = "applications/70B3D57ED0000001.yaml";

TEST(ApplicationFileTest, ReadsDevicesAndStreams) {
    const ConfigFiles files;
    files.write(kFile, R"(name: Parking sensors
devices:
  - eui: 00:80:e1:15:05:29:e2:58
    name: Bay 1
    template: acme-parking@2
    tags: {floor: 3, zone: north, code: 007, height: 2.5, hex: 12E4, wet: true, quoted: "5"}
streams:
  - {name: cloud}
  - name: erp
    scope: {device: 0080E1150529E258}
    protocol: http
    token: abcdefghijklmnop
    enabled: false
    duplicates: best
    events: [uplink, not acknowledged, status, uplink]
    options: {url: "https://erp.example", headers: {X-Key: 5}, timeout: 3, sequence: true}
)");
    ASSERT_THAT(files.complaints(), IsEmpty());
    const Config config = files.read().config;
    ASSERT_THAT(config.applicationSpecs, SizeIs(1));
    const ApplicationSpec& application = config.applicationSpecs[0];
    EXPECT_EQ(text(application.eui), "70B3D57ED0000001");
    EXPECT_EQ(application.name, "Parking sensors");
    ASSERT_THAT(application.devices, SizeIs(1));
    EXPECT_EQ(application.devices[0].deviceTemplate, "acme-parking@2");
    const Fields& tags = application.devices[0].tags;
    EXPECT_EQ(valueOr<std::int64_t>(tags, "floor", 0), 3);
    EXPECT_EQ(valueOr<std::string>(tags, "code", ""), "007");
    EXPECT_EQ(valueOr<double>(tags, "height", 0), 2.5);
    EXPECT_EQ(valueOr<std::string>(tags, "hex", ""), "12E4");
    EXPECT_EQ(valueOr<bool>(tags, "wet", false), true);
    EXPECT_EQ(valueOr<std::string>(tags, "quoted", ""), "5");

    ASSERT_THAT(application.streams, SizeIs(2));
    const StreamSpec& cloud = application.streams[0];
    EXPECT_EQ(cloud.application, application.eui);
    EXPECT_EQ(cloud.protocol, "websocket");
    EXPECT_EQ(cloud.format, "json");
    EXPECT_TRUE(cloud.isEnabled);
    EXPECT_EQ(cloud.duplicates, Duplicates::All);
    EXPECT_THAT(cloud.events, ElementsAre(Kind::Uplink));
    EXPECT_EQ(valueOr<std::string>(cloud.protocolOptions, "acknowledge", ""), "pong");
    const StreamSpec& erp = application.streams[1];
    EXPECT_EQ(erp.application, std::nullopt);
    EXPECT_EQ(text(erp.device.value()), "0080E1150529E258");
    EXPECT_FALSE(erp.isEnabled);
    EXPECT_EQ(erp.duplicates, Duplicates::Best);
    EXPECT_THAT(erp.events, ElementsAre(Kind::Uplink, Kind::NotAcknowledged, Kind::DeviceStatus));
    EXPECT_EQ(erp.place.line, 9);
}

TEST(ApplicationFileTest, GivesAnOptionToBothPluginsThatKnowIt) {
    const ConfigFiles files;
    files.write(kFile,
                "streams: [{name: a, protocol: http, options: {url: u, timeout: 3, "
                "sequence: true, duplicates: best, events: []}}]\n");
    ASSERT_THAT(files.complaints(), IsEmpty());
    const Config config = files.read().config;
    const StreamSpec& stream = config.applicationSpecs[0].streams[0];
    EXPECT_EQ(valueOr<double>(stream.protocolOptions, "timeout", 0), 3);
    EXPECT_EQ(valueOr<double>(stream.formatOptions, "timeout", 0), 3);
    EXPECT_EQ(find(stream.protocolOptions, "sequence"), nullptr);
    EXPECT_TRUE(valueOr<bool>(stream.formatOptions, "sequence", false));
    EXPECT_EQ(stream.duplicates, Duplicates::Best);
    EXPECT_THAT(stream.events, IsEmpty());
}

TEST(ApplicationFileTest, ReadsJson) {
    const ConfigFiles files;
    files.write("applications/70-b3-d5-7e-d0-00-00-01.json",
                R"({"name": "J", "streams": [{"name": "a", "options": {"sequence": true}}]})");
    ASSERT_THAT(files.complaints(), IsEmpty());
    EXPECT_EQ(files.read().config.applicationSpecs[0].name, "J");
}

TEST(ApplicationFileTest, FillsInTheSettingsOfProtocolsThatAreUsed) {
    const ConfigFiles files;
    files.write(kFile, "streams: [{name: a}]\n");
    const Config config = files.read().config;
    EXPECT_EQ(valueOr<std::string>(config.protocols.at("websocket"), "listen", ""), "*:8443");
    EXPECT_EQ(config.protocols.count("http"), 0U);
}

class WrongApplicationTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongApplicationTest, IsComplainedAboutWithItsPlace) {
    const ConfigFiles files;
    files.write(kFile, GetParam().input);
    EXPECT_THAT(files.complaints(),
                ElementsAre(StartsWith(std::string(kFile) + ":" + GetParam().complaint)));
}

constexpr Wrong kWrongApplications[] = {
    {"- a\n", "1:1: an application file must be a mapping (key: value), found a list"},
    {"nmae: x\n", "1:1: unknown key 'nmae' in an application file (did you mean 'name'?)"},
    {"name: [x]\n", "1:7: 'name' must be a text, found a list"},
    {"devices: [{name: x}]\n", "1:11: a device needs a value for 'eui', found none"},
    {"devices: [{eui: 0080E1150529E25}]\n",
     "1:17: 'eui' must be an EUI, 16 hexadecimal digits such as 70B3D57ED0000001, found "
     "'0080E1150529E25'"},
    {"devices:\n  - {eui: 0080E1150529E258}\n  - {eui: 00-80-E1-15-05-29-E2-58}\n",
     "3:5: device 0080E1150529E258 is already at applications/70B3D57ED0000001.yaml:2"},
    {"devices: [{eui: 0080E1150529E258, tags: {a: [b]}}]\n",
     "1:45: 'a' must be a text, found a list"},
    {"devices: [{eui: 0080E1150529E258, tags: {a: b, a: c}}]\n", "1:48: key 'a' is written twice"},
    {"streams: [{}]\n", "1:11: a stream needs a value for 'name', found none"},
    {"streams: [{name: a/b}]\n", "1:18: 'name' must be 1 to 64 letters"},
    {"streams:\n  - {name: a}\n  - {name: b}\n  - {name: a}\n",
     "4:5: a second stream 'a', the first is in line 2"},
    {"streams: [{name: a, scope: gateway}]\n",
     "1:28: 'scope' must be application or {device: EUI}, found 'gateway'"},
    {"streams: [{name: a, scope: {device: 5}}]\n", "1:37: 'device' must be an EUI"},
    {"streams: [{name: a, scope: {gateway: 5, device: 0080E1150529E258}}]\n",
     "1:29: unknown key 'gateway' in 'scope'; known: device"},
    {"streams: [{name: a, enabled: yes}]\n",
     "1:30: 'enabled' must be one of false, true, found 'yes'"},
    {"streams: [{name: a, enabled: 'true'}]\n",
     "1:30: 'enabled' must be one of false, true, found the text 'true'"},
    {"streams: [{name: a, protocol: mqtt, options: {whatever: 1}}]\n",
     "1:31: no protocol plugin named 'mqtt' was found in plugins; available: websocket, http, "
     "keyed"},
    {"streams: [{name: a, format: jsno}]\n",
     "1:29: no format plugin named 'jsno' was found in plugins (did you mean 'json'?); available: "
     "json"},
    {"streams: [{name: a, protocol: keyed}]\n",
     "1:31: protocol keyed needs the setting 'key'; write protocols: {keyed: {key: …}} in "
     "runnel.yaml"},
    {"streams: [{name: a, protocol: http}]\n",
     "1:11: option 'url' of protocol http is required, found none: Where documents go."},
    {"streams: [{name: a, protocol: http, options: {}}]\n",
     "1:46: option 'url' of protocol http is required"},
    {"streams: [{name: a, options: {sequense: true}}]\n",
     "1:31: unknown option 'sequense' (did you mean 'sequence'?); protocol websocket has: "
     "acknowledge; format json has: sequence, fields, timeout"},
    {"streams: [{name: a, options: {sequence: 1}}]\n",
     "1:41: option 'sequence' of format json must be true or false, found '1'"},
    {"streams: [{name: a, options: {fields: [a, [b]]}}]\n",
     "1:39: option 'fields' of format json must be a list of texts, found a list"},
    {"streams: [{name: a, options: {acknowledge: ping}}]\n",
     "1:44: option 'acknowledge' of protocol websocket must be one of pong, client, none, found "
     "'ping'"},
    {"streams: [{name: a, options: [1]}]\n",
     "1:30: 'options' must be a mapping (key: value), found a list"},
    {"streams: [{name: a, duplicates: some}]\n",
     "1:33: 'duplicates' must be all or best, found 'some'"},
    {"streams: [{name: a, duplicates: all, options: {duplicates: all}}]\n",
     "1:60: 'duplicates' stands in the stream and in its options"},
    {"streams: [{name: a, events: uplink}]\n", "1:29: 'events' must be a list, found 'uplink'"},
    {"streams: [{name: a, events: [uplinks]}]\n",
     "1:30: 'events' must be of uplink, join, queued, sent, acknowledged, notAcknowledged, "
     "expired, failed, status, location, found 'uplinks' (did you mean 'uplink'?)"},
    {"streams: [{name: a, events: [LOCATION]}]\n",
     "1:30: 'events' must be of uplink, join, queued, sent, acknowledged, notAcknowledged, "
     "expired, failed, status, location, found 'LOCATION' (did you mean 'location'?)"},
};

INSTANTIATE_TEST_SUITE_P(All, WrongApplicationTest, ::testing::ValuesIn(kWrongApplications));

TEST(ApplicationFileTest, NeverShowsATokenThatIsTooShortOrTakenTwice) {
    const ConfigFiles files;
    files.write(kFile, R"(streams:
  - {name: a, token: geheim}
  - {name: b, token: geheim-geheim-geheim}
)");
    files.write("applications/70B3D57ED0000002.yaml",
                "streams: [{name: c, token: geheim-geheim-geheim}]\n");
    EXPECT_THAT(
        files.complaints(),
        ElementsAre(
            AllOf(StartsWith("applications/70B3D57ED0000001.yaml:2:22: 'token' must be 16 to 256"),
                  Not(HasSubstr("geheim"))),
            AllOf(StartsWith("applications/70B3D57ED0000002.yaml:1:28: 'token' is also that of the "
                             "stream at applications/70B3D57ED0000001.yaml:3"),
                  Not(HasSubstr("geheim")))));
}

TEST(ApplicationFileTest, WantsAnEuiAsItsName) {
    const ConfigFiles files;
    files.write("applications/parking.yaml", "name: x\n");
    files.write("applications/README.md", "not: [ours\n");
    files.write("applications/.hidden.yaml", "not: [ours\n");
    EXPECT_THAT(
        files.complaints(),
        ElementsAre("applications/parking.yaml: the file's name must be an EUI, 16 "
                    "hexadecimal digits such as 70B3D57ED0000001, found 'parking'; rename it"));
}

TEST(ApplicationFileTest, ComplainsAboutTwoFilesForOneEui) {
    const ConfigFiles files;
    files.write("applications/70-B3-D5-7E-D0-00-00-01.yaml", "name: x\n");
    files.write(kFile, "name: x\n");
    EXPECT_THAT(
        files.complaints(),
        ElementsAre("applications/70B3D57ED0000001.yaml: is a second file for "
                    "70B3D57ED0000001 beside 70-B3-D5-7E-D0-00-00-01.yaml; keep one of them"));
}

TEST(ApplicationFileTest, ComplainsAboutADeviceInTwoApplications) {
    const ConfigFiles files;
    files.write(kFile, "devices: [{eui: 0080E1150529E258}]\n");
    files.write("applications/70B3D57ED0000002.yaml", "devices: [{eui: 0080E1150529E258}]\n");
    EXPECT_THAT(files.complaints(),
                ElementsAre(StartsWith("applications/70B3D57ED0000002.yaml:1:11: device "
                                       "0080E1150529E258 is already at "
                                       "applications/70B3D57ED0000001.yaml:1")));
}

TEST(GatewayFileTest, ReadsStreamsWithoutScope) {
    const ConfigFiles files;
    files.write("gateways/0016C001FF10A235.yaml", "name: Roof\nstreams: [{name: survey}]\n");
    ASSERT_THAT(files.complaints(), IsEmpty());
    const Config config = files.read().config;
    EXPECT_EQ(config.gateways, files.path() / "gateways");
    ASSERT_THAT(config.gatewaySpecs, SizeIs(1));
    const StreamSpec& stream = config.gatewaySpecs[0].streams.at(0);
    EXPECT_EQ(text(stream.gateway.value()), "0016C001FF10A235");
    EXPECT_EQ(stream.application, std::nullopt);
}

TEST(GatewayFileTest, ComplainsAboutAScope) {
    const ConfigFiles files;
    files.write("gateways/0016C001FF10A235.yaml", "streams: [{name: a, scope: application}]\n");
    EXPECT_THAT(files.complaints(),
                ElementsAre(HasSubstr("1:21: unknown key 'scope' in a stream")));
}

}  // namespace
}  // namespace runnel
