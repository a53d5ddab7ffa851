// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>

#include "tests/ctl/scripted_broker.h"

namespace runnel::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kStream =
    R"({"name":"cloud","application":"70B3D57ED0000001","scope":"application",)"
    R"("protocol":"websocket","format":"json","url":"wss://h:8443/?token=secret-of-16-letters",)"
    R"("enabled":true,"state":{"health":"working","sessions":1,"books":{"pending":7}}})";

const std::string kPath = "/api/v1/applications/70B3D57ED0000001";

TEST(CommandTest, StreamAddMakesTheApplicationAndPrintsAllThatAClientNeeds) {
    ScriptedBroker broker;
    broker.expect("GET " + kPath).reply(404, "{}");
    broker
        .expect(
            "POST /api/v1/applications "
            R"({"eui":"70B3D57ED0000001","name":"70B3D57ED0000001"})")
        .reply(201, "{}");
    broker
        .expect("POST " + kPath + "/streams " +
                R"({"protocol":"websocket","format":"json","options":{"a":3,"b":["x"],"c":"007"}})")
        .reply(201, kStream);
    const Outcome outcome =
        runCtl(broker, {"stream", "add", "--application", "70-b3-d5-7e-d0-00-00-01", "--protocol",
                        "websocket", "--format", "json", "--option", "a=3", "--option",
                        R"(b=["x"])", "--option", "c=007"});
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_EQ(outcome.out,
              "stream  70B3D57ED0000001/cloud\nurl     wss://h:8443/?token=secret-of-16-letters\n");
    EXPECT_THAT(outcome.err, HasSubstr("application 70B3D57ED0000001 was not there yet: made"));
}

TEST(CommandTest, AStreamOfADeviceHasItsScope) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/devices?search=0080E1150529E258&limit=1000")
        .reply(200, R"({"items":[{"eui":"0080E1150529E258","application":"70B3D57ED0000001"}]})");
    broker.expect("GET " + kPath);
    broker
        .expect("POST " + kPath + "/streams " +
                R"({"name":"bay","scope":{"device":"0080E1150529E258"},"enabled":false,)"
                R"("token":"typed-by-hand-of-20"})")
        .reply(201, kStream);
    const Outcome outcome = runCtl(broker,
                                   {"stream", "add", "--device", "0080e1150529e258", "--name",
                                    "bay", "--disabled", "--token-file", "-"},
                                   "typed-by-hand-of-20\n");
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
}

TEST(CommandTest, ABareNameIsEnoughIfItIsUnambiguous) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/streams?limit=1000")
        .reply(200, R"({"items":[{"name":"erp","gateway":"00000000000000AA"}],"next":"p 2"})");
    broker.expect("GET /api/v1/streams?limit=1000&after=p%202")
        .reply(200, std::string(R"({"items":[)") + kStream + "]}");
    broker.expect("GET " + kPath + "/streams/cloud").reply(200, kStream);
    const Outcome outcome = runCtl(broker, {"stream", "show", "cloud"});
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("books     pending=7\n"));
}

TEST(CommandTest, AnAmbiguousNameIsWrongUseAndListsTheChoices) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/streams?limit=1000")
        .reply(200, R"({"items":[{"name":"a","gateway":"00000000000000AA"},
                                 {"name":"a","application":"00000000000000BB"}]})");
    const Outcome outcome = runCtl(broker, {"stream", "remove", "a"});
    EXPECT_EQ(outcome.code, ExitCode::WrongUse);
    EXPECT_THAT(outcome.err, HasSubstr("00000000000000AA/a\n  00000000000000BB/a"));
}

TEST(CommandTest, AFullNameIsSoughtAmongApplicationsThenGateways) {
    ScriptedBroker broker;
    broker.expect("GET " + kPath + "/streams/x").reply(404, "{}");
    broker.expect("GET /api/v1/gateways/70B3D57ED0000001/streams/x");
    broker.expect("DELETE /api/v1/gateways/70B3D57ED0000001/streams/x").reply(204, "");
    const Outcome outcome = runCtl(broker, {"stream", "remove", "70b3d57ed0000001/x"});
    EXPECT_EQ(outcome.out, "70B3D57ED0000001/x removed\n");
}

TEST(CommandTest, StreamListIsATableWithoutTokens) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/streams?protocol=websocket&limit=1000")
        .reply(200, std::string(R"({"items":[)") + kStream + "]}");
    const Outcome outcome = runCtl(broker, {"stream", "list", "--protocol", "websocket"});
    EXPECT_EQ(outcome.out,
              "STREAM                  PROTOCOL   FORMAT  HEALTH   SESSIONS  PENDING\n"
              "70B3D57ED0000001/cloud  websocket  json    working         1        7\n");
}

