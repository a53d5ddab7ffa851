// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <fstream>
#include <string>
#include <vector>

#include "runnel/values.h"

/// Documents from YAML, for tests that write what a user writes. Thread safety: pure functions.
namespace runnel::test {

/// Plain scalars become null, true and false, whole and other numbers; the rest is text.
inline Value valueOf(const YAML::Node& node) {
    if (node.IsSequence()) {
        List list;
        for (const YAML::Node& each : node) list.push_back(valueOf(each));
        return {std::move(list)};
    }
    if (node.IsMap()) {
        Fields fields;
        for (const auto& each : node) {
            fields.push_back({each.first.Scalar(), valueOf(each.second)});
        }
        return {std::move(fields)};
    }
    if (!node.IsScalar()) return {};
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return {text};  // it was in quotes
    if (text == "true" || text == "false") return {text == "true"};
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    if (std::from_chars(text.data(), end, whole).ptr == end && !text.empty()) return {whole};
    double number = 0;
    if (std::from_chars(text.data(), end, number).ptr == end && !text.empty()) return {number};
    return {text};
}

inline Value valueOf(const std::string& yaml) {
    return valueOf(YAML::Load(yaml));
}

/// "uplink: [...]" as the options that a codec gets.
inline Fields fieldsOf(const std::string& yaml) {
    return std::get<Fields>(valueOf(yaml).is);
}

/// The blocks between ```yaml and ``` of a file.
inline std::vector<std::string> yamlBlocks(const std::string& file) {
    std::ifstream in(file);
    std::vector<std::string> blocks;
    bool isInside = false;
    for (std::string line; std::getline(in, line);) {
        if (line == "```yaml") {
            blocks.emplace_back();
            isInside = true;
        } else if (line == "```") {
            isInside = false;
        } else if (isInside) {
            blocks.back() += line + "\n";
        }
    }
    return blocks;
}

}  // namespace runnel::test
