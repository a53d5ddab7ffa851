// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "codec_world.h"

/// Codec scripts of other people with TS013's examples: each X.js of the directory named by
/// RUNNEL_CODEC_SCRIPTS, or below it, next to an X.json or X.yaml whose `examples` (or the document
/// itself) is a list of {type, input: {bytes, fPort, …}, output: {data, …}}.
namespace runnel::javascript {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

Value valueOf(const YAML::Node& node);

Fields fieldsOf(const YAML::Node& node) {
    Fields fields;
    for (const auto& each : node) fields.push_back({each.first.Scalar(), valueOf(each.second)});
    return fields;
}

Value valueOf(const YAML::Node& node) {
    if (node.IsMap()) return {fieldsOf(node)};
    if (node.IsSequence()) {
        List list;
        for (const auto& each : node) list.push_back(valueOf(each));
        return {std::move(list)};
    }
    if (!node.IsScalar()) return {};
    const bool isQuoted = node.Tag() == "!";
    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;
    if (isQuoted) return {node.Scalar()};
    if (YAML::convert<std::int64_t>::decode(node, integer)) return {integer};
    if (YAML::convert<double>::decode(node, number)) return {number};
    if (YAML::convert<bool>::decode(node, boolean)) return {boolean};
    return {node.Scalar()};
}

/// Equal as JSON is: members in any order, 1 and 1.0 alike.
bool isSame(const Value& a, const Value& b);
bool isSame(const Fields& a, const Fields& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const Field& field) {
               const Value* other = find(b, field.name);
               return other != nullptr && isSame(field.value, *other);
           });
}
std::optional<double> numberOf(const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value.is)) {
        return static_cast<double>(*integer);
    }
    const auto* number = std::get_if<double>(&value.is);
    return number ? std::optional{*number} : std::nullopt;
}
bool isSame(const Value& a, const Value& b) {
    const auto left = numberOf(a);
    const auto right = numberOf(b);
    if (left && right) return std::abs(*left - *right) <= 1e-9 * std::max(1.0, std::abs(*left));
    if (const auto* list = std::get_if<List>(&a.is)) {
        const auto* other = std::get_if<List>(&b.is);
        return other != nullptr &&
               std::equal(list->begin(), list->end(), other->begin(), other->end(),
                          [](const Value& x, const Value& y) { return isSame(x, y); });
    }
    if (const auto* fields = std::get_if<Fields>(&a.is)) {
        const auto* other = std::get_if<Fields>(&b.is);
        return other != nullptr && isSame(*fields, *other);
    }
    return show(a) == show(b);
}

Bytes bytesOf(const YAML::Node& node) {
    if (node.IsScalar()) return parseHex(node.Scalar()).value_or(Bytes{});
    Bytes bytes;
    for (const auto& each : node) bytes.push_back(static_cast<std::uint8_t>(each.as<int>()));
    return bytes;
}

void expectDecoded(CodecWorld& world, std::uint32_t program, const YAML::Node& example) {
    const YAML::Node input = example["input"];
    const auto answer = world.decode(program, bytesOf(input["bytes"]),
                                     static_cast<std::uint8_t>(input["fPort"].as<int>(1)));
    const YAML::Node output = example["output"];
    if (output["errors"] && output["errors"].size() != 0) {
        EXPECT_FALSE(answer.fields) << show(*answer.fields);
        return;
    }
    ASSERT_TRUE(answer.fields) << errorOf(answer);
    const Fields expected = fieldsOf(output["data"]);
    EXPECT_TRUE(isSame(*answer.fields, expected))
        << "found    " << show(*answer.fields) << "\nexpected " << show(expected);
}

void expectEncoded(CodecWorld& world, std::uint32_t program, const YAML::Node& example) {
    const YAML::Node output = example["output"];
    const auto answer = world.encode(program, fieldsOf(example["input"]["data"]), 1);
    if (output["errors"] && output["errors"].size() != 0) {
        EXPECT_FALSE(answer.fields);
        return;
    }
    ASSERT_TRUE(answer.fields) << errorOf(answer);
    EXPECT_EQ(answer.payload, bytesOf(output["bytes"]));
    EXPECT_EQ(answer.port, output["fPort"].as<int>(1));
}

int runExamples(const fs::path& script, const fs::path& examples) {
    SCOPED_TRACE(script.string());
    CodecWorld world;
    const std::string text = contents(script);
    const YAML::Node document = YAML::LoadFile(examples.string());
    const YAML::Node list = document.IsMap() ? document["examples"] : document;
    const auto uplinks = world.load(text);
    EXPECT_TRUE(uplinks) << uplinks.error().reason;
    if (!uplinks) return 0;
    int count = 0;
    for (const auto& example : list) {
        const auto type = example["type"].as<std::string>("uplink");
        SCOPED_TRACE("example " + std::to_string(count++) + " " +
                     example["description"].as<std::string>(""));
        if (type.starts_with("uplink")) {
            expectDecoded(world, *uplinks, example);
        } else if (type == "downlink-encode") {
            expectEncoded(world, *uplinks, example);
        } else if (type == "downlink-decode") {
            const auto downlinks = world.load(text, {}, "decodeDownlink");
            EXPECT_TRUE(downlinks) << downlinks.error().reason;
            if (!downlinks) continue;
            expectDecoded(world, *downlinks, example);
        }
    }
    return count;
}

TEST(ScriptsTest, OtherPeoplesScriptsGiveTheOutputOfTheirExamples) {
    const char* directory = std::getenv("RUNNEL_CODEC_SCRIPTS");
    if (directory == nullptr) {
        const char* reason = "RUNNEL_CODEC_SCRIPTS names no directory of scripts with examples";
        std::cout << "SKIP: " << reason << "\n";  // ./dev test prints these lines
        GTEST_SKIP() << reason;
    }
    int scripts = 0;
    int examples = 0;
    for (const auto& entry : fs::recursive_directory_iterator{directory}) {
        if (entry.path().extension() != ".js") continue;
        for (const char* extension : {".json", ".yaml"}) {
            const auto file = fs::path{entry.path()}.replace_extension(extension);
            if (!fs::exists(file)) continue;
            ++scripts;
            examples += runExamples(entry.path(), file);
        }
    }
    EXPECT_GT(examples, 0);
    std::cout << scripts << " scripts, " << examples << " examples\n";
}

}  // namespace
}  // namespace runnel::javascript
