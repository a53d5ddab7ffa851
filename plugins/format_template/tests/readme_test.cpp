// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "runnel/testing.h"
#include "template_format.h"

extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::templates {
namespace {

std::string readme() {
    std::ifstream file(RUNNEL_README);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The first block of the README that is marked with `language`.
std::string block(const std::string& language) {
    const std::string text = readme();
    const std::string start = "```" + language + "\n";
    const std::size_t from = text.find(start) + start.size();
    return text.substr(from, text.find("```", from) - from);
}

TEST(ReadmeTest, ExampleMakesExactlyTheDocumentShown) {
    const auto format = TemplateFormat::make({{"uplink", {block("mustache")}}});
    ASSERT_TRUE(format) << format.error().reason;
    Message message;
    message.device = Eui{0x0080E1150529E258};
    message.port = 2;
    message.frameCounter = 99;
    message.frequencyHz = 868'100'000;
    message.deviceName = "bay \"1\"";
    message.networkTime = Instant{std::chrono::milliseconds{1'734'964'219'250}};
    message.payload = {0x09, 0x47, 0xA4, 0xBD, 0x92};
    message.receptions = {{Eui{0xAABBCCDDEEFF0011}, -39, 11.5F, std::nullopt},
                          {Eui{0xAABBCCDDEEFF0012}, -101, -8.8F, std::nullopt}};
    const Fields decoded{{"temperature", {21.5}}, {"open", {false}}};
    const EncodeInput input{
        .message = message, .reception = &message.receptions.front(), .decoded = &decoded};
    const auto document = format->encode(input);
    ASSERT_TRUE(document) << document.error().reason;
    EXPECT_EQ(*document, block("json"));
    message.kind = Kind::Join;
    EXPECT_EQ(*format->encode(input), "") << "events are kept away";
}

TEST(ReadmeTest, ShowsTheOptionTableAsItIs) {
    std::string table = "| option | type | default | required | meaning |\n|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < runnel_plugin.optionCount; ++i) {
        const Option& option = runnel_plugin.options[i];
        table += "| `" + std::string{option.name} + "` | " + option.type + " |" +
                 (option.fallback != nullptr ? std::string{" "} + option.fallback : "") + " | " +
                 (option.isRequired ? "yes" : "no") + " | " + option.help + " |\n";
    }
    EXPECT_NE(readme().find("\n" + table + "\n"), std::string::npos) << table;
}

}  // namespace
}  // namespace runnel::templates
