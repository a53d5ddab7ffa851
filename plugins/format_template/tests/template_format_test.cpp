// SPDX-License-Identifier: Apache-2.0
#include "template_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <limits>
#include <random>

#include "json_check.h"
#include "runnel/testing.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::templates {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Message uplink() {
    Message message;
    message.position = 4711;
    message.port = 2;
    message.device = Eui{0x0080E1150529E258};
    message.application = Eui{0x0102030405060708};
    message.frequencyHz = 902'500'000;
    message.networkTime = Instant{std::chrono::milliseconds{1'734'964'219'007}};
    message.payload = {0x09, 0x47};
    message.deviceName = "a<\"b\"&\n";
    for (std::uint64_t i = 1; i <= 3; ++i) {
        message.receptions.push_back({Eui{i}, -40, 11.3F, std::nullopt});
    }
    return message;
}

const Fields kDecoded{{"t", {21.456}},
                      {"n", {std::int64_t{7}}},
                      {"off", {false}},
                      {"name", {std::string{"x\"y"}}},
                      {"gps", {Fields{{"lat", {1.5}}}}},
                      {"list", {List{{std::int64_t{1}}, {std::int64_t{2}}}}},
                      {"rows", {List{{Fields{{"v", {1.0}}}}, {Fields{{"v", {2.0}}}}}}}};

TemplateFormat make(const std::string& text, const std::string& type = "text/plain") {
    auto format = TemplateFormat::make({{"uplink", {text}}, {"contentType", {std::string{type}}}});
    if (!format) throw std::runtime_error{format.error().reason};
    return std::move(*format);
}

std::string render(const std::string& text, const std::string& type = "text/plain") {
    const Message message = uplink();
    const auto document =
        make(text, type)
            .encode(
                {.message = message, .reception = &message.receptions[0], .decoded = &kDecoded});
    return document ? *document : "error: " + document.error().reason;
}

std::string refusal(const std::string& text, const std::string& type = "text/plain") {
    const auto format = TemplateFormat::make({{"uplink", {text}}, {"contentType", {type}}});
    EXPECT_FALSE(format) << text.substr(0, 80);
    if (format) return {};
    EXPECT_EQ(format.error().field, "uplink");
    return format.error().reason;
}

TEST(TemplateFormatTest, KeepsEveryPromiseOfAPlugin) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), IsEmpty());
    EXPECT_THAT(checkFormat(make("{{DeviceName}} {{Data}} {{{Fields}}} {{Tags.x}} {{Text}}")),
                IsEmpty());
    EXPECT_THAT(checkFormat(make(R"({"name":"{{DeviceName}}","a":{{{Details|json}}}})",
                                 "application/json")),
                IsEmpty());
    EXPECT_THAT(checkFormat(*TemplateFormat::make({})), IsEmpty());
    FakeHost host;
    EXPECT_TRUE(runnel_plugin.format(host, {}));
    EXPECT_FALSE(runnel_plugin.format(host, {{"uplink", {std::string{"{{"}}}}));
}

TEST(TemplateFormatTest, WithoutATextEveryDocumentIsAnErrorThatSaysWhatToDo) {
    const auto format = TemplateFormat::make({});
    ASSERT_TRUE(format);
    const Message message = uplink();
    const auto document = format->encode({.message = message});
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().field, "uplink");
    EXPECT_THAT(document.error().reason, HasSubstr("no template with an uplink text; assign one"));
    EXPECT_EQ(format->contentType(), "application/json");
    EXPECT_TRUE(format->wantsFields());
    EXPECT_FALSE(TemplateFormat::make({{"fields", {false}}})->wantsFields());
}