TEST(CommandTest, StreamDocumentsAreWhatTheFormatWritesOrWhyItDoesNot) {
    const std::string head = R"("kind":"uplink","device":"0080E1150529E258",)"
                             R"("received":"2026-11-22T20:31:50.123Z",)";
    const std::string items = R"({"items":[{"position":12,)" + head + R"("text":"{\"a\":1}"},)" +
                              R"({"position":9,)" + head + R"("data":"C328"},)" +
                              R"({"position":8,)" + head + R"("error":"no port"}],"next":"8"})";
    ScriptedBroker broker;
    for (const char* limit : {"20", "3"}) {
        broker.expect("GET " + kPath + "/streams/cloud").reply(200, kStream);
        broker.expect("GET " + kPath + "/streams/cloud/documents?limit=" + limit).reply(200, items);
    }
    const std::string name = "70B3D57ED0000001/cloud";
    const Outcome outcome = runCtl(broker, {"stream", "documents", name});
    EXPECT_EQ(outcome.out,
              "POSITION  RECEIVED                  DEVICE            KIND    DOCUMENT\n"
              "      12  2026-11-22T20:31:50.123Z  0080E1150529E258  uplink  {\"a\":1}\n"
              "       9  2026-11-22T20:31:50.123Z  0080E1150529E258  uplink  C328\n"
              "       8  2026-11-22T20:31:50.123Z  0080E1150529E258  uplink  none: no port\n")
        << outcome.err;
    EXPECT_EQ(runCtl(broker, {"stream", "documents", name, "--limit", "3", "--json"}).out,
              items + "\n");
}

TEST(CommandTest, JsonIsTheDocumentAsItCame) {
    ScriptedBroker broker;
    const std::string document = R"({ "version":"1", "position": 9007199254740991 })";
    broker.expect("GET /api/v1/status").reply(200, document);
    EXPECT_EQ(runCtl(broker, {"status", "--json"}).out, document + "\n");
}

TEST(CommandTest, ARefusalIsStatus1WithAllItsErrors) {
    ScriptedBroker broker;
    broker.expect("POST /api/v1/reload {}")
        .reply(422, R"({"detail":"2 complaints","errors":[{"place":"a:1:2","detail":"x"},
                                                          {"place":"b:3:4","detail":"y"}]})");
    const Outcome outcome = runCtl(broker, {"reload"});
    EXPECT_EQ(outcome.code, ExitCode::Refused);
    EXPECT_EQ(outcome.err, "runnelctl: 2 complaints\n  a:1:2: x\n  b:3:4: y\n");
    EXPECT_EQ(outcome.out, "");
}

TEST(CommandTest, ARoleThatIsNotEnoughIsStatus4) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/users?limit=1000").reply(403, R"({"detail":"for admins"})");
    EXPECT_EQ(runCtl(broker, {"user", "list"}).code, ExitCode::NotAuthorised);
}

TEST(CommandTest, ABrokerThatIsNotThereIsStatus3AndNamesTheSocket) {
    std::string gone;
    {
        const ScriptedBroker broker;
        gone = broker.socket();
    }
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(run({"status", "--socket", gone}, {in, out, err}), ExitCode::Unreachable);
    EXPECT_THAT(err.str(), HasSubstr(gone));
}

TEST(CommandTest, AConnectionThatEndedBetweenTwoRequestsIsMadeAgain) {
    ScriptedBroker broker;
    broker.expect("GET /api/v1/streams?limit=1000").reply(200, R"({"next":"2"})").close();
    broker.expect("GET /api/v1/streams?limit=1000&after=2").reply(200, "{}");
    EXPECT_EQ(runCtl(broker, {"stream", "list"}).code, ExitCode::Done);
}

TEST(CommandTest, WrongUseIsStatus2AndSaysWhatWasExpected) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> uses{
        {{"stream", "lst"}, "there is no command 'lst'"},
        {{"stream"}, "expected a command"},
        {{"strem", "list"}, "did you mean 'stream'"},
        {{"stream", "show"}, "STREAM"},
        {{"stream", "add"}, "--application EUI"},
        {{"stream", "add", "--application", "12"}, "16 hexadecimal digits"},
        {{"stream", "add", "--gateway", "1", "--device", "2"}, "--device excludes --gateway"},
        {{"stream", "set", "a"}, "nothing to change"},
        {{"token", "add", "a", "--expires", "soon"}, "--expires must be a time"},
        {{"dead", "drop", "0000000000000001/x", "--colour"}, "--colour"}};
    for (const auto& [arguments, expected] : uses) {
        const ScriptedBroker broker;
        const Outcome outcome = runCtl(broker, arguments);
        EXPECT_EQ(outcome.code, ExitCode::WrongUse) << outcome.err;
        EXPECT_THAT(outcome.err, HasSubstr(expected));
    }
}

