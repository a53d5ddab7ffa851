// SPDX-License-Identifier: Apache-2.0
#include "xml_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <random>
#include <sstream>

#include "documents/xml_reader.h"
#include "runnel/testing.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::xml {
namespace {

using documents::EuiStyle;
using documents::Options;
using ::testing::ContainsRegex;
using ::testing::IsEmpty;

constexpr Options kAll{true, true, true, true, true, true, EuiStyle::Dashes};
constexpr Eui kDevice{0x0080E1150529E258};

const Fields kDecoded{{"level", {std::int64_t{7}}},
                      {"1 < 2", {std::string{"a&b\r\n"}}},
                      {"open", {true}},
                      {"none", {}},
                      {"nan", {std::numeric_limits<double>::quiet_NaN()}},
                      {"gps", {Fields{{"lat", {1.5}}}}},
                      {"list", {List{{std::string{"a"}}, {List{}}}}}};

Message uplink() {
    Message message;
    message.position = 4711;
    message.port = 2;
    message.device = kDevice;
    message.application = Eui{0x0102030405060708};
    message.frequencyHz = 902'500'000;
    message.dataRate = "SF7BW125";
    message.deviceName = "Bay <1>\x01\xFF";
    message.networkTime = Instant{std::chrono::seconds{1'734'964'219}};
    message.payload = {0x09, 0x47, 0xA4, 0xBD, 0x92};
    message.receptions = {{Eui{1}, -39, 11.5F, std::nullopt}};
    message.extra = kDecoded;
    return message;
}

std::string encode(const Message& message, const Options& options = {}) {
    return *XmlFormat{options}.encode({.message = message,
                                       .reception = &message.receptions.front(),
                                       .decoded = &kDecoded,
                                       .isReplay = options.fields});
}

Request ask(std::string_view document, std::optional<Eui> address = std::nullopt) {
    return XmlFormat{{}}.decode({document, address}).front();
}

Error rejection(std::string_view document) {
    const Request request = ask(document);
    const auto* receipt = std::get_if<Receipt>(&request);
    EXPECT_TRUE(receipt != nullptr && receipt->rejected) << document.substr(0, 200);
    return receipt != nullptr && receipt->rejected ? *receipt->rejected : Error{};
}

std::string with(const std::string& members) {
    return "<Downlink><DeviceEUI>0080E1150529E258</DeviceEUI>" + members + "</Downlink>";
}

TEST(XmlFormatTest, KeepsEveryPromiseOfAPlugin) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), IsEmpty());
    EXPECT_THAT(checkFormat(XmlFormat{{}}), IsEmpty());
    EXPECT_THAT(checkFormat(XmlFormat{kAll}), IsEmpty());
    FakeHost host;
    EXPECT_TRUE((*runnel_plugin.format(host, {{"fields", {true}}}))->wantsFields());
}

TEST(XmlFormatTest, WritesAnUplinkWithXonsNamesInXonsOrder) {
    EXPECT_EQ(encode(uplink()),
              "<Uplink><Type>2</Type><DeviceEUI>0080E1150529E258</DeviceEUI>"
              "<AppEUI>0102030405060708</AppEUI><Timestamp>1734964219</Timestamp><Port>2</Port>"
              "<Data>0947A4BD92</Data><Frequency>902.5</Frequency><RSSI>-39</RSSI><SNR>11.5</SNR>"
              "</Uplink>");
}

TEST(XmlFormatTest, EveryDocumentIsValidByTheSchema) {
    std::vector<std::string> all;
    Message message = uplink();
    for (int kind = 0; kind <= static_cast<int>(Kind::Test); ++kind) {
        message.kind = static_cast<Kind>(kind);
        message.text = kind % 2 == 0 ? "words" : "";
        all.push_back(encode(message));
        all.push_back(encode(message, kAll));
    }
    const XmlFormat format{kAll};
    const Error problem{"", "codec failed"};
    all.push_back(*format.encode({.message = uplink(), .decodeError = &problem}));
    all.push_back(format.encode(Receipt{"a1", kDevice, std::nullopt}));
    all.push_back(format.encode(Receipt{"", std::nullopt, Error{"Port", "\xFF must be <b>"}}));
    all.push_back(format.encode(Gap{17, 99, 3, "retention"}));
    all.push_back(with("<Port>2</Port><Data>01FF</Data><Id>a</Id><ExpiresAt>17</ExpiresAt>"));
    all.emplace_back("<Ack>17</Ack>");
    for (const std::string& document : all) {
        EXPECT_FALSE(documents::xmlProblem(document)) << document;
    }
    if (std::system("command -v xmllint >/dev/null") != 0) {
        GTEST_SKIP() << "xmllint is not installed (Debian package libxml2-utils)";
    }
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("runnel-xsd-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::ofstream{folder / (std::to_string(i) + ".xml")} << all[i];
    }
    const std::string command = "xmllint --nonet --noout --schema '" RUNNEL_XSD "' '" +
                                folder.string() + "'/*.xml 2>'" + folder.string() + "/out'";
    const int status = std::system(command.c_str());
    std::ostringstream output;
    output << std::ifstream{folder / "out"}.rdbuf();
    EXPECT_EQ(status, 0) << output.str();
    std::filesystem::remove_all(folder);
}