TEST(TemplateFormatTest, FillsInNamesMembersAndFilters) {
    const std::pair<const char*, const char*> cases[]{
        {"{{DeviceEUI}} {{DeviceEUI|lower}}", "0080E1150529E258 0080e1150529e258"},
        {"{{DeviceEUI|lower|dashes}}", "00-80-e1-15-05-29-e2-58"},
        {"{{Data}} {{Data|lower}} {{DataBase64}} {{Data|base64}}", "0947 0947 CUc= CUc="},
        {"{{Time}} {{Timestamp}} {{TimestampMs}}",
         "2024-12-23T14:30:19.007Z 1734964219 1734964219007"},
        {"{{Frequency}} {{FrequencyHz}} {{SNR}} {{RSSI}}", "902.5 902500000 11.3 -40"},
        {"{{Fields.t|round1}} {{Fields.n|round2}} {{Fields.name|round2}}", "21.5 7.00 x\"y"},
        {"{{Fields.off}} {{Fields.gps.lat}} {{Fields.none}}.", "false 1.5 ."},
        {"{{Fields.none|json}} {{Fields.name|json}} {{{Fields.gps}}}",
         "null \"x\\\"y\" {\"lat\":1.5}"},
        {"{{#Fields.off}}on{{/Fields.off}}{{^Fields.off}}off{{/Fields.off}}", "off"},
        {"{{#Fields.gps}}{{lat}} {{Port}}{{/Fields.gps}}", "1.5 2"},
        {"{{#Fields.list}}{{.}}{{^last}},{{/last}}{{/Fields.list}}", "1,2"},
        {"{{#Fields.rows}}{{v}}{{^last}};{{/last}}{{/Fields.rows}}", "1;2"},
        {"{{#Receptions}}{{GatewayEUI}}{{^last}} {{/last}}{{/Receptions}}",
         "0000000000000001 0000000000000002 0000000000000003"},
        {"a{{! no }}b{{#Event}}never{{/Event}}", "ab"},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(render(text), expected) << text;
}

TEST(TemplateFormatTest, EscapesForTheContentType) {
    EXPECT_EQ(render("{{DeviceName}}|"), "a<\"b\"&\n|");
    EXPECT_EQ(render(R"(["{{DeviceName}}"])", "application/geo+json; charset=utf-8"),
              R"(["a<\"b\"&\n"])");
    EXPECT_EQ(render("<a b='{{DeviceName}}'/>", "text/xml"),
              "<a b='a&lt;&quot;b&quot;&amp;&#10;'/>");
    EXPECT_EQ(render("<a>{{{Port}}}</a>", "text/xml"), "<a>2</a>");
}

