// SPDX-License-Identifier: Apache-2.0
#include "json_format.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "allocations_test.h"
#include "runnel/testing.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::json {
namespace {

using documents::EuiStyle;
using documents::Options;
using Poco::JSON::Object;
using ::testing::IsEmpty;

constexpr Options kAll{true, true, true, true, true, true, EuiStyle::Dashes};

Object::Ptr parsed(const std::string& document) {
    return Poco::JSON::Parser{}.parse(document).extract<Object::Ptr>();
}

std::unique_ptr<Format> create(const Fields& options) {
    FakeHost host;
    auto format = runnel_plugin.format(host, options);
    EXPECT_TRUE(format);
    return std::move(*format);
}

TEST(JsonFormatTest, KeepsEveryPromiseOfAPlugin) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), IsEmpty());
    EXPECT_THAT(checkFormat(JsonFormat{{}}), IsEmpty());
    EXPECT_THAT(checkFormat(JsonFormat{kAll}), IsEmpty());
}

TEST(JsonFormatTest, IsJsonTextAndWantsFieldsOnlyIfAsked) {
    const auto plain = create({});
    EXPECT_EQ(plain->contentType(), "application/json");
    EXPECT_TRUE(plain->isText());
    EXPECT_FALSE(plain->wantsFields());
    EXPECT_TRUE(create({{"fields", {true}}})->wantsFields());
}

TEST(JsonFormatTest, EachOptionAddsItsField) {
    const std::pair<const char*, const char*> cases[]{
        {"gateway", "GatewayEUI"}, {"sequence", "Sequence"},     {"frameCounter", "FrameCounter"},
        {"dataRate", "DataRate"},  {"deviceName", "DeviceName"}, {"fields", "Fields"}};
    Message message;
    message.receptions = {{Eui{1}, -100, 1.5F, std::nullopt}};
    message.dataRate = "SF12BW125";
    message.deviceName = "Bay 1";
    const Fields decoded{{"a", {true}}};
    const EncodeInput input{
        .message = message, .reception = &message.receptions[0], .decoded = &decoded};
    for (const auto& [option, field] : cases) {
        EXPECT_FALSE(parsed(*create({})->encode(input))->has(field)) << field;
        const auto format = create({{option, {true}}});
        const Object::Ptr document = parsed(*format->encode(input));
        EXPECT_TRUE(document->has(field)) << field;
        EXPECT_EQ(document->size(), 8U) << "seven fields without application, and " << field;
    }
    const auto dashes = create({{"euiStyle", {std::string{"dashes"}}}});
    EXPECT_EQ(parsed(*dashes->encode(input))->getValue<std::string>("DeviceEUI"),
              "00-00-00-00-00-00-00-00");
}

class RandomMessage {
  public:
    explicit RandomMessage(unsigned seed) : random_{seed} {}

    Message next() {
        Message message;
        message.kind = static_cast<Kind>(number(0, static_cast<int>(Kind::Test)));
        message.port = static_cast<std::uint8_t>(number(0, 255));
        message.device = Eui{random_()};
        if (number(0, 1) == 1) message.application = Eui{random_()};
        message.frequencyHz = static_cast<std::uint32_t>(random_());
        message.brokerTime = Instant{std::chrono::milliseconds{random_() >> 20}};
        const std::string payload = text(242);
        message.payload.assign(payload.begin(), payload.end());
        message.deviceName = text(20);
        message.dataRate = text(10);
        message.text = text(60);
        message.downlinkId = text(64);
        message.extra = {{text(5), {text(9)}}, {"n", {std::int64_t(random_())}}};
        message.receptions = {{Eui{random_()}, static_cast<std::int16_t>(number(-140, 10)),
                               static_cast<float>(number(-9'999, 9'999)) / 97, std::nullopt}};
        return message;
    }

  private:
    int number(int low, int high) { return std::uniform_int_distribution<int>{low, high}(random_); }
    std::string text(int longest) {
        std::string bytes(static_cast<std::size_t>(number(0, longest)), ' ');
        for (char& c : bytes) c = static_cast<char>(number(0, 255));
        return bytes;
    }

