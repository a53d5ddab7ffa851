// SPDX-License-Identifier: Apache-2.0
#include "broker/describe.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <span>
#include <sstream>
#include <vector>

#include "loader/elf_stamp.h"

namespace runnel {
namespace {

using Row = std::vector<std::string>;

/// UTF-8 characters, as they are what takes up columns.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Left-aligned columns, two spaces apart; the last one is not padded. The first row is the header.
std::string aligned(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string optionTable(const std::string& title, std::span<const Option> options) {
    if (options.empty()) return title + ": none\n";
    std::vector<Row> rows{{"name", "type", "default", "required", "secret", "help"}};
    for (const Option& option : options) {
        const std::string fallback = option.fallback == nullptr ? "-"
                                     : *option.fallback == '\0' ? "\"\""
                                                                : option.fallback;
        rows.push_back({option.name, option.type, fallback, option.isRequired ? "yes" : "no",
                        option.isSecret ? "yes" : "no", option.help});
    }
    return title + ":\n" + aligned(rows);
}

std::span<const Option> optionsOf(const Plugin& plugin) {
    return {plugin.options, plugin.optionCount};
}

std::span<const Option> settingsOf(const Plugin& plugin) {
    return {plugin.settings, plugin.settingCount};
}

const char* optionTitle(PluginKind kind) {
    switch (kind) {
        case PluginKind::Codec:
            return "Options of a template";
        case PluginKind::Network:
            return "Options of a network";
        default:
            return "Options of a stream";
    }
}

Poco::JSON::Array asJson(std::span<const Option> options) {
    Poco::JSON::Array array;
    for (const Option& option : options) {
        Poco::JSON::Object entry(Poco::JSON_PRESERVE_KEY_ORDER);
        entry.set("name", std::string(option.name));
        entry.set("type", std::string(option.type));
        entry.set("default", option.fallback != nullptr
                                 ? Poco::Dynamic::Var(std::string(option.fallback))
                                 : Poco::Dynamic::Var());
        entry.set("required", option.isRequired);
        entry.set("secret", option.isSecret);
        entry.set("help", std::string(option.help));
        array.add(entry);
    }
    return array;
}

}  // namespace

std::string listPlugins(const Plugins& plugins) {
    std::vector<Row> rows{{"kind", "name", "version", "file", "summary"}};
    for (const LoadedPlugin& plugin : plugins.loaded()) {
        rows.push_back({std::string(text(plugin.kind)), plugin.name, plugin.version,
                        plugin.file.string(), plugin.descriptor->summary});
    }
    std::sort(rows.begin() + 1, rows.end());
    std::string listing = rows.size() > 1 ? aligned(rows) : "No plugins were found.\n";
    if (plugins.refused().empty()) return listing;
    listing += "\nRefused:\n";
    for (const RefusedPlugin& refused : plugins.refused()) {
        listing += refused.file.string() + " " + refused.reason + "\n";
    }
    return listing;
}

std::string describePlugin(const LoadedPlugin& plugin) {
    const Plugin& descriptor = *plugin.descriptor;
    std::string description = std::string(text(plugin.kind)) + " " + plugin.name + " " +
                              plugin.version + "\n" + descriptor.summary + "\n" +
                              plugin.file.string() + "\n\n" +
                              optionTable(optionTitle(plugin.kind), optionsOf(descriptor));
    if (plugin.kind == PluginKind::Protocol) {
        description += "\n" + optionTable("Settings in runnel.yaml, protocols: " + plugin.name,
                                          settingsOf(descriptor));
    }
    return description;
}

std::string describePluginAsJson(const LoadedPlugin& plugin) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("kind", std::string(text(plugin.kind)));
    object.set("name", plugin.name);
    object.set("version", plugin.version);
    object.set("file", plugin.file.string());
    object.set("summary", std::string(plugin.descriptor->summary));
    object.set("options", asJson(optionsOf(*plugin.descriptor)));
    object.set("settings", asJson(settingsOf(*plugin.descriptor)));
    std::ostringstream stream;
    object.stringify(stream);
    return stream.str() + "\n";
}

}  // namespace runnel