TEST(TemplateFormatTest, RefusesTextsWithLineAndColumn) {
    const std::pair<std::string, const char*> cases[]{
        {"a\n {{Port", "without its end }}.*line 2, column 2"},
        {"{{{Port}}", "without its end }}}.*line 1, column 1"},
        {"\n\n{{#Event}}", "section \"Event\" without its end.*line 3, column 1"},
        {"{{/Event}}", "ends the section \"Event\".*no section is open.*column 1"},
        {"{{#Event}}{{#Text}}{{/Event}}", "/Text.. has to come first"},
        {"{{Prot}}", "unknown name \"Prot\"; did you mean Port. Known are Type,.*column 1"},
        {"{{DeviceEui2}}", "did you mean DeviceEUI"},
        {"{{Port.x}}", "only Fields, Tags and Details have members"},
        {"{{Port|round9}}", "unknown filter \"round9\"; known are json"},
        {"{{Port|json|json|json|json|json}}", "more than 4 filters"},
        {"{{>other}}", "partial"},
        {"{{=<% %>=}}", "delimiters"},
        {"{{}}", "incomplete name"},
        {"{{Fields.}}", "incomplete name"},
        {"{{.}}", "outside of a section"},
        {"{{last}}", "unknown name \"last\""},
        {"\xFF", "must be UTF-8 .line 1, column 1"},
        {std::string(70'000, 'x'), "at most 65536 bytes, found 70000"},
    };
    for (const auto& [text, reason] : cases) EXPECT_THAT(refusal(text), ContainsRegex(reason));
    std::string deep;
    for (int i = 0; i < 17; ++i) deep += "{{#Port}}";
    EXPECT_THAT(refusal(deep), HasSubstr("more than 16 deep"));
}

TEST(TemplateFormatTest, RefusesATextThatMakesNoJsonOrXmlOfASample) {
    EXPECT_THAT(refusal("{\"a\":{{Port}}", "application/json"),
                ContainsRegex("must make JSON, found at line 1, column 7.*'}' is missing"));
    EXPECT_THAT(refusal("{\"a\":{{DataRate}}}", "application/json"), HasSubstr("must make JSON"));
    EXPECT_THAT(refusal("<a>{{Port}}</b>", "application/xml"), HasSubstr("must be XML"));
    EXPECT_EQ(render("{\"a\":{{Fields.a}},\"b\":\"{{Tags.b}}\",\"c\":[{{#Fields.c}}{{d}}"
                     "{{^last}},{{/last}}{{/Fields.c}}]}",
                     "text/plain"),
              "{\"a\":,\"b\":\"\",\"c\":[]}");
}

TEST(TemplateFormatTest, ADocumentThatIsNoJsonIsAnErrorThatSaysWhere) {
    const Message message = uplink();  // without a reception there is no RSSI
    const auto document =
        make("{\"a\":{{RSSI}},\"b\":1}", "application/json").encode({.message = message});
    ASSERT_FALSE(document);
    EXPECT_THAT(document.error().reason,
                ContainsRegex("must make JSON, found at line 1, column 6.*value is missing"));
    EXPECT_EQ(render("{\"a\":{{{Fields.none|json}}}}", "application/json"), "{\"a\":null}");
}

TEST(TemplateFormatTest, RefusesATextThatMakesNoJsonWithoutFieldsAndNamesTheTag) {
    EXPECT_THAT(
        refusal("{\"b\":\"{{Fields.b}}\",\n \"a\": {{Fields.a.x|round1}} }", "application/json"),
        ContainsRegex("where Fields.a.x is absent.*\\(line 2, column 7\\)"));
    EXPECT_THAT(
        refusal("[1{{#Fields}},{{/Fields}}{{Tags.a}}{{^Fields}},{{/Fields}}]", "application/json"),
        ContainsRegex("must make JSON, found at line 1, column 4"));
    for (const char* good : {"{\"a\":{{{Fields.a|json}}}}", "{{#Fields}}{\"a\":{{a}}}{{/Fields}}",
                             "[{{Fields.a|round1}}{{^Fields.a}}null{{/Fields.a}}]"}) {
        EXPECT_NO_THROW(make(good, "application/json")) << good;
    }
}

TEST(TemplateFormatTest, RefusesAListWithoutCommas) {
    EXPECT_THAT(refusal("[{{#Receptions}}{{RSSI}} {{/Receptions}}]", "application/json"),
                HasSubstr("must make JSON"));
}

TEST(TemplateFormatTest, WhiteSpaceOnlyIsNothingToSend) {
    EXPECT_EQ(render(" \n{{#Event}}x{{/Event}}\n ", "application/json"), "");
}

TEST(TemplateFormatTest, StopsWhatMultiplies) {
    const Message message = uplink();
    const Fields many{{"list", {List(60, Value{1.0})}}};
    for (const std::string body : {"", "x", "\n", "{{DeviceEUI}}", "{{! only a comment }}"}) {
        std::string text = body;
        for (int i = 0; i < 16; ++i) text = "{{#Fields.list}}" + text + "{{/Fields.list}}";
        const auto document = make(text).encode({.message = message, .decoded = &many});
        ASSERT_FALSE(document) << body;
        EXPECT_THAT(document.error().reason, HasSubstr("at most 262144 bytes"));
    }
    const std::string large = "{{#Fields.list}}" + std::string(60'000, ' ') + "{{/Fields.list}}";
    EXPECT_FALSE(make(large).encode({.message = message, .decoded = &many}));
}

TEST(TemplateFormatTest, RefusesWhatMultipliesWithTwoReceptions) {
    std::string text = std::string(50'000, 'x');
    for (int i = 0; i < 9; ++i) text = "{{#Receptions}}" + text + "{{/Receptions}}";
    EXPECT_THAT(refusal(text), HasSubstr("at most 262144 bytes"));
}

TEST(TemplateFormatTest, ReceiptsAndGapsAreJsonWhateverTheText) {
    const auto format = make("<x/>", "application/xml");
    EXPECT_EQ(format.encode(Receipt{"a", Eui{1}, std::nullopt}),
              R"({"Receipt":"accepted","Id":"a","DeviceEUI":"0000000000000001"})");
    EXPECT_THAT(format.encode(Gap{1, 2, 3, "retention"}), HasSubstr("{\"Gap\":{"));
}

TEST(TemplateFormatTest, AnyTextIsRefusedOrRenders) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::cout << "seed " << seed << "\n";
    std::mt19937 random{seed};
    const char* parts[]{"{{",
                        "}}",
                        "{{{",
                        "}}}",
                        "#",
                        "/",
                        "^",
                        "Port",
                        "Fields.a",
                        "{",
                        "last",
                        "}",
                        "\n",
                        "|json",
                        "Receptions",
                        ".",
                        "!",
                        "{{#Receptions}}",
                        "{{/Receptions}}",
                        "\"",
                        "{{Port}}",
                        "&",
                        "{{#Fields}}",
                        "{{/Fields}}",
                        "="};
    int rendered = 0;
    const Message message = uplink();
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto n = random() % 12; n > 0; --n) text += parts[random() % std::size(parts)];
        const auto format = TemplateFormat::make(
            {{"uplink", {text}}, {"contentType", {std::string{"text/plain"}}}});
        if (!format) continue;
        rendered += format->encode({.message = message, .decoded = &kDecoded}) ? 1 : 0;
    }
    EXPECT_GT(rendered, 100);
}

TEST(TemplateFormatTest, RendersInMicroseconds) {
    const auto format = make(
        R"({"eui":"{{DeviceEUI|lower}}","time":"{{Time}}","port":{{Port}},"data":"{{DataBase64}}",)"
        R"("name":"{{DeviceName}}","mhz":{{Frequency}},)"
        R"("t":{{Fields.t|round1}}{{^Fields.t}}null{{/Fields.t}},)"
        R"("gw":[{{#Receptions}}{"eui":"{{GatewayEUI}}","rssi":{{RSSI}}}{{^last}},{{/last}})"
        R"({{/Receptions}}]})",
        "application/json");
    const Message message = uplink();
    const EncodeInput input{
        .message = message, .reception = &message.receptions[0], .decoded = &kDecoded};
    constexpr int kRounds = 20'000;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) ASSERT_TRUE(format.encode(input));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    std::cout << "template: " << took.count() / kRounds
              << " us per document, JSON check included\n";
}

TEST(JsonCheckTest, TellsJsonFromWhatIsNone) {
    for (const char* good : {"{}", "[]", " [1, -0.5e+3, \"\\u00e9\\n\", true, false, null] ", "0",
                             "{\"a\":{\"b\":[{}]}}", "\"\""}) {
        EXPECT_FALSE(jsonFlaw(good)) << good;
    }
    for (const char* bad :
         {"", "{", "[1,]", "{\"a\":}", "{\"a\"}", "{a:1}", "01", "1.", "-", "+1", "\"\\x\"",
          "\"\\u12\"", "\"a", "\"\n\"", "tru", "[1 2]", "{} x", "1e"}) {
        EXPECT_TRUE(jsonFlaw(bad)) << bad;
    }
    EXPECT_TRUE(jsonFlaw(std::string(100'000, '[')));
}

}  // namespace
}  // namespace runnel::templates
