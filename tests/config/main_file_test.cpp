// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>

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

TEST(MainFileTest, NeedsOnlyData) {
    const ConfigFiles files;
    files.write("runnel.yaml", "data: state\n");
    const ReadResult result = files.read();
    EXPECT_THAT(result.complaints, IsEmpty());
    EXPECT_EQ(result.config.data, files.path() / "state");
    EXPECT_EQ(result.config.applications, files.path() / "applications");
    EXPECT_EQ(result.config.gateways, "");
    EXPECT_THAT(result.config.plugins,
                ElementsAre("/usr/lib/runnel/plugins", "/usr/local/lib/runnel/plugins"));
    EXPECT_EQ(result.config.logLevel, Level::Info);
}

TEST(MainFileTest, ReadsEverything) {
    const ConfigFiles files;
    files.write("cert.pem", "c");
    files.write("key.pem", "k");
    files.appendToMain(R"(log: {level: debug}
retention: {days: 0.5}
tls: {certificate: cert.pem, key: ./key.pem}
protocols: {websocket: {listen: "127.0.0.1:8443"}}
networks:
  - {name: sim, plugin: simulator, options: {rate: 5.5, applications: {farm: 70b3d57ed0000001}}}
  - {name: hooks, plugin: http, region: EU868, options: {token: SECRET, applications: {"4": 70-B3-D5-7E-D0-00-00-02}}}
)");
    const ReadResult result = files.read();
    ASSERT_THAT(files.complaints(), IsEmpty());
    const Config& config = result.config;
    EXPECT_EQ(config.logLevel, Level::Debug);
    EXPECT_EQ(config.retentionAge, std::chrono::hours(12));
    EXPECT_EQ(config.retentionBytes, 4294967296U);
    EXPECT_EQ(config.key, files.path() / "key.pem");
    const Fields& websocket = config.protocols.at("websocket");
    EXPECT_EQ(valueOr<std::string>(websocket, "listen", ""), "127.0.0.1:8443");
    EXPECT_EQ(valueOr<std::int64_t>(websocket, "pingBytes", 0), 65536);
    ASSERT_THAT(config.networks, SizeIs(2));
    EXPECT_EQ(valueOr<double>(config.networks[0].options, "rate", 0), 5.5);
    EXPECT_EQ(valueOr<std::int64_t>(config.networks[0].options, "devices", 0), 10);
    EXPECT_EQ(find(config.networks[0].options, "applications"), nullptr);
    EXPECT_EQ(text(config.networks[0].applications.at("farm")), "70B3D57ED0000001");
    EXPECT_EQ(config.networks[1].region, "EU868");
    EXPECT_NE(find(config.networks[1].options, "applications"), nullptr);
    EXPECT_EQ(text(config.networks[1].applications.at("4")), "70B3D57ED0000002");
}

TEST(MainFileTest, ReadsDirectoriesWithoutPlugins) {
    const ConfigFiles files;
    files.appendToMain("protocols: {nonsense: 1}\nlgo: {}\n");
    const ReadResult result = readMain(files.path() / "runnel.yaml");
    EXPECT_THAT(result.config.plugins, ElementsAre(files.path() / "plugins"));
    ASSERT_THAT(result.complaints, SizeIs(1));
    EXPECT_THAT(result.complaints[0].text, HasSubstr("unknown key 'lgo'"));
}

class WrongMainTest : public ::testing::TestWithParam<Wrong> {};

// Four good lines stand before each of these.
TEST_P(WrongMainTest, IsComplainedAboutWithItsPlace) {
    const ConfigFiles files;
    files.appendToMain(GetParam().input);
    EXPECT_THAT(files.complaints(),
                ElementsAre(StartsWith(std::string("runnel.yaml:") + GetParam().complaint)));
}

