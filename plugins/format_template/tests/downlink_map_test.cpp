// SPDX-License-Identifier: Apache-2.0
#include "downlink_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <random>

namespace runnel::templates {
namespace {

using ::testing::HasSubstr;

Value text(const char* value) {
    return {std::string{value}};
}
Value constant(Value value) {
    return {Fields{{"const", std::move(value)}}};
}
Value coded(const char* pointer, const char* encoding) {
    return {Fields{{"pointer", text(pointer)}, {"encoding", text(encoding)}}};
}

const Fields kTree{
    {"device", text("/dev/eui")},
    {"port", constant({std::int64_t{5}})},
    {"data", coded("/items/0/payload", "base64")},
    {"confirmed", text("/items/0/ack")},
    {"id", text("/a~1b")},
    {"expires", text("/until")},
    {"fields", {Fields{{"temperature", text("/cmd/temp")}, {"mode", constant(text("eco"))}}}},
    {"acknowledge", text("/seen")}};
const Fields kNoFields{kTree.begin(), kTree.end() - 2};

Request ask(const Fields& tree, std::string_view document) {
    const auto map = DownlinkMap::read(tree);
    EXPECT_TRUE(map) << map.error().field << " " << map.error().reason;
    return map->request({document, std::nullopt});
}

Error rejection(const Fields& tree, std::string_view document) {
    const Request request = ask(tree, document);
    const auto* receipt = std::get_if<Receipt>(&request);
    EXPECT_TRUE(receipt != nullptr && receipt->rejected) << document;
    return receipt != nullptr && receipt->rejected ? *receipt->rejected : Error{};
}

TEST(DownlinkMapTest, ReadsADownlinkFromWhereTheMapSays) {
    const Request request = ask(kNoFields, R"({"dev":{"eui":"0080e1150529e258"},"a/b":"o1",
        "items":[{"payload":"Af8=","ack":true}],"until":"2024-12-23T14:30:19Z","more":1})");
    ASSERT_TRUE(std::holds_alternative<Downlink>(request));
    const auto& downlink = std::get<Downlink>(request);
    EXPECT_EQ(downlink.device, Eui{0x0080E1150529E258});
    EXPECT_EQ(downlink.port, 5);
    EXPECT_EQ(downlink.payload, (Bytes{1, 255}));
    EXPECT_TRUE(downlink.isConfirmed);
    EXPECT_EQ(downlink.id, "o1");
    EXPECT_EQ(downlink.expires, Instant{std::chrono::seconds{1'734'964'219}});
}

TEST(DownlinkMapTest, ReadsFieldsAndAcknowledgements) {
    const Request request = ask(kTree, R"({"dev":{"eui":"0080e1150529e258"},"cmd":{"temp":20}})");
    ASSERT_TRUE(std::holds_alternative<Downlink>(request));
    const auto& fields = std::get<Downlink>(request).fields;
    ASSERT_TRUE(fields);
    EXPECT_EQ(valueOr<std::int64_t>(*fields, "temperature", 0), 20);
    EXPECT_EQ(valueOr<std::string>(*fields, "mode", ""), "eco");
    const Request seen = ask(kTree, R"({"seen":17})");
    ASSERT_TRUE(std::holds_alternative<Acknowledge>(seen));
    EXPECT_EQ(std::get<Acknowledge>(seen).upTo, 17U);
}

TEST(DownlinkMapTest, ARejectionNamesThePointer) {
    EXPECT_EQ(rejection(kNoFields, R"({"items":[{"payload":"Af8="}]})").field, "/dev/eui");
    EXPECT_EQ(rejection(kNoFields, R"({"dev":{"eui":"0080e1150529e258"}})").field,
              "/items/0/payload");
    const std::string device = R"({"dev":{"eui":"0080e1150529e258"},)";
    const Error base64 = rejection(kNoFields, device + R"("items":[{"payload":"A"}]})");
    EXPECT_EQ(base64.field, "/items/0/payload");
    EXPECT_EQ(base64.reason, "must be base64 with padding, found the text \"A\"");
    const Error ack = rejection(kNoFields, device + R"("items":[{"payload":"Af8=","ack":1}]})");
    EXPECT_EQ(ack.field + " " + ack.reason, "/items/0/ack must be true or false, found 1");
    const Error twice = rejection(kNoFields, device + R"("until":1,"until":2})");
    EXPECT_EQ(twice.field + " " + twice.reason, "/until must be there once, found it twice");
    EXPECT_THAT(rejection(kNoFields, "{").reason, HasSubstr("must be JSON"));
    EXPECT_EQ(rejection(kNoFields, "17").field, "/dev/eui");
}

TEST(DownlinkMapTest, RefusesAMapWithThePathOfTheMistake) {
    const std::pair<Fields, const char*> cases[]{
        {{{"prot", text("/a")}}, "downlink.prot"},
        {{{"port", text("a")}}, "downlink.port"},
        {{{"id", text("/a~2")}}, "downlink.id"},
        {{{"port", {std::int64_t{1}}}}, "downlink.port"},
        {{{"data", coded("/a", "base32")}}, "downlink.data.encoding"},
        {{{"data", {Fields{{"pointer", text("/a")}, {"code", text("hex")}}}}},
         "downlink.data.code"},
        {{{"data", {Fields{{"encoding", text("hex")}}}}}, "downlink.data.pointer"},
        {{{"fields", {Fields{{"a", text("b")}}}}}, "downlink.fields.a"},
        {{{"device", text("/a")}}, "downlink"}};
    for (const auto& [tree, field] : cases) {
        const auto map = DownlinkMap::read(tree);
        ASSERT_FALSE(map) << field;
        EXPECT_EQ(map.error().field, field) << map.error().reason;
    }
}

TEST(DownlinkMapTest, AnyDocumentIsAnswered) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mt19937 random{seed};
    const std::string good =
        R"({"dev":{"eui":"0080e1150529e258"},"items":[{"payload":"Af8=","ack":true}],"a/b":"x"})";
    const auto map = DownlinkMap::read(kTree);
    ASSERT_TRUE(map);
    for (int i = 0; i < 20'000; ++i) {
        std::string document = good;
        for (auto n = random() % 4; n > 0; --n) {
            document[random() % document.size()] = static_cast<char>(random());
        }
        if (i % 7 == 0) document.resize(random() % document.size());
        const Request request = map->request({document, std::nullopt});
        if (const auto* receipt = std::get_if<Receipt>(&request)) {
            ASSERT_TRUE(receipt->rejected && !receipt->rejected->reason.empty()) << document;
        }
    }
}

}  // namespace
}  // namespace runnel::templates
