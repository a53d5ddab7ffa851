// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "attempt.h"

namespace runnel {
namespace {

/// The text of a zero-terminated array, or nullopt if the zero is missing.
template <std::size_t Size>
std::optional<std::string> terminated(const char (&text)[Size]) {
    const std::string_view all{text, Size};
    const std::size_t end = all.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    return std::string{all.substr(0, end)};
}

bool isMadeOf(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kPluginNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_";
constexpr std::string_view kOptionNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

void checkStamp(const Stamp& stamp, Complaints& complaints) {
    if (std::string_view(stamp.magic, sizeof stamp.magic) != kStampMagic) {
        complain(complaints, "the stamp's magic is wrong: use RUNNEL_PLUGIN");
    }
    if (stamp.size != sizeof(Stamp)) complain(complaints, "the stamp's size is not sizeof(Stamp)");
    if (stamp.abiMajor != kAbiMajor || stamp.abiMinor > kAbiMinor) {
        complain(complaints, "the stamp's ABI version is not this SDK's");
    }
    if (stamp.layout != layout()) {
        complain(complaints, "the stamp's layout differs: build plugin and test alike");
    }
    const auto name = terminated(stamp.name);
    if (!name || !isMadeOf(*name, kPluginNameCharacters)) {
        complain(complaints, "the plugin's name is not made of a-z, 0-9 and _ only");
    }
    const auto version = terminated(stamp.version);
    if (!version || version->empty()) complain(complaints, "the plugin has no version");
}

void checkFactories(const Stamp& stamp, const Plugin& plugin, Complaints& complaints) {
    struct Factory {
        PluginKind kind;
        const char* name;
        bool isSet;
    };
    const std::array factories{
        Factory{PluginKind::Protocol, "protocol", plugin.protocol != nullptr},
        Factory{PluginKind::Format, "format", plugin.format != nullptr},
        Factory{PluginKind::Codec, "codec", plugin.codec != nullptr},
        Factory{PluginKind::Network, "network", plugin.network != nullptr},
    };
    bool isKnownKind = false;
    for (const Factory& factory : factories) {
        const bool isExpected = factory.kind == stamp.kind;
        isKnownKind = isKnownKind || isExpected;
        const std::string name = factory.name;
        if (isExpected && !factory.isSet) complain(complaints, "factory `" + name + "` is not set");
        if (!isExpected && factory.isSet) {
            complain(complaints, "factory `" + name + "` is set, but the stamp says another kind");
        }
    }
    if (!isKnownKind) complain(complaints, "the stamp's kind is unknown");
}

template <class Number>
std::optional<Number> parseNumber(std::string_view text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    if (problem != std::errc{} || stop != end) return std::nullopt;
    return number;
}

std::set<std::string_view> split(std::string_view text) {
    std::set<std::string_view> parts;
    while (true) {
        const std::size_t bar = text.find('|');
        parts.insert(text.substr(0, bar));
        if (bar == std::string_view::npos) return parts;
        text.remove_prefix(bar + 1);
    }
}

bool isEnclosed(std::string_view text, char open, char close) {
    return text.size() >= 2 && text.front() == open && text.back() == close;
}

/// "" if `type` is of the documented grammar and `fallback` (if any) is of that type.
template <class Number>
std::string numberProblem(std::string_view range, const char* fallback) {
    std::optional<Number> low;
    std::optional<Number> high;
    if (!range.empty()) {
        const std::size_t dots = range.find("..");
        if (range.front() != ' ' || dots == std::string_view::npos) return "has an unknown type";
        low = parseNumber<Number>(range.substr(1, dots - 1));
        high = parseNumber<Number>(range.substr(dots + 2));
        if (!low || !high || *low > *high) return "has a range that is none";
    }
    if (fallback == nullptr) return "";
    const auto value = parseNumber<Number>(fallback);
    if (!value) return "has a default that is no number";
    const bool isInside = (!low || *low <= *value) && (!high || *value <= *high);
    return isInside ? "" : "has a default outside its range";
}

std::string choiceProblem(std::string_view alternatives, const char* fallback) {
    const auto names = split(alternatives);
    if (names.contains("")) return "has an empty choice";
    if (fallback != nullptr && !names.contains(fallback)) {
        return "has a default that is none of its choices";
    }
    return "";
}

std::string typeProblem(std::string_view type, const char* fallback) {
    if (type.starts_with("integer")) return numberProblem<std::int64_t>(type.substr(7), fallback);
    if (type.starts_with("number")) return numberProblem<double>(type.substr(6), fallback);
    if (type.starts_with("choice ")) return choiceProblem(type.substr(7), fallback);
    const std::string_view text = fallback == nullptr ? "" : fallback;
    const auto fits = [&](bool isRight, const char* problem) -> std::string {
        return fallback == nullptr || isRight ? "" : problem;
    };
    if (type == "text") return "";
    if (type == "boolean") {
        return fits(text == "true" || text == "false", "has a default that is not true or false");
    }
    if (type == "list") return fits(isEnclosed(text, '[', ']'), "has a default without [ ]");
    if (type == "tree") return fallback == nullptr ? "" : "is a tree and has a default";
    if (type == "map") return fits(isEnclosed(text, '{', '}'), "has a default without { }");
    return "has an unknown type";
}

void checkOption(const Option& option, std::set<std::string>& names, Complaints& complaints) {
    if (option.name == nullptr || !isMadeOf(option.name, kOptionNameCharacters)) {
        complain(complaints, "an option has a name that is not made of letters, digits and _");
        return;
    }
    const std::string about = "option `" + std::string{option.name} + "` ";
    if (!names.insert(option.name).second) complain(complaints, about + "is there twice");
    if (option.help == nullptr || std::string_view{option.help}.empty()) {
        complain(complaints, about + "has no help");
    }
    const std::string problem =
        typeProblem(option.type == nullptr ? "" : option.type, option.fallback);
    if (!problem.empty()) complain(complaints, about + problem);
    if (option.isRequired && option.fallback != nullptr) {
        complain(complaints, about + "is required and has a default");
    }
}

void checkOptions(const Option* options, std::size_t count, Complaints& complaints) {
    if (count != 0 && options == nullptr) {
        complain(complaints, "an option table has a count but no entries");
        return;
    }
    std::set<std::string> names;
    for (const Option& option : std::span{options, count}) checkOption(option, names, complaints);
}

}  // namespace

Complaints checkDescriptor(const Stamp& stamp, const Plugin& plugin) {
    Complaints complaints;
    checkStamp(stamp, complaints);
    checkFactories(stamp, plugin, complaints);
    if (plugin.size != sizeof(Plugin)) complain(complaints, "size is not sizeof(Plugin)");
    if (plugin.summary == nullptr || std::string_view{plugin.summary}.empty()) {
        complain(complaints, "there is no summary");
    }
    checkOptions(plugin.options, plugin.optionCount, complaints);
    checkOptions(plugin.settings, plugin.settingCount, complaints);
    if (plugin.settingCount != 0 && stamp.kind != PluginKind::Protocol) {
        complain(complaints, "there are settings, which only a protocol has");
    }
    return complaints;
}

}  // namespace runnel
