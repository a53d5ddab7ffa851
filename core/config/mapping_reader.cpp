// SPDX-License-Identifier: Apache-2.0
#include "config/mapping_reader.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "config/suggestion.h"
#include "loader/option_type.h"

namespace runnel {

MappingReader::MappingReader(const YamlNode& node, std::string what, FileCheck& check)
    : node_(node), what_(std::move(what)), check_(check) {
    if (isMapping()) {
        complainDuplicateKeys(node_, check_);
    } else {
        check_.complain(node_, what_ + " must be a mapping (key: value), found " + found(node_));
    }
}

const YamlNode* MappingReader::find(const std::string& key) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
    for (std::size_t i = 0; i < node_.keys.size(); ++i) {
        if (node_.keys[i].scalar != key) continue;
        const YamlNode& value = node_.values[i];
        return value.is != YamlNode::Is::Null ? &value : nullptr;
    }
    return nullptr;
}

const YamlNode* MappingReader::require(const std::string& key) {
    const YamlNode* value = find(key);
    if (value == nullptr && isMapping()) {
        check_.complain(node_, what_ + " needs a value for '" + key + "', found none");
    }
    return value;
}

std::string MappingReader::text(const std::string& key, std::string fallback) {
    const YamlNode* value = find(key);
    if (value == nullptr) return fallback;
    return readText(*value, key, check_).value_or(std::move(fallback));
}

bool MappingReader::boolean(const std::string& key, bool fallback) {
    const YamlNode* value = find(key);
    if (value != nullptr && value->isQuoted) {
        check_.complain(
            *value, "'" + key + "' must be one of false, true, found the text " + found(*value));
        return fallback;
    }
    return choice(key, {"false", "true"}, fallback ? 1 : 0) == 1;
}

double MappingReader::number(const std::string& key, double lowest, double highest,
                             double fallback) {
    const YamlNode* value = find(key);
    if (value == nullptr) return fallback;
    OptionType type;
    type.is = OptionType::Is::Number;
    type.lowest = lowest;
    type.highest = highest;
    const auto number = readScalar(type, value->scalar);
    if (number) return std::get<double>(number->is);
    check_.complain(*value,
                    "'" + key + "' must be " + expectation(type) + ", found " + found(*value));
    return fallback;
}

std::int64_t MappingReader::whole(const std::string& key, std::int64_t lowest, std::int64_t highest,
                                  std::int64_t fallback) {
    const double value = number(key, static_cast<double>(lowest), static_cast<double>(highest),
                                static_cast<double>(fallback));
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) return whole;
    const YamlNode& node = *find(key);
    check().complain(node, "'" + key + "' must be a whole number, found " + found(node));
    return fallback;
}

std::size_t MappingReader::choice(const std::string& key, const std::vector<std::string>& choices,
                                  std::size_t fallback) {
    const YamlNode* value = find(key);
    if (value == nullptr) return fallback;
    if (value->is == YamlNode::Is::Scalar) {
        const auto chosen = std::find(choices.begin(), choices.end(), value->scalar);
        if (chosen != choices.end()) return static_cast<std::size_t>(chosen - choices.begin());
    }
    check_.complain(*value, "'" + key + "' must be one of " + joined(choices) + ", found " +
                                found(*value) + didYouMean(value->scalar, choices));
    return fallback;
}

std::optional<Eui> MappingReader::requireEui(const std::string& key) {
    const YamlNode* value = require(key);
    return value != nullptr ? readEui(*value, key, check_) : std::nullopt;
}

const std::vector<YamlNode>& MappingReader::list(const std::string& key) {
    static const std::vector<YamlNode> kNone;
    const YamlNode* value = find(key);
    if (value == nullptr) return kNone;
    if (value->is == YamlNode::Is::Sequence) return value->values;
    check_.complain(*value, "'" + key + "' must be a list, found " + found(*value));
    return kNone;
}

void MappingReader::finish() {
    for (const YamlNode& key : node_.keys) {
        if (std::find(asked_.begin(), asked_.end(), key.scalar) != asked_.end()) continue;
        check_.complain(key, "unknown key '" + key.scalar + "' in " + what_ +
                                 didYouMean(key.scalar, asked_) + "; known: " + joined(asked_));
    }
}

std::optional<std::string> readText(const YamlNode& node, const std::string& name,
                                    FileCheck& check) {
    if (node.is == YamlNode::Is::Scalar) return node.scalar;
    check.complain(node, "'" + name + "' must be a text, found " + found(node));
    return std::nullopt;
}

std::optional<Eui> readEui(const YamlNode& node, const std::string& name, FileCheck& check) {
    const auto eui = node.is == YamlNode::Is::Scalar ? parseEui(node.scalar) : std::nullopt;
    if (!eui) {
        check.complain(node, "'" + name + "' " + std::string(kEuiRule) + ", found " + found(node));
    }
    return eui;
}

bool isIdentifier(std::string_view name) {
    constexpr std::size_t kLongest = 64;
    return !name.empty() && name.size() <= kLongest &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
           });
}

void complainDuplicateKeys(const YamlNode& mapping, FileCheck& check) {
    std::map<std::string_view, int> lines;
    for (const YamlNode& key : mapping.keys) {
        const auto [first, isNew] = lines.emplace(key.scalar, key.line);
        if (isNew) continue;
        check.complain(key, "key '" + key.scalar + "' is written twice, first in line " +
                                std::to_string(first->second) + "; keep one");
    }
}

}  // namespace runnel
