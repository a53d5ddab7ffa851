// SPDX-License-Identifier: Apache-2.0
#include "config/read_config.h"

#include <algorithm>
#include <tuple>

#include "config/reading.h"
#include "config/suggestion.h"
#include "loader/elf_stamp.h"

namespace runnel {
namespace {

/// By file in the order of reading, then by place.
void sort(std::vector<Complaint>& complaints) {
    std::map<std::string, std::size_t> order;
    for (const Complaint& complaint : complaints) {
        order.emplace(complaint.place.file, order.size());
    }
    const auto key = [&](const Complaint& complaint) {
        const Place& place = complaint.place;
        return std::tuple(order.at(place.file), place.line, place.column);
    };
    std::stable_sort(complaints.begin(), complaints.end(),
                     [&](const Complaint& a, const Complaint& b) { return key(a) < key(b); });
}

}  // namespace

const LoadedPlugin* findPlugin(PluginKind kind, const std::string& name, const YamlNode& node,
                               FileCheck& check, const Reading& reading) {
    if (const LoadedPlugin* plugin = reading.plugins.find(kind, name)) return plugin;
    std::vector<std::string> names;
    for (const LoadedPlugin& plugin : reading.plugins.loaded()) {
        if (plugin.kind == kind) names.push_back(plugin.name);
    }
    std::vector<std::string> directories;
    for (const auto& directory : reading.config.plugins) directories.push_back(directory.string());
    std::string complaint = "no " + std::string(text(kind)) + " plugin named '" + name +
                            "' was found in " + joined(directories) + didYouMean(name, names) +
                            "; available: " + joined(names);
    for (const RefusedPlugin& refused : reading.plugins.refused()) {
        if (refused.file.filename().string().find(name) == std::string::npos) continue;
        complaint += "; " + refused.file.string() + " " + refused.reason;
    }
    check.complain(node, std::move(complaint));
    reading.complaints.back().isMissingPlugin = true;
    return nullptr;
}

std::vector<std::filesystem::path> listFiles(const std::filesystem::path& directory,
                                             Reading& reading) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string extension = entry->path().extension().string();
        const bool isOurs = extension == ".yaml" || extension == ".yml" || extension == ".json";
        if (isOurs && entry->path().filename().string().front() != '.') {
            files.push_back(entry->path());
        }
    }
    if (error) {
        FileCheck(directory, reading.complaints).complain("cannot be read: " + error.message());
    }
    std::sort(files.begin(), files.end());
    return files;
}

ReadResult readMain(const std::filesystem::path& file) {
    ReadResult result;
    result.config.file = file;
    FileCheck check(file, result.complaints);
    if (const auto root = readYaml(check)) readMainFile(*root, result.config, check, nullptr);
    sort(result.complaints);
    return result;
}

ReadResult readAll(const std::filesystem::path& file, const Plugins& plugins) {
    ReadResult result;
    result.config.file = file;
    Reading reading{plugins, result.config, result.complaints, {}, {}, {}};
    FileCheck check(file, result.complaints);
    if (const auto root = readYaml(check)) readMainFile(*root, result.config, check, &reading);
    readTemplateFiles(reading);
    readApplicationFiles(reading);
    readGatewayFiles(reading);
    sort(result.complaints);
    return result;
}

std::string text(const Complaint& complaint) {
    const Place& place = complaint.place;
    std::string line = place.file;
    if (place.line > 0) {
        line += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
    }
    return line + ": " + complaint.text;
}

}  // namespace runnel
