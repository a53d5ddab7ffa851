// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <gmock/gmock.h>

#include "parcels.h"
#include "runnel/plugin.h"
#include "runnel/testing.h"

extern const runnel::Stamp runnel_stamp;
extern "C" const runnel::Plugin runnel_plugin;

namespace runnel::http {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

StreamConfig with(const std::string& name, Value value) {
    StreamConfig stream = erp();
    std::erase_if(stream.options, [&](const Field& one) { return one.name == name; });
    stream.options.push_back({name, std::move(value)});
    return stream;
}

std::string problem(const std::string& name, Value value) {
    const auto options = readOptions(with(name, std::move(value)), {});
    return options ? "none" : options.error().field + " " + options.error().reason;
}

TEST(HttpPluginTest, TheDescriptorIsAsTheBrokerWantsIt) {
    EXPECT_THAT(checkDescriptor(runnel_stamp, runnel_plugin), IsEmpty());
}

TEST(HttpPluginTest, StartsAndStopsAsTheBrokerWantsIt) {
    FakeHost host;
    FakeProtocolHost core;
    auto made = runnel_plugin.protocol(host, core, {});
    ASSERT_TRUE(made);
    EXPECT_THAT(checkProtocol(**made), IsEmpty());
}

TEST(HttpSettingsTest, PeopleSeeNeitherPathNorQueryOfAnAddress) {
    const auto options = readOptions(
        with("url", {std::string("https://erp.example:444/secret/{DeviceEUI}?key=secret")}), {});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->endpoint.name, "https://erp.example:444");
    EXPECT_TRUE(options->endpoint.isPublicOnly);
    EXPECT_FALSE(
        readOptions(erp(), {.threads = 1, .privateAddresses = true})->endpoint.isPublicOnly);
}

TEST(HttpSettingsTest, AnAddressHasToBeOne) {
    for (const char* url : {"", "erp", "ftp://erp.example/x", "https://", "file:///etc/passwd"}) {
        EXPECT_THAT(problem("url", {std::string(url)}), StartsWith("url must be an address"))
            << url;
    }
    EXPECT_THAT(problem("url", {std::string("https://u:p@erp.example/")}),
                StartsWith("url must not have a user"));
    EXPECT_THAT(problem("url", {std::string("https://erp.example/#x")}),
                StartsWith("url must not have a part behind #"));
    EXPECT_THAT(problem("url", {std::string("https://{DeviceName}.example/")}),
                StartsWith("url must not have {…} in its host"));
    EXPECT_THAT(problem("url", {std::string("https://erp.example/{EUI}")}),
                StartsWith("url has {EUI}, must have only"));
    EXPECT_EQ(problem("url", {std::string("http://[::1]:8080/{event}/{DeviceEUI}")}), "none");
    EXPECT_THAT(problem("receiptUrl", {std::string("gopher://x/")}), StartsWith("receiptUrl must"));
}

TEST(HttpSettingsTest, HeadersHaveNamesAndAreNotOurs) {
    EXPECT_EQ(problem("headers", {Fields{{"X-Api-Key", {std::string("k{stream}")}}}}), "none");
    EXPECT_THAT(problem("headers", {Fields{{"X Key", {std::string("k")}}}}), HasSubstr("names"));
    EXPECT_THAT(problem("headers", {Fields{{"Content-Length", {std::string("1")}}}}),
                HasSubstr("must not have Content-Length"));
    EXPECT_THAT(problem("headers", {Fields{{"a", {std::string("{b}")}}}}),
                HasSubstr("a has {b}, must have only"));
}

TEST(HttpSettingsTest, WhatExcludesOrNeedsSomethingElseSaysSo) {
    StreamConfig both = with("bearer", {std::string("secret-one")});
    both.options.push_back({"user", {std::string("u")}});
    const auto options = readOptions(both, {});
    ASSERT_FALSE(options);
    EXPECT_THAT(options.error().reason, Not(HasSubstr("secret-one")));
    EXPECT_THAT(problem("ca", {std::string("/nowhere.pem")}), HasSubstr("found /nowhere.pem"));
    StreamConfig xml = with("batch", {std::int64_t{10}});
    xml.contentType = "application/xml";
    EXPECT_EQ(readOptions(xml, {}).error().field, "batch");
    EXPECT_THAT(problem("signingSecret", {std::string("secret-two")}),
                Not(HasSubstr("secret-two")));
}

TEST(HttpSettingsTest, ValuesStayOnePartOfAnAddressOrAHeader) {
    EXPECT_EQ(asUrlPart("Bay 1/north?&#é"), "Bay%201%2Fnorth%3F%26%23%C3%A9");
    EXPECT_EQ(asUrlPart(""), "-");
    EXPECT_EQ(asUrlPart(".."), "-");
    EXPECT_EQ(asHeaderPart("a\r\nb: c"), "a__b: c");
}

}  // namespace
}  // namespace runnel::http