TEST(CommandTest, HelpHasTheExitCodes) {
    const ScriptedBroker broker;
    const Outcome outcome = runCtl(broker, {"--help"});
    EXPECT_EQ(outcome.code, ExitCode::Done);
    for (const char* words : {"0  done", "1  refused", "2  wrong use", "3  the broker", "4  not"}) {
        EXPECT_THAT(outcome.out, HasSubstr(words));
    }
}

TEST(CommandTest, ImportSendsEveryDeviceWithItsTags) {
    ScriptedBroker broker;
    broker
        .expect("PUT " + kPath + "/devices " +
                R"([{"eui":"0080E1150529E258","name":"Bay, 1","tags":{"floor":3}},)"
                R"({"eui":"0080E1150529E259","template":"acme@2","tags":{"floor":"007"}}])")
        .reply(200, R"({"added":1,"changed":0})");
    const Outcome outcome = runCtl(
        broker, {"device", "import", "-", "--application", "70B3D57ED0000001"},
        "eui,name,template,floor\n0080e1150529e258,\"Bay, 1\",,3\n00:80:e1:15:05:29:e2:59,,acme@2,"
        "007\n");
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_EQ(outcome.out, "1 added, 0 changed, 1 unchanged\n");
    EXPECT_EQ(outcome.err, "2 of 2 devices\n");
}

TEST(CommandTest, ImportNamesEveryWrongLineAndSendsNothing) {
    const ScriptedBroker broker;
    const Outcome outcome =
        runCtl(broker, {"device", "import", "-", "--application", "70B3D57ED0000001"},
               "eui,name\n12,a\n0080E1150529E258,a,b\n0080E1150529E258,a\n0080E1150529E258,b\n");
    EXPECT_EQ(outcome.code, ExitCode::WrongUse);
    EXPECT_THAT(outcome.err, HasSubstr("standard input:2: 'eui' must be"));
    EXPECT_THAT(outcome.err, HasSubstr("standard input:3: 3 values, expected 2"));
    EXPECT_THAT(outcome.err, HasSubstr("standard input:5: a second row for 0080E1150529E258"));
}

TEST(CommandTest, ReplayFollowsItsProgressToTheEnd) {
    ScriptedBroker broker;
    const std::string stream = kPath + "/streams/cloud";
    broker.expect("GET " + stream);
    broker
        .expect("POST " + stream + "/replays " +
                R"({"from":"2026-11-22T00:00:00Z","to":"2026-11-23T00:00:00Z"})")
        .reply(202, R"({"id":"r1","state":"running"})");
    broker.expect("GET " + stream + "/replays/r1")
        .reply(200,
               R"({"id":"r1","state":"running","sent":5,"arrived":1,"position":15,"through":19})");
    broker.expect("GET " + stream + "/replays/r1")
        .reply(200,
               R"({"id":"r1","state":"done","sent":9,"arrived":9,"position":19,"through":19})");
    const Outcome outcome = runCtl(broker, {"replay", "--stream", "70B3D57ED0000001/cloud",
                                            "--from", "2026-11-22", "--to", "2026-11-23"});
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_EQ(outcome.err, "5 sent, 1 arrived, 4 messages left to look at\n9 sent, 9 arrived\n");
}

TEST(CommandTest, TailPrintsWhatConcernsTheStream) {
    ScriptedBroker broker;
    broker.expect("GET " + kPath + "/streams/cloud");
    broker.expect("GET " + kPath + "/streams/cloud")
        .reply(200, R"({"name":"cloud","application":"70B3D57ED0000001","events":["uplink"]})");
    broker.expect("GET /api/v1/events?application=70B3D57ED0000001")
        .reply(200,
               ": hello\n\nevent: message\ndata: {\"kind\":\"join\",\"device\":\"X\"}\n\n"
               "event: message\ndata: {\"kind\":\"uplink\",\"device\":\"X\",\n"
               "data: \"received\":\"T\",\"port\":2,\"data\":\"01FF\"}\n\n");
    const Outcome outcome =
        runCtl(broker, {"stream", "tail", "70B3D57ED0000001/cloud", "--count", "1"});
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_EQ(outcome.out, "T  X  uplink  port 2  01FF\n");
}

TEST(CommandTest, APasswordComesFromAFileAndIsNeverPrinted) {
    ScriptedBroker broker;
    const std::string file = broker.directory() / "password";
    std::ofstream(file) << "correct horse battery\n";
    broker
        .expect(R"(POST /api/v1/users {"name":"anna","role":"operator",)"
                R"("applications":["70B3D57ED0000001"],"password":"correct horse battery"})")
        .reply(201, R"({"name":"anna","role":"operator"})");
    const Outcome outcome =
        runCtl(broker, {"user", "add", "anna", "--role", "operator", "--application",
                        "70B3D57ED0000001", "--password-file", file});
    EXPECT_EQ(outcome.code, ExitCode::Done) << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("horse")));
}

}  // namespace
}  // namespace runnel::ctl