    std::mt19937_64 random_;
};

TEST(JsonFormatTest, EveryDocumentIsValidJson) {
    const unsigned seed = std::random_device{}();
    RecordProperty("seed", static_cast<int>(seed));
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomMessage random{seed};
    const JsonFormat format{kAll};
    for (int i = 0; i < 2'000; ++i) {
        const Message message = random.next();
        const EncodeInput input{.message = message,
                                .reception = &message.receptions.front(),
                                .decoded = &message.extra,
                                .isReplay = true};
        const std::string document = *format.encode(input);
        ASSERT_NO_THROW(parsed(document)) << document;
        if (message.kind != Kind::Uplink) continue;
        const Object::Ptr object = parsed(document);
        EXPECT_EQ(parseHex(object->getValue<std::string>("Data")), message.payload);
        EXPECT_EQ(parseEui(object->getValue<std::string>("DeviceEUI")), message.device);
        EXPECT_EQ(object->optValue("Frequency", 0.0), message.frequencyHz / 1e6);
        EXPECT_EQ(object->getValue<float>("SNR"), message.receptions.front().snrDb);
        EXPECT_EQ(object->getValue<int>("RSSI"), message.receptions.front().rssiDbm);
    }
}

TEST(JsonFormatTest, ReceiptsWithAnyBytesAreValidJson) {
    const JsonFormat format{{}};
    const Receipt receipt{"\xFF\"", Eui{1}, Error{"\n\xC3", "must be \"x\\y\", found \xED\xA0"}};
    EXPECT_NO_THROW(parsed(format.encode(receipt)));
    EXPECT_NO_THROW(parsed(format.encode(Gap{1, 2, 3, "\x01\xFF"})));
}

TEST(JsonFormatTest, ARejectionCanBeSentBackAsAReceipt) {
    const JsonFormat format{{}};
    const auto requests = format.decode(
        {R"({"id":"a1","deviceeui":"00-80-E1-15-05-29-E2-58","data":"00","port":0})", {}});
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(format.encode(std::get<Receipt>(requests[0])),
              R"({"Receipt":"rejected","Id":"a1","DeviceEUI":"0080E1150529E258",)"
              R"("Field":"Port","Reason":"must be 1 to 223, found 0"})");
}

TEST(JsonFormatTest, EncodesWithOneAllocationForTheDocument) {
    Message message = RandomMessage{1}.next();
    message.kind = Kind::Uplink;
    message.payload.assign(242, 0xAB);
    message.deviceName = "Bay 1";
    message.dataRate = "SF12BW125";
    const JsonFormat format{
        {.gateway = true, .sequence = true, .frameCounter = true, .dataRate = true}};
    const EncodeInput input{.message = message, .reception = &message.receptions.front()};
    const int before = allocations();
    const auto document = format.encode(input);
    EXPECT_EQ(allocations() - before, 1) << *document;
}

std::string escaped(const char* cell) {
    std::string out;
    for (const char* c = cell; *c != '\0'; ++c) {
        if (*c == '|') out += '\\';
        out += *c;
    }
    return out;
}

TEST(JsonFormatTest, ReadmeShowsTheOptionTableAsItIs) {
    std::ifstream file(RUNNEL_README);
    std::ostringstream readme;
    readme << file.rdbuf();
    std::string table = "| option | type | default | required | meaning |\n|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < runnel_plugin.optionCount; ++i) {
        const Option& option = runnel_plugin.options[i];
        table += "| `" + std::string{option.name} + "` | " + escaped(option.type) + " | " +
                 option.fallback + " | " + (option.isRequired ? "yes" : "no") + " | " +
                 escaped(option.help) + " |\n";
    }
    EXPECT_NE(readme.str().find("\n" + table + "\n"), std::string::npos) << table;
}

}  // namespace
}  // namespace runnel::json
