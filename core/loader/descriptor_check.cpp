// SPDX-License-Identifier: Apache-2.0
#include "loader/descriptor_check.h"

#include <cctype>
#include <set>
#include <span>

#include "loader/elf_stamp.h"
#include "loader/option_type.h"

namespace runnel {
namespace {

constexpr std::size_t kMostOptions = 256;

Error refusal(std::string reason) {
    return {"", std::move(reason)};
}

bool isOptionName(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.front() < 'a' || name.front() > 'z') return false;
    for (const char c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
    }
    return true;
}

bool isEmpty(const char* text) {
    return text == nullptr || *text == '\0';
}

Status checkOption(const Option& option) {
    if (option.name == nullptr || !isOptionName(option.name)) {
        return refusal(
            "has an option without a proper name: expected a-z, then letters, digits "
            "and _; correct its table");
    }
    const std::string which = "has an option \"" + std::string(option.name) + "\" ";
    const auto type = option.type != nullptr ? parseOptionType(option.type) : std::nullopt;
    if (!type) {
        return refusal(which + "of unknown type \"" + (option.type != nullptr ? option.type : "") +
                       "\"; correct its table");
    }
    if (isEmpty(option.help)) return refusal(which + "without help; complete its table");
    if (option.fallback == nullptr) return Done{};
    if (option.isRequired) {
        return refusal(which + "that is required and has a default; correct its table");
    }
    if (!readFallback(*type, option.fallback)) {
        return refusal(which + "whose default \"" + option.fallback + "\" is not " +
                       expectation(*type) + "; correct its table");
    }
    return Done{};
}

Status checkTable(const Option* options, std::size_t count) {
    if (count > kMostOptions || (options == nullptr && count > 0)) {
        return refusal("has a broken option table of " + std::to_string(count) + " entries");
    }
    std::set<std::string_view> names;
    for (const Option& option : std::span(options, count)) {
        if (Status status = checkOption(option); !status) return status;
        if (!names.insert(option.name).second) {
            return refusal("has two options \"" + std::string(option.name) +
                           "\"; correct its table");
        }
    }
    return Done{};
}

Status checkFactories(PluginKind kind, const Plugin& plugin) {
    const std::pair<PluginKind, bool> factories[] = {
        {PluginKind::Protocol, plugin.protocol != nullptr},
        {PluginKind::Format, plugin.format != nullptr},
        {PluginKind::Codec, plugin.codec != nullptr},
        {PluginKind::Network, plugin.network != nullptr}};
    for (const auto& [of, isSet] : factories) {
        if (isSet == (of == kind)) continue;
        return refusal("is a " + std::string(text(kind)) + " plugin " +
                       (isSet ? "that also has a " : "without a ") + std::string(text(of)) +
                       " factory; correct RUNNEL_PLUGIN");
    }
    return Done{};
}

}  // namespace

Status checkDescriptor(PluginKind kind, const Plugin& plugin) {
    if (plugin.size != sizeof(Plugin)) {
        return refusal("has a descriptor of " + std::to_string(plugin.size) + " bytes, expected " +
                       std::to_string(sizeof(Plugin)) +
                       "; build it against the SDK of this runnel");
    }
    if (isEmpty(plugin.summary)) return refusal("has no summary; correct RUNNEL_PLUGIN");
    if (Status status = checkFactories(kind, plugin); !status) return status;
    if (Status status = checkTable(plugin.options, plugin.optionCount); !status) {
        return status;
    }
    if (plugin.settingCount > 0 && kind != PluginKind::Protocol) {
        return refusal("has settings, which only a protocol can have; correct RUNNEL_PLUGIN");
    }
    return checkTable(plugin.settings, plugin.settingCount);
}

}  // namespace runnel