constexpr Wrong kWrongMain[] = {
    {"pluginss: [a]\n",
     "5:1: unknown key 'pluginss' in the main file (did you mean 'plugins'?); known: data"},
    {"zzz: 1\n", "5:1: unknown key 'zzz' in the main file; known: data"},
    {"data: other\n", "5:1: key 'data' is written twice, first in line 1; keep one"},
    {"log: {level: loud}\n",
     "5:14: 'level' must be one of debug, info, warning, error, found 'loud'"},
    {"log: {level: Info}\n",
     "5:14: 'level' must be one of debug, info, warning, error, found 'Info' (did you mean "
     "'info'?)"},
    {"retention: {days: none}\n", "5:19: 'days' must be a number from 0.01 to 3650, found 'none'"},
    {"log: info\n", "5:6: 'log' must be a mapping (key: value), found 'info'"},
    {"gateways: nowhere\n",
     "5:11: 'gateways' must be an existing directory, found nowhere; create it"},
    {"tls: {certificate: nowhere.pem, key: runnel.yaml}\n",
     "5:20: 'certificate' must be an existing PEM file, found nowhere.pem"},
    {"tls: {certificate: runnel.yaml}\n", "5:6: 'tls' needs a value for 'key', found none"},
    {"protocols: {mqtt: {}}\n",
     "5:13: no protocol plugin named 'mqtt' was found in plugins; available: websocket, http, "
     "keyed; /p/protocol_mqtt.so is empty"},
    {"protocols: {websockets: {}}\n",
     "5:13: no protocol plugin named 'websockets' was found in plugins (did you mean "
     "'websocket'?); available: websocket"},
    {"protocols: {websocket: {lissten: x}}\n",
     "5:25: unknown option 'lissten' (did you mean 'listen'?); protocol websocket has: listen, "
     "pingBytes"},
    {"protocols: {websocket: {listen: [a]}}\n",
     "5:33: option 'listen' of protocol websocket must be a text, found a list"},
    {"protocols: {websocket: {pingBytes: 0}}\n",
     "5:36: option 'pingBytes' of protocol websocket must be an integer from 1 to 65536, found "
     "'0'"},
    {"protocols:\n  websocket:\n    listen: a\n    listen: b\n",
     "8:5: key 'listen' is written twice, first in line 7"},
    {"protocols: {keyed: {}}\n",
     "5:20: option 'key' of protocol keyed is required, found none: The key."},
    {"protocols: {keyed: {key: [geheim]}}\n",
     "5:26: option 'key' of protocol keyed must be a text"},
    {"networks: {}\n", "5:11: 'networks' must be a list, found a mapping"},
    {"networks: [5]\n", "5:12: a network must be a mapping (key: value), found '5'"},
    {"networks: [{plugin: simulator}]\n", "5:12: a network needs a value for 'name', found none"},
    {"networks: [{name: a}]\n", "5:12: a network needs a value for 'plugin', found none"},
    {"networks: [{name: a b, plugin: simulator}]\n",
     "5:19: 'name' must be 1 to 64 letters, digits, '.', '_' or '-', found 'a b'"},
    {"networks: [{name: a, plugin: simulater}]\n",
     "5:30: no network plugin named 'simulater' was found in plugins (did you mean 'simulator'?); "
     "available: simulator, http, chirpstack, tts"},
    {"networks:\n  - {name: a, plugin: simulator}\n  - {name: a, plugin: simulator}\n",
     "7:12: a second network 'a', the first is in line 6; give it another name"},
    {"networks: [{name: a, plugin: simulator, options: {rate: fast}}]\n",
     "5:57: option 'rate' of network simulator must be a number from 0 to 1e+05, found 'fast'"},
    {"networks: [{name: a, plugin: simulator, options: {applications: {x: 12}}}]\n",
     "5:69: 'x' must be an EUI, 16 hexadecimal digits such as 70B3D57ED0000001, found '12'"},
    {"networks: [{name: a, plugin: http}]\n",
     "5:12: option 'token' of network http is required, found none"},
    {"networks: [{name: a, plugin: simulator, regoin: EU868}]\n",
     "5:41: unknown key 'regoin' in a network (did you mean 'region'?)"},
    {"networks: [{name: a, plugin: simulator, region: EU686}]\n",
     "5:49: there is no LoRaWAN region 'EU686'; known: EU868, US915, "},
    {"networks: [\n", "6:1: is not readable as YAML: "},
    {"plain text\n", "5:1: unknown key 'plain text' in the main file"},
    {"\tlog: {}\n", "5:1: is not readable as YAML: "},
    {"log: {level: info\n", "6:1: is not readable as YAML: "},
    {"log: &l {level: info}\nprotocols: *l\n",
     "6:12: is not readable as YAML: aliases (*name) are not supported"},
};

INSTANTIATE_TEST_SUITE_P(All, WrongMainTest, ::testing::ValuesIn(kWrongMain));

TEST(MainFileTest, MakesPathsAbsoluteAndPlain) {
    const ConfigFiles files;
    files.write("runnel.yaml",
                "data: ./state/../data/\nplugins: [/a//b/, c]\n"
                "applications: applications/\n");
    const Config config = files.read().config;
    EXPECT_EQ(config.data, files.path() / "data");
    EXPECT_THAT(config.plugins, ElementsAre("/a/b", files.path() / "c"));
    EXPECT_EQ(config.applications, files.path() / "applications");
}

TEST(MainFileTest, ComplainsAboutMissingData) {
    const ConfigFiles files;
    files.write("runnel.yaml", "log: {level: info}\n");
    EXPECT_THAT(files.complaints(),
                ElementsAre("runnel.yaml:1:1: the main file needs a value for 'data', found none"));
}

TEST(MainFileTest, ComplainsAboutAnEmptyOrMissingFile) {
    const ConfigFiles files;
    files.write("runnel.yaml", "");
    EXPECT_THAT(files.complaints(),
                ElementsAre("runnel.yaml: the main file must be a mapping (key: "
                            "value), found nothing"));
    std::filesystem::remove(files.path() / "runnel.yaml");
    EXPECT_THAT(files.complaints(),
                ElementsAre("runnel.yaml: cannot be opened: No such file or directory"));
}

TEST(MainFileTest, ComplainsAboutEverythingAtOnce) {
    const ConfigFiles files;
    files.appendToMain("log: {level: loud}\nlgo: 1\nprotocols: {websocket: {pingBytes: -1}}\n");
    files.write("applications/70B3D57ED0000001.yaml", "streams: [{nam: a}]\n");
    files.write("applications/70B3D57ED0000002.yaml", "streams: [\n");
    files.write("applications/70B3D57ED0000003.yaml", "nam: a\n");
    EXPECT_THAT(files.complaints(),
                ElementsAre(StartsWith("runnel.yaml:5:14: "), StartsWith("runnel.yaml:6:1: "),
                            StartsWith("runnel.yaml:7:36: "),
                            StartsWith("applications/70B3D57ED0000001.yaml:1:11: "),
                            StartsWith("applications/70B3D57ED0000001.yaml:1:12: "),
                            StartsWith("applications/70B3D57ED0000002.yaml:2:1: "),
                            StartsWith("applications/70B3D57ED0000003.yaml:1:1: ")));
}

TEST(MainFileTest, NeverShowsASecret) {
    const ConfigFiles files;
    files.appendToMain("networks: [{name: a, plugin: http, options: {token: {geheim: geheim}}}]\n");
    EXPECT_THAT(files.complaints(), ElementsAre(Not(HasSubstr("geheim"))));
}

}  // namespace
}  // namespace runnel
