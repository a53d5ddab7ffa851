// SPDX-License-Identifier: Apache-2.0
#include "documents/downlink_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace runnel::documents {
namespace {

using ::testing::ContainsRegex;

constexpr Eui kDevice{0x0080E1150529E258};

Downlink downlinkOf(std::string_view document, std::optional<Eui> address = std::nullopt) {
    const Request request = readRequest({document, address});
    if (const auto* receipt = std::get_if<Receipt>(&request)) {
        ADD_FAILURE() << document << ": " << receipt->rejected->field << " "
                      << receipt->rejected->reason;
        return {};
    }
    return std::get<Downlink>(request);
}

Receipt rejectionOf(std::string_view document, std::optional<Eui> address = std::nullopt) {
    const Request request = readRequest({document, address});
    const auto* receipt = std::get_if<Receipt>(&request);
    if (receipt == nullptr || !receipt->rejected) {
        ADD_FAILURE() << "not rejected: " << document.substr(0, 200);
        return {"", std::nullopt, Error{}};
    }
    return *receipt;
}

TEST(DownlinkReaderTest, ReadsXonsDownlink) {
    const Downlink downlink =
        downlinkOf(R"({"Type":5,"Port":2,"DeviceEUI":"0080E1150529E258","Data":"01FF0000"})");
    EXPECT_TRUE(downlink.isConfirmed);
    EXPECT_EQ(downlink.port, 2);
    EXPECT_EQ(downlink.device, kDevice);
    EXPECT_EQ(downlink.payload, (Bytes{1, 255, 0, 0}));
    EXPECT_EQ(downlink.id, "");
    EXPECT_EQ(downlink.application, std::nullopt);
    EXPECT_EQ(downlink.expires, std::nullopt);
    EXPECT_FALSE(downlink.fields);
}

TEST(DownlinkReaderTest, TypeIsUnconfirmedAndPortIsOneByDefault) {
    const Downlink downlink = downlinkOf(R"({"DeviceEUI":"0080e1150529e258","Data":"ff"})");
    EXPECT_FALSE(downlink.isConfirmed);
    EXPECT_EQ(downlink.port, 1);
}

TEST(DownlinkReaderTest, ReadsKeysInAnyCaseAndEuisInAnyForm) {
    const Downlink downlink = downlinkOf(
        "\r\n { \"TYPE\": 3.0, \"port\" : 223, \"deviceEui\":\"00-80-e1-15-05-29-e2-58\",\n"
        "\"APPEUI\":\"01:02:03:04:05:06:07:08\",\"data\":\"aB\",\"iD\":\"order 17\",\n"
        "\"expiresat\":1734964219 }\n");
    EXPECT_EQ(downlink.port, 223);
    EXPECT_EQ(downlink.device, kDevice);
    EXPECT_EQ(downlink.application, Eui{0x0102030405060708});
    EXPECT_EQ(downlink.payload, Bytes{0xAB});
    EXPECT_EQ(downlink.id, "order 17");
    EXPECT_EQ(downlink.expires, Instant{std::chrono::seconds{1'734'964'219}});
}

TEST(DownlinkReaderTest, TakesTheDeviceFromTheAddressIfTheDocumentNamesNone) {
    EXPECT_EQ(downlinkOf(R"({"Data":"00"})", kDevice).device, kDevice);
    EXPECT_EQ(downlinkOf(R"({"Data":"00","DeviceEUI":"0080E1150529E258"})", kDevice).device,
              kDevice);
}

TEST(DownlinkReaderTest, ReadsTheLongestPayloadAndId) {
    const std::string data(484, 'A');
    const std::string id(64, '~');
    const Downlink downlink = downlinkOf(R"({"DeviceEUI":"0000000000000000","Data":")" + data +
                                         R"(","Id":")" + id + "\"}");
    EXPECT_EQ(downlink.payload, Bytes(242, 0xAA));
    EXPECT_EQ(downlink.id, id);
    EXPECT_EQ(downlink.device, Eui{0}) << "0 is an EUI too";
}

TEST(DownlinkReaderTest, ReadsFieldsForTheDevicesCodec) {
    const Downlink downlink = downlinkOf(
        R"({"DeviceEUI":"0080E1150529E258","Fields":{"valve":"open","limits":[1,2.5,null]}})");
    ASSERT_TRUE(downlink.fields);
    EXPECT_TRUE(downlink.payload.empty());
    EXPECT_EQ(valueOr<std::string>(*downlink.fields, "valve", ""), "open");
    EXPECT_EQ(valueOr<List>(*downlink.fields, "limits", {}).size(), 3U);
    EXPECT_EQ(downlink.port, 0) << "the codec's";
    EXPECT_EQ(downlinkOf(R"({"DeviceEUI":"0080E1150529E258","Fields":{},"Port":1})").port, 1);
}

TEST(DownlinkReaderTest, ReadsAnAcknowledgement) {
    const Request request = readRequest({R"({"ack":9007199254740991})", std::nullopt});
    ASSERT_TRUE(std::holds_alternative<Acknowledge>(request));
    EXPECT_EQ(std::get<Acknowledge>(request).upTo, 9'007'199'254'740'991U);
}

struct Bad {
    std::string document;
    const char* field;
    const char* reason;  ///< a POSIX regular expression
};

std::string with(const std::string& members) {
    return R"({"DeviceEUI":"0080E1150529E258","Data":"00",)" + members + "}";
}
std::string withData(const std::string& value) {
    return R"({"DeviceEUI":"0080E1150529E258","Data":)" + value + "}";
}

void expectRejected(const std::vector<Bad>& table) {
    for (const Bad& bad : table) {
        SCOPED_TRACE(bad.document.substr(0, 120));
        const Receipt receipt = rejectionOf(bad.document);
        EXPECT_EQ(receipt.rejected->field, bad.field);
        EXPECT_THAT(receipt.rejected->reason, ContainsRegex(bad.reason));
        EXPECT_LT(receipt.rejected->reason.size(), 250U);
    }
}

TEST(DownlinkReaderTest, RejectsBadMembersWithFieldAndReason) {
    expectRejected({
        {R"({"Data":"00"})", "DeviceEUI", "^is missing$"},
        {R"({"DeviceEUI":"0080E1150529E258"})", "Data", "^is missing$"},
        {R"({})", "DeviceEUI", "^is missing$"},
        {R"({"DeviceEUI":12,"Data":"00"})", "DeviceEUI", "text of 16 hex.* found 12$"},
        {R"({"DeviceEUI":null,"Data":"00"})", "DeviceEUI", "found null$"},
        {R"({"DeviceEUI":"","Data":"00"})", "DeviceEUI", "found the text \"\"$"},
        {R"({"DeviceEUI":"0080E1150529E25","Data":"00"})", "DeviceEUI", "0529E25\"$"},
        {R"({"DeviceEUI":"00-80:E1-15-05-29-E2-58","Data":"00"})", "DeviceEUI", "16 hex"},
        {R"({"DeviceEUI":"0080E1150529E25G","Data":"00"})", "DeviceEUI", "16 hex"},
        {withData("\"\""), "Data", "^must have 1 to 242 bytes, found none$"},
        {withData("\"0\""), "Data", "two hexadecimal digits per byte, found an odd number, 1$"},
        {withData("\"0947G\""), "Data", "hexadecimal digits, found 'G' as character 5$"},
        {withData("\"01 FF\""), "Data", "found ' ' as character 3$"},
        {withData("\"\\u0000a\""), "Data", "found '.x00' as character 1$"},
        {withData("\"" + std::string(486, '0') + "\""), "Data", "1 to 242 bytes, found 243$"},
        {withData("\"" + std::string(485, '0') + "\""), "Data", "1 to 242 bytes, found 243$"},
        {withData("1"), "Data", "must be a text of hexadecimal digits, found 1$"},
        {withData("[1,2]"), "Data", "found an array$"},
        {withData("null"), "Data", "found null$"},
        {with(R"("Port":0)"), "Port", "^must be 1 to 223, found 0$"},
        {with(R"("Port":224)"), "Port", "^must be 1 to 223, found 224$"},
        {with(R"("Port":-1)"), "Port", "found -1$"},
        {with(R"("Port":257)"), "Port", "found 257$"},
        {with(R"("Port":1.5)"), "Port", "^must be 1 to 223, found 1.5$"},
        {with(R"("Port":1e400)"), "Port", "at most 64 bits, found a larger one at line 1"},
        {with(R"("port":"2")"), "Port", "a number from 1 to 223, found the text \"2\"$"},
        {with(R"("Port":true)"), "Port", "found true$"},
        {with(R"("Port":null)"), "Port", "found null$"},
        {with(R"("Port":{})"), "Port", "found an object$"},
        {with(R"("Port":18446744073709551616)"), "Port", "found a number beyond 64 bits$"},
        {with(R"("Port":18446744073709551618)"), "Port", "found a number beyond 64 bits$"},
        {with(R"("Port":)" + std::string(200, '9')), "Port", "at most 64 bits"},
        {with(R"("Type":2)"), "Type", "^must be 3 .unconfirmed. or 5 .confirmed., found 2$"},
        {with(R"("Type":"3")"), "Type", "found the text \"3\"$"},
        {with(R"("Type":3.5)"), "Type", "found 3.5$"},
        {with(R"("AppEUI":"x")"), "AppEUI", "16 hexadecimal digits, found the text \"x\"$"},
        {with(R"("Id":17)"), "Id", "^must be a text, found 17$"},
        {with(R"("Id":"")"), "Id", "^must have 1 to 64 characters, found 0$"},
        {with(R"("Id":")" + std::string(65, 'x') + "\""), "Id", "found 65$"},
        {with(R"("Id":"a\nb")"), "Id", "printable ASCII, found the text \"a.x0Ab\"$"},
        {with(R"("ExpiresAt":"soon")"), "ExpiresAt", "whole Unix seconds.*\"soon\"$"},
        {with(R"("ExpiresAt":1734964219.5)"), "ExpiresAt", "found 1734964219.5$"},
        {with(R"("ExpiresAt":1734964219000)"), "ExpiresAt", "found 1734964219000$"},
        {with(R"("ExpiresAt":-1)"), "ExpiresAt", "found -1$"},
        {with(R"("Fields":{})"), "Fields", "^must not be there with Data$"},
        {R"({"DeviceEUI":"0080E1150529E258","Fields":[]})", "Fields", "an object, found an arr"},
        {with(R"("Prot":2)"), "Prot", "^is not known; known are Type, DeviceEUI, AppEUI, Port"},
        {with(R"("":2)"), "\"\"", "^is not known"},
        {with(R"("Port":2,"port":3)"), "Port", "^must be there once, found it twice$"},
        {with(R"("Port":2,"Port":2)"), "Port", "^must be there once, found it twice$"},
        {with(R"("Ack":1)"), "Ack", "^must be the only member$"},
        {R"({"Ack":-1})", "Ack", "^must be 0 to 9007199254740991, found -1$"},
        {R"({"Ack":"1"})", "Ack", "a number from 0 to 9007199254740991, found the text"},
        {R"({"Ack":9007199254740992})", "Ack", "found 9007199254740992$"},
    });
}

TEST(DownlinkReaderTest, RejectsWhatIsNoJsonObject) {
    expectRejected({
        {"", "", "^must be JSON, found at line 1, column 1: unexpected end of text$"},
        {"hello", "", "^must be JSON, found at line 1, column 1: unexpected byte 'h' in value$"},
        {"{\n  \"Port\": 2,\n  bad}", "", "at line 3, column 3: "},
        {R"({"Port":2)", "", "^must be JSON"},
        {R"({"Port":2}})", "", "Excess characters found"},
        {R"({"Port":02})", "", "^must be JSON"},
        {R"({'Port':2})", "", "^must be JSON"},
        {"{\"Id\":\"a\nb\"}", "", "unescaped control character"},
        {"{\"Id\":\"\\ud800\"}", "", "^must be JSON"},
        {"\xEF\xBB\xBF{}", "", "^must be JSON.*.xEF"},
        {R"([{"Port":2}])", "", "^must be a JSON object, found an array$"},
        {"17", "", "^must be a JSON object, found 17$"},
        {"\"text\"", "", "^must be a JSON object, found the text \"text\"$"},
        {"null", "", "^must be a JSON object, found null$"},
        {std::string("\0\0\0", 3), "", "^must be JSON"},
        {with("\"Id\":\"\xFF\""), "", "^must be UTF-8, found the byte .xFF at line 1, column 51$"},
        {std::string(70'000, ' '), "", "^must have at most 65536 bytes, found 70000$"},
        {withData("\"" + std::string(65'000, '0') + "\""), "Data", "found 32500$"},
        {with("\"" + std::string(60'000, 'k') + "\":1"),
         "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...", "^is not known"},
        {std::string(60'000, '['), "", "^must be nested at most 32 deep, found more at line 1"},
        {with("\"Fields\":" + std::string(33, '[') + std::string(33, ']')), "", "at most 32 deep"},
    });
}

TEST(DownlinkReaderTest, RejectsADocumentThatNamesAnotherDeviceThanItsAddress) {
    const Receipt receipt =
        rejectionOf(R"({"DeviceEUI":"0080E1150529E258","Data":"00","Id":"a"})", Eui{1});
    EXPECT_EQ(receipt.rejected->field, "DeviceEUI");
    EXPECT_THAT(receipt.rejected->reason,
                ContainsRegex("^must be 0000000000000001, .*found 0080E1150529E258$"));
    EXPECT_EQ(receipt.id, "a");
}

TEST(DownlinkReaderTest, ARejectionCarriesIdAndDeviceWhateverElseIsWrong) {
    for (const char* document : {R"({"Id":"a1","DeviceEUI":"0080E1150529E258","Data":"0"})",
                                 R"({"Data":7,"Port":0,"DeviceEUI":"0080E1150529E258","Id":"a1"})",
                                 R"({"What":1,"DeviceEUI":"0080E1150529E258","Id":"a1"})",
                                 R"({"Id":"a1","DeviceEUI":"0080E1150529E258","Ack":1})",
                                 R"({"Id":"a1","DeviceEUI":"0080E1150529E258","Port":1e400})",
                                 R"({"Id":"a1","DeviceEUI":"0080E1150529E258","Port":)"}) {
        const Receipt receipt = rejectionOf(document);
        EXPECT_EQ(receipt.id, "a1") << document;
        EXPECT_EQ(receipt.device, kDevice) << document;
    }
    EXPECT_EQ(rejectionOf("no JSON", kDevice).device, kDevice) << "known from the address";
    EXPECT_EQ(rejectionOf(with("\"Id\":\"\"")).id, "") << "a bad Id is not repeated";
    EXPECT_EQ(rejectionOf(R"({"Data":"00","DeviceEUI":"?"})").device, std::nullopt);
}

TEST(DownlinkReaderTest, ReportsTheFirstOfSeveralMistakes) {
    EXPECT_EQ(rejectionOf(R"({"Data":"x","Port":0,"Type":9,"Zap":1})").rejected->field, "Zap");
    EXPECT_EQ(rejectionOf(R"({"Data":"x","Port":0,"Type":9})").rejected->field, "Type");
    EXPECT_EQ(rejectionOf(R"({"Data":"x","Port":0})").rejected->field, "DeviceEUI");
}

}  // namespace
}  // namespace runnel::documents
