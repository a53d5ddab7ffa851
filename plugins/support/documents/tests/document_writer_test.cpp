// SPDX-License-Identifier: Apache-2.0
#include "documents/document_writer.h"
#include "documents/members.h"

#include <gtest/gtest.h>

#include <limits>

namespace runnel::documents {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Message uplink() {
    Message message;
    message.position = 4711;
    message.kind = Kind::Uplink;
    message.port = 2;
    message.device = Eui{0x0080E1150529E258};
    message.application = Eui{0x0102030405060708};
    message.frameCounter = 99;
    message.frequencyHz = 902'500'000;
    message.dataRate = "SF7BW125";
    message.networkTime = Instant{milliseconds{1'734'964'219'999}};
    message.brokerTime = Instant{seconds{1'734'964'300}};
    message.payload = {0x09, 0x47, 0xA4, 0xBD, 0x92};
    message.receptions = {{Eui{0xAABBCCDDEEFF0011}, -39, 11.5F, Instant{seconds{1}}}};
    message.deviceName = "Bay 1";
    return message;
}

std::string write(const Message& message, const Options& options = {}) {
    const Reception* heard = message.receptions.empty() ? nullptr : &message.receptions.front();
    return writeMessage({.message = message, .reception = heard}, options);
}

/// The text of one member's value, up to the next comma or the end.
std::string member(const std::string& document, const std::string& name) {
    const std::size_t at = document.find("\"" + name + "\":");
    if (at == std::string::npos) return "absent";
    const std::size_t from = at + name.size() + 3;
    return document.substr(from, document.find_first_of(",}", from) - from);
}

TEST(DocumentWriterTest, WritesAnUplinkWithXonsFieldsInXonsOrder) {
    EXPECT_EQ(write(uplink()),
              R"({"Type":2,"DeviceEUI":"0080E1150529E258","AppEUI":"0102030405060708",)"
              R"("Timestamp":1734964219,"Port":2,"Data":"0947A4BD92","Frequency":902.5,)"
              R"("RSSI":-39,"SNR":11.5})");
}

TEST(DocumentWriterTest, WritesEveryOptionalFieldInTheDocumentedOrder) {
    Options all{true, true, true, true, true, true, EuiStyle::Dashes};
    const Message message = uplink();
    const Fields decoded{{"level", {std::int64_t{7}}}, {"ok", {true}}};
    const EncodeInput input{.message = message,
                            .reception = &message.receptions.front(),
                            .decoded = &decoded,
                            .isReplay = true};
    EXPECT_EQ(writeMessage(input, all),
              R"({"Type":2,"DeviceEUI":"00-80-E1-15-05-29-E2-58",)"
              R"("AppEUI":"01-02-03-04-05-06-07-08","Timestamp":1734964219,"Port":2,)"
              R"("Data":"0947A4BD92","Frequency":902.5,"RSSI":-39,"SNR":11.5,)"
              R"("GatewayEUI":"AA-BB-CC-DD-EE-FF-00-11","Sequence":4711,"FrameCounter":99,)"
              R"("DataRate":"SF7BW125","DeviceName":"Bay 1","Fields":{"level":7,"ok":true},)"
              R"("Replayed":true})");
}

TEST(DocumentWriterTest, LeavesOutWhatIsNotKnown) {
    Options all{true, true, true, true, true, true, EuiStyle::Plain};
    Message message = uplink();
    message.application.reset();
    message.networkTime.reset();
    message.receptions.clear();
    message.payload.clear();
    message.frequencyHz = 0;
    message.dataRate.clear();
    message.deviceName.clear();
    EXPECT_EQ(write(message, all),
              R"({"Type":2,"DeviceEUI":"0080E1150529E258","Timestamp":1734964300,"Port":2,)"
              R"("Data":"","Sequence":4711,"FrameCounter":99})");
}

TEST(DocumentWriterTest, TypeIsTheMessageTypeOfLorawan) {
    Message message = uplink();
    message.isConfirmed = true;
    EXPECT_EQ(member(write(message), "Type"), "4");
}

TEST(DocumentWriterTest, TimestampNeverComesFromAGatewaysClock) {
    Message message = uplink();
    message.networkTime.reset();
    EXPECT_EQ(member(write(message), "Timestamp"), "1734964300");
    message.networkTime = Instant{milliseconds{-1}};
    EXPECT_EQ(member(write(message), "Timestamp"), "-1") << "rounds down, not to zero";
}

TEST(DocumentWriterTest, FrequencyIsMegahertzWithoutNoise) {
    const std::pair<std::uint32_t, const char*> cases[]{
        {902'300'000, "902.3"},     {902'000'000, "902"},        {868'100'000, "868.1"},
        {865'062'500, "865.0625"},  {433'175'001, "433.175001"}, {1, "0.000001"},
        {923'000'010, "923.00001"}, {2'479'000'000, "2479"},     {4'294'967'295, "4294.967295"}};
    for (const auto& [hertz, expected] : cases) {
        Message message = uplink();
        message.frequencyHz = hertz;
        EXPECT_EQ(member(write(message), "Frequency"), expected);
    }
}

TEST(DocumentWriterTest, SnrIsTheShortestTextOfTheFloat) {
    const std::pair<float, const char*> cases[]{
        {11.5F, "11.5"}, {-9.25F, "-9.25"}, {-8.8F, "-8.8"},   {0.0F, "0"},
        {-24.0F, "-24"}, {14.8F, "14.8"},   {-6.75F, "-6.75"}, {0.1F, "0.1"}};
    for (const auto& [snr, expected] : cases) {
        Message message = uplink();
        message.receptions.front().snrDb = snr;
        EXPECT_EQ(member(write(message), "SNR"), expected);
    }
    Message message = uplink();
    message.receptions.front().snrDb = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(member(write(message), "SNR"), "absent") << "JSON has no NaN";
}

TEST(DocumentWriterTest, EuiStyleIsASetting) {
    EXPECT_EQ(member(write(uplink(), {.euiStyle = EuiStyle::Colons}), "DeviceEUI"),
              R"("00:80:E1:15:05:29:E2:58")");
}

TEST(DocumentWriterTest, SaysWhyThereAreNoFields) {
    const Message message = uplink();
    const Error error{"", "codec answered after 100 ms only"};
    const EncodeInput input{.message = message, .decodeError = &error};
    EXPECT_EQ(member(writeMessage(input, {.fields = true}), "DecodeError"),
              R"("codec answered after 100 ms only")");
    EXPECT_EQ(member(writeMessage(input, {}), "DecodeError"), "absent");
}

TEST(DocumentWriterTest, NamesEveryKindOfEvent) {
    const std::pair<Kind, const char*> cases[]{{Kind::Join, "joined"},
                                               {Kind::Queued, "queued"},
                                               {Kind::Sent, "sent"},
                                               {Kind::Acknowledged, "acknowledged"},
                                               {Kind::NotAcknowledged, "notAcknowledged"},
                                               {Kind::Expired, "expired"},
                                               {Kind::Failed, "failed"},
                                               {Kind::DeviceStatus, "status"},
                                               {Kind::Location, "location"},
                                               {Kind::Test, "test"}};
    for (const auto& [kind, name] : cases) {
        Message message = uplink();
        message.kind = kind;
        EXPECT_EQ(member(write(message), "Event"), "\"" + std::string{name} + "\"");
        EXPECT_EQ(member(write(message), "Type"), "absent");
    }
}

TEST(DocumentWriterTest, WritesAnEventWithAllItsParts) {
    Message message = uplink();
    message.kind = Kind::Failed;
    message.downlinkId = "order-17";
    message.text = "TX_FREQ: \"out of range\"";
    message.extra = {{"level", {std::string{"ERROR"}}}, {"gateways", {List{{std::int64_t{3}}}}}};
    const EncodeInput input{.message = message, .isReplay = true};
    EXPECT_EQ(writeMessage(input, {.sequence = true, .deviceName = true}),
              R"({"Event":"failed","Id":"order-17","DeviceEUI":"0080E1150529E258",)"
              R"("AppEUI":"0102030405060708","Timestamp":1734964219,)"
              R"("Text":"TX_FREQ: \"out of range\"",)"
              R"("Details":{"level":"ERROR","gateways":[3]},"Sequence":4711,)"
              R"("DeviceName":"Bay 1","Replayed":true})");
}

TEST(DocumentWriterTest, WritesReceipts) {
    EXPECT_EQ(writeReceipt({"a1", Eui{0x0080E1150529E258}, std::nullopt}, {}),
              R"({"Receipt":"accepted","Id":"a1","DeviceEUI":"0080E1150529E258"})");
    EXPECT_EQ(writeReceipt({"a1", Eui{1}, Error{"Port", "must be 1 to 223, found 0"}}, {}),
              R"({"Receipt":"rejected","Id":"a1","DeviceEUI":"0000000000000001",)"
              R"("Field":"Port","Reason":"must be 1 to 223, found 0"})");
    EXPECT_EQ(writeReceipt({"", std::nullopt, Error{"", "must be JSON"}}, {}),
              R"({"Receipt":"rejected","Reason":"must be JSON"})");
}

TEST(DocumentWriterTest, WritesGaps) {
    EXPECT_EQ(writeGap({17, 9'007'199'254'740'991, 3, "retention"}),
              R"({"Gap":{"From":17,"To":9007199254740991,"Messages":3,"Reason":"retention"}})");
}

}  // namespace
}  // namespace runnel::documents