TEST(XmlFormatTest, ReadsADownlink) {
    const Request request =
        ask("<?xml version=\"1.0\"?>\n<!-- x --><Downlink xmlns:a=\"b\">\n <type>5</type>"
            "<DeviceEUI> 00-80-e1-15-05-29-e2-58\n</DeviceEUI><Port>2</Port>"
            "<Data><![CDATA[01FF]]></Data><Id>a&amp;b</Id><ExpiresAt>1734964219</ExpiresAt>"
            "</Downlink>\n");
    ASSERT_TRUE(std::holds_alternative<Downlink>(request));
    const auto& downlink = std::get<Downlink>(request);
    EXPECT_TRUE(downlink.isConfirmed);
    EXPECT_EQ(downlink.device, kDevice);
    EXPECT_EQ(downlink.port, 2);
    EXPECT_EQ(downlink.payload, (Bytes{1, 255}));
    EXPECT_EQ(downlink.id, "a&b");
    EXPECT_EQ(downlink.expires, Instant{std::chrono::seconds{1'734'964'219}});
    EXPECT_TRUE(
        std::holds_alternative<Downlink>(ask("<Downlink><Data>00</Data></Downlink>", kDevice)));
}

TEST(XmlFormatTest, ReadsFieldsAsTheyAreWritten) {
    const std::string uplinkText = encode(uplink(), kAll);
    const std::size_t from = uplinkText.find("<Fields>");
    const std::string fields = uplinkText.substr(from, uplinkText.find("</Fields>") + 9 - from);
    const Request request = ask(with(fields));
    ASSERT_TRUE(std::holds_alternative<Downlink>(request)) << fields;
    const Fields& read = *std::get<Downlink>(request).fields;
    EXPECT_EQ(valueOr<std::int64_t>(read, "level", 0), 7);
    EXPECT_EQ(valueOr<std::string>(read, "1 < 2", ""), "a&b\r\n");
    EXPECT_TRUE(valueOr(read, "open", false));
    EXPECT_EQ(valueOr(valueOr<Fields>(read, "gps", {}), "lat", 0.0), 1.5);
    EXPECT_EQ(valueOr<List>(read, "list", {}).size(), 2U);
}

TEST(XmlFormatTest, ReadsAnAcknowledgement) {
    const Request request = ask("<Ack> 4711 </Ack>");
    ASSERT_TRUE(std::holds_alternative<Acknowledge>(request));
    EXPECT_EQ(std::get<Acknowledge>(request).upTo, 4711U);
}

TEST(XmlFormatTest, RejectsWithFieldAndReasonInTheWordsOfJson) {
    const std::string deep = [] {
        std::string text;
        for (int i = 0; i < 40; ++i) text += "<Field type=\"object\">";
        return text;
    }();
    const std::tuple<std::string, const char*, const char*> cases[]{
        {with("<Port>0</Port><Data>00</Data>"), "Port", "^must be 1 to 223, found 0$"},
        {with("<Port>x</Port><Data>00</Data>"), "Port", "a number from 1 to 223, found the text"},
        {with("<Port>99999999999999999999</Port>"), "Port", "found a number beyond 64 bits"},
        {with("<Data>0</Data>"), "Data", "found an odd number, 1$"},
        {with("<Data><b/></Data>"), "Data", "^has <b>, known are"},
        {with(""), "Data", "^is missing$"},
        {with("<Data>00</Data><data>00</data>"), "Data", "^must be there once, found it twice$"},
        {with("<Prot>1</Prot>"), "Prot", "^is not known; known are Type"},
        {with("<Data a=\"1\">00</Data>"), "Data", "unknown attribute \"a\""},
        {with("<Fields><Field name=\"a\" type=\"int\">1</Field></Fields>"), "Fields", "not known;"},
        {with("<Fields><Field name=\"a\" type=\"number\">x</Field></Fields>"), "Fields",
         "a number"},
        {with("<Fields><a/></Fields>"), "Fields", "has <a>, known are <Field> and <Item>"},
        {with("<Fields>" + deep + "</Fields>"), "", "must be XML|nested at most 32"},
        {with("text"), "", "found the text \"text\" between them"},
        {"", "", "^must be XML"},
        {"{}", "", "^must be XML, found at line 1, column 1: "},
        {"<Downlink>\n <Data>00</Dat></Downlink>", "", "^must be XML, found at line 2"},
        {"<Uplink/>", "", "^must be a <Downlink> element, found <Uplink>$"},
        {"<!DOCTYPE a [<!ENTITY b 'c'>]><Downlink>&b;</Downlink>", "", "^must have no DOCTYPE"},
        {with("<Data>&b;</Data>"), "", "^must be XML"},
        {with("<Id>\xFF</Id>"), "", "^must be UTF-8"},
        {std::string(70'000, ' '), "", "at most 65536 bytes, found 70000"},
    };
    for (const auto& [document, field, reason] : cases) {
        const Error error = rejection(document);
        EXPECT_EQ(error.field, field) << document.substr(0, 150) << error.reason;
        EXPECT_THAT(error.reason, ContainsRegex(reason));
    }
    const Request request = ask(with("<Id>a1</Id><Port>0</Port><Data>00</Data>"));
    EXPECT_EQ(std::get<Receipt>(request).id, "a1");
    EXPECT_EQ(std::get<Receipt>(request).device, kDevice);
}

TEST(XmlFormatTest, AnyDocumentIsAnswered) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mt19937 random{seed};
    const std::string good = with(
        "<Port>2</Port><Fields><Field name=\"a\" type=\"list\"><Item type=\"number\">1"
        "</Item></Field></Fields><!-- c --><Id>&#65;&lt;</Id>");
    for (int i = 0; i < 20'000; ++i) {
        std::string document = good;
        for (auto n = random() % 4; n > 0; --n) {
            document[random() % document.size()] = static_cast<char>(random());
        }
        if (i % 5 == 0) document.insert(random() % document.size(), "<!DOCTYPE&<![CDATA[]]>");
        if (i % 7 == 0) document.resize(random() % document.size());
        const Request request = ask(document);
        if (const auto* receipt = std::get_if<Receipt>(&request)) {
            ASSERT_TRUE(receipt->rejected && !receipt->rejected->reason.empty()) << document;
        }
    }
}

TEST(XmlFormatTest, PrintsWhatADocumentCosts) {
    const XmlFormat format{kAll};
    const Message message = uplink();
    const EncodeInput input{.message = message, .reception = &message.receptions.front()};
    constexpr int kRounds = 50'000;
    const auto start = std::chrono::steady_clock::now();
    std::size_t bytes = 0;
    for (int i = 0; i < kRounds; ++i) bytes += format.encode(input)->size();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    EXPECT_GT(bytes, 0U);
    std::cout << "xml: " << took.count() / kRounds << " us per document\n";
}

TEST(XmlFormatTest, ReadmeShowsTheOptionTableAsItIs) {
    std::ostringstream readme;
    readme << std::ifstream{RUNNEL_README}.rdbuf();
    std::string table = "| option | type | default | required | meaning |\n|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < runnel_plugin.optionCount; ++i) {
        const Option& option = runnel_plugin.options[i];
        std::string type = option.type;
        for (std::size_t at = 0; (at = type.find('|', at)) != std::string::npos; at += 2) {
            type.insert(at, 1, '\\');
        }
        table += "| `" + std::string{option.name} + "` | " + type + " | " + option.fallback +
                 " | " + (option.isRequired ? "yes" : "no") + " | " + option.help + " |\n";
    }
    EXPECT_NE(readme.str().find("\n" + table), std::string::npos) << table;
}

}  // namespace
}  // namespace runnel::xml
