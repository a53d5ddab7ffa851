// SPDX-License-Identifier: Apache-2.0
#include "config/option_values.h"

#include <algorithm>
#include <charconv>

#include "config/mapping_reader.h"
#include "config/suggestion.h"
#include "loader/elf_stamp.h"
#include "loader/option_type.h"

namespace runnel {
namespace {

const YamlNode* valueOf(const YamlNode* options, std::string_view name) {
    if (options == nullptr) return nullptr;
    for (std::size_t i = 0; i < options->keys.size(); ++i) {
        if (options->keys[i].scalar != name) continue;
        const YamlNode& value = options->values[i];
        return value.is != YamlNode::Is::Null ? &value : nullptr;
    }
    return nullptr;
}

bool areScalars(const std::vector<YamlNode>& nodes) {
    return std::all_of(nodes.begin(), nodes.end(),
                       [](const YamlNode& node) { return node.is == YamlNode::Is::Scalar; });
}

std::optional<Value> readList(const YamlNode& node) {
    if (node.is != YamlNode::Is::Sequence || !areScalars(node.values)) return std::nullopt;
    List list;
    for (const YamlNode& entry : node.values) list.push_back(Value{entry.scalar});
    return Value{std::move(list)};
}

std::optional<Value> readMap(const YamlNode& node, FileCheck& check) {
    if (node.is != YamlNode::Is::Mapping || !areScalars(node.values)) return std::nullopt;
    complainDuplicateKeys(node, check);
    Fields fields;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        fields.push_back(Field{node.keys[i].scalar, Value{node.values[i].scalar}});
    }
    return Value{std::move(fields)};
}

std::optional<Value> readTreeOption(const YamlNode& node, FileCheck& check) {
    const bool isTree = node.is == YamlNode::Is::Sequence || node.is == YamlNode::Is::Mapping;
    return isTree ? std::optional(readTree(node, check)) : std::nullopt;
}

/// 1.5e3 or 1e-7, as JavaScript writes numbers. 12E4 is no number here: codes look so.
std::optional<double> readExponent(const YamlNode& scalar) {
    const std::string& text = scalar.scalar;
    const bool looksSo =
        !scalar.isQuoted && text.find_first_not_of("0123456789+-.eE") == text.npos &&
        text.find_first_of("eE") != text.npos && text.find_first_of("+-.", 1) != text.npos;
    if (!looksSo) return std::nullopt;
    double number{};
    const char* end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data(), end, number);
    return read == end && error == std::errc{} ? std::optional(number) : std::nullopt;
}

std::optional<Value> readValue(const OptionType& type, const YamlNode& node, FileCheck& check) {
    if (type.is == OptionType::Is::TextList) return readList(node);
    if (type.is == OptionType::Is::TextMap) return readMap(node, check);
    if (type.is == OptionType::Is::Tree) return readTreeOption(node, check);
    if (node.is != YamlNode::Is::Scalar) return std::nullopt;
    return readScalar(type, node.scalar);
}

std::string title(const Option& option, const OptionTable& table) {
    return "option '" + std::string(option.name) + "' of " + table.owner;
}

std::optional<Value> readWritten(const Option& option, const OptionTable& table,
                                 const YamlNode& node, FileCheck& check) {
    // The loader refuses plugins with types that cannot be parsed.
    const auto type = parseOptionType(option.type);
    std::optional<Value> value = type ? readValue(*type, node, check) : std::nullopt;
    if (type && !value) {
        check.complain(node, title(option, table) + " must be " + expectation(*type) +
                                 (option.isSecret ? "" : ", found " + found(node)));
    }
    return value;
}

std::optional<Value> fallbackOf(const Option& option) {
    const auto type = parseOptionType(option.type);
    if (!type || option.fallback == nullptr) return std::nullopt;
    return readFallback(*type, option.fallback);
}

std::vector<std::string> namesOf(const OptionTable& table) {
    std::vector<std::string> names;
    for (const Option& option : table.options) names.emplace_back(option.name);
    return names;
}

}  // namespace

OptionTable optionsOf(PluginKind kind, const std::string& name, const Plugin& plugin) {
    return {std::string(text(kind)) + " " + name, {plugin.options, plugin.optionCount}};
}

OptionTable settingsOf(const std::string& name, const Plugin& plugin) {
    return {"protocol " + name, {plugin.settings, plugin.settingCount}};
}

Fields readOptions(const YamlNode* options, const OptionTable& table, const YamlNode& owner,
                   FileCheck& check) {
    Fields fields;
    for (const Option& option : table.options) {
        const YamlNode* node = valueOf(options, option.name);
        std::optional<Value> value =
            node != nullptr ? readWritten(option, table, *node, check) : fallbackOf(option);
        if (value) {
            fields.push_back(Field{option.name, std::move(*value)});
        } else if (node == nullptr && option.isRequired) {
            check.complain(options != nullptr ? *options : owner,
                           title(option, table) + " is required, found none: " + option.help);
        }
    }
    return fields;
}

void complainUnknownOptions(const YamlNode& options, const std::vector<OptionTable>& tables,
                            const std::vector<std::string>& also, FileCheck& check) {
    std::vector<std::string> known = also;
    std::string listing;
    for (const OptionTable& table : tables) {
        const std::vector<std::string> names = namesOf(table);
        known.insert(known.end(), names.begin(), names.end());
        listing += "; " + table.owner + " has: " + joined(names);
    }
    for (const YamlNode& key : options.keys) {
        if (std::find(known.begin(), known.end(), key.scalar) != known.end()) continue;
        check.complain(
            key, "unknown option '" + key.scalar + "'" + didYouMean(key.scalar, known) + listing);
    }
}

Value readPlain(const YamlNode& node) {
    const std::string& text = node.scalar;
    if (node.isQuoted || text.empty()) return Value{text};
    if (text == "true" || text == "false") return Value{text == "true"};
    const std::size_t digits = text.front() == '-' ? 1 : 0;
    const bool isPlain = text.find_first_not_of("0123456789.", digits) == std::string::npos;
    const bool hasLeadingZero =
        text.size() > digits + 1 && text[digits] == '0' && text[digits + 1] != '.';
    if (!isPlain || hasLeadingZero) return Value{text};
    const char* end = text.data() + text.size();
    std::int64_t integer{};
    const auto [digitsEnd, overflow] = std::from_chars(text.data(), end, integer);
    if (digitsEnd == end && overflow == std::errc{}) return Value{integer};
    double number{};
    const auto [read, error] = std::from_chars(text.data(), end, number);
    return read == end && error == std::errc{} ? Value{number} : Value{text};
}

Value readTree(const YamlNode& node, FileCheck& check) {
    switch (node.is) {
        case YamlNode::Is::Null:
            return {};
        case YamlNode::Is::Scalar: {
            const auto number = readExponent(node);
            return number ? Value{*number} : readPlain(node);
        }
        case YamlNode::Is::Sequence: {
            List list;
            for (const YamlNode& entry : node.values) list.push_back(readTree(entry, check));
            return Value{std::move(list)};
        }
        case YamlNode::Is::Mapping:
            break;
    }
    complainDuplicateKeys(node, check);
    Fields fields;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        fields.push_back(Field{node.keys[i].scalar, readTree(node.values[i], check)});
    }
    return Value{std::move(fields)};
}

Fields defaultOptions(std::span<const Option> options) {
    Fields fields;
    for (const Option& option : options) {
        if (auto value = fallbackOf(option)) {
            fields.push_back(Field{option.name, std::move(*value)});
        }
    }
    return fields;
}

}  // namespace runnel
