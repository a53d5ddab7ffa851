// SPDX-License-Identifier: Apache-2.0
// The examples of LoRa Alliance TS013, so that those of a codec's author can be pasted: a list of
// {description, type, input, output}, bytes as numbers or, ours, in hexadecimal.
#include <algorithm>
#include <charconv>

#include "base/time_text.h"
#include "config/mapping_reader.h"
#include "config/reading.h"

namespace runnel {
namespace {

using Type = TemplateExample::Type;

constexpr std::size_t kMostExamples = 200;
constexpr std::size_t kLongestPayload = 242;  // LoRaWAN Regional Parameters, the largest N
constexpr const char* kBytesRule =
    "must be at most 242 bytes, as a list of numbers of 0 to 255 or as hexadecimal digits such as "
    "01 0A FF";

std::optional<std::uint8_t> readByte(const YamlNode& node) {
    std::uint8_t byte{};
    const char* end = node.scalar.data() + node.scalar.size();
    const auto [read, error] = std::from_chars(node.scalar.data(), end, byte);
    const bool isByte = node.is == YamlNode::Is::Scalar && read == end && error == std::errc{};
    return isByte ? std::optional(byte) : std::nullopt;
}

std::optional<Bytes> parseBytes(const YamlNode& node) {
    if (node.is == YamlNode::Is::Scalar) {
        std::string digits = node.scalar;
        std::erase_if(digits, [](char c) { return c == ' ' || c == '\n'; });
        return parseHex(digits);
    }
    if (node.is != YamlNode::Is::Sequence) return std::nullopt;
    Bytes bytes;
    for (const YamlNode& each : node.values) {
        const auto byte = readByte(each);
        if (!byte) return std::nullopt;
        bytes.push_back(*byte);
    }
    return bytes;
}

Bytes readBytes(MappingReader& in) {
    const YamlNode* node = in.require("bytes");
    if (node == nullptr) return {};
    const auto bytes = parseBytes(*node);
    if (bytes && bytes->size() <= kLongestPayload) return *bytes;
    in.check().complain(*node, "'bytes' " + std::string(kBytesRule) + ", found " + found(*node));
    return {};
}

std::uint8_t readPort(MappingReader& in) {
    constexpr std::int64_t kHighest = 255;
    return static_cast<std::uint8_t>(in.whole("fPort", 1, kHighest, 1));
}

std::optional<Instant> readTime(MappingReader& in) {
    const YamlNode* node = in.find("recvTime");
    if (node == nullptr) return std::nullopt;
    const auto time = parseTime(node->scalar);
    if (!time) {
        in.check().complain(
            *node, "'recvTime' must be a time such as 2026-11-22T20:31:50Z, found " + found(*node));
    }
    return time;
}

Fields readData(const YamlNode* node, FileCheck& check) {
    if (node == nullptr) return {};
    if (node->is == YamlNode::Is::Mapping) return std::get<Fields>(readTree(*node, check).is);
    check.complain(*node, "'data' must be a mapping, found " + found(*node));
    return {};
}

/// Nullopt: not written.
std::optional<std::vector<std::string>> readTexts(MappingReader& in, const std::string& key) {
    if (in.find(key) == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const YamlNode& each : in.list(key)) {
        if (auto text = readText(each, key, in.check())) texts.push_back(std::move(*text));
    }
    return texts;
}

void readInput(const YamlNode& node, TemplateExample& example, FileCheck& check) {
    MappingReader in(node, "'input'", check);
    if (example.type == Type::DownlinkEncode) {
        example.fields = readData(in.require("data"), check);
    } else {
        example.bytes = readBytes(in);
        example.time = readTime(in);
    }
    example.port = readPort(in);
    in.finish();
}

/// What comes out if nothing fails.
void readSuccess(MappingReader& in, TemplateExample& example) {
    if (example.type == Type::DownlinkEncode) {
        if (in.find("fPort") != nullptr) example.portAfter = readPort(in);
        example.bytes = readBytes(in);
        return;
    }
    if (const YamlNode* data = in.find("data")) {
        example.fields = readData(data, in.check());
    } else {
        in.check().complain(
            in.node(),
            "'output' needs 'data', what the codec makes of the bytes, or 'errors'; "
            "found neither");
    }
}

void readOutput(const YamlNode& node, TemplateExample& example, FileCheck& check) {
    MappingReader in(node, "'output'", check);
    example.errors = readTexts(in, "errors").value_or(std::vector<std::string>{});
    example.warnings = readTexts(in, "warnings");
    example.fails = !example.errors.empty();
    if (!example.fails) {
        readSuccess(in, example);
    } else {
        // Authors write down what their script returns beside its errors; nobody gets that.
        for (const char* beside : {"data", "bytes", "fPort"}) static_cast<void>(in.find(beside));
    }
    in.finish();
}

void readDocument(MappingReader& in, TemplateExample& example) {
    const YamlNode* document = in.find("document");
    if (document == nullptr) return;
    example.document = readText(*document, "document", in.check());
    if (example.type == Type::Uplink) return;
    in.check().complain(*document, "'document' belongs to examples of type uplink");
}

TemplateExample readExample(const YamlNode& node, FileCheck& check) {
    TemplateExample example;
    example.place = check.place(node);
    MappingReader in(node, "an example", check);
    example.description = in.text("description");
    example.type = static_cast<Type>(
        in.choice("type", {"uplink", "downlink-encode", "downlink-decode"}, std::size_t{0}));
    if (const YamlNode* input = in.require("input")) readInput(*input, example, check);
    readDocument(in, example);
    const YamlNode* output = example.document ? in.find("output") : in.require("output");
    example.hasOutput = output != nullptr;
    if (example.hasOutput) readOutput(*output, example, check);
    // What The Things Network's normalizer, which does not run here, would make of the output.
    static_cast<void>(in.find("normalizedOutput"));
    in.finish();
    return example;
}

}  // namespace

std::vector<TemplateExample> readExamples(MappingReader& in) {
    const std::vector<YamlNode>& list = in.list("examples");
    if (list.size() > kMostExamples) {
        in.check().complain(list.at(kMostExamples),
                            "'examples' must be at most 200, found " + std::to_string(list.size()));
        return {};
    }
    std::vector<TemplateExample> examples;
    examples.reserve(list.size());
    for (const YamlNode& node : list) examples.push_back(readExample(node, in.check()));
    return examples;
}

}  // namespace runnel
