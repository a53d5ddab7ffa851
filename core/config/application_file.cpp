// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/mapping_reader.h"
#include "config/reading.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDevices = 1'000'000;

/// The EUI that the file's name spells; a complaint if it is none or was there before.
std::optional<Eui> readFileName(const fs::path& file, std::map<Eui, fs::path>& seen,
                                FileCheck& check) {
    const auto eui = parseEui(file.stem().string());
    if (!eui) {
        check.complain("the file's name " + std::string(kEuiRule) + ", found '" +
                       file.stem().string() + "'; rename it");
        return std::nullopt;
    }
    const auto [first, isNew] = seen.emplace(*eui, file);
    if (!isNew) {
        check.complain("is a second file for " + text(*eui) + " beside " +
                       first->second.filename().string() + "; keep one of them");
    }
    return eui;
}

Fields readTags(const YamlNode* node, FileCheck& check) {
    Fields tags;
    if (node == nullptr) return tags;
    const MappingReader in(*node, "'tags'", check);
    for (std::size_t i = 0; i < node->keys.size(); ++i) {
        const YamlNode& value = node->values[i];
        if (readText(value, node->keys[i].scalar, check)) {
            tags.push_back(Field{node->keys[i].scalar, readPlain(value)});
        }
    }
    return tags;
}

/// Devices are many: what is said of one has to be short.
void checkSizes(const DeviceSpec& spec, const YamlNode& node, FileCheck& check) {
    constexpr std::size_t kLongestName = 200;
    constexpr std::size_t kMostTags = 64;
    constexpr std::size_t kLongestTag = 256;
    const auto limit = [&](std::size_t found, std::size_t most, const std::string& what) {
        if (found <= most) return;
        check.complain(node, what + " must be at most " + std::to_string(most) + ", found " +
                                 std::to_string(found));
    };
    limit(spec.name.size(), kLongestName, "the length of 'name' in bytes");
    limit(spec.deviceTemplate.size(), kLongestName, "the length of 'template' in bytes");
    limit(spec.tags.size(), kMostTags, "the number of tags");
    for (const Field& tag : spec.tags) {
        const auto* text = std::get_if<std::string>(&tag.value.is);
        limit(tag.name.size() + (text != nullptr ? text->size() : 0), kLongestTag,
              "the length of a tag with its name in bytes");
    }
}

}  // namespace

std::optional<DeviceSpec> readDevice(const YamlNode& node, FileCheck& check, Reading& reading) {
    DeviceSpec spec;
    spec.place = check.place(node);
    MappingReader in(node, "a device", check);
    const auto eui = in.requireEui("eui");
    spec.name = in.text("name");
    spec.deviceTemplate = in.text("template");
    spec.tags = readTags(in.find("tags"), check);
    in.finish();
    checkSizes(spec, node, check);
    if (!eui) return std::nullopt;
    spec.eui = *eui;
    const auto [first, isNew] = reading.devices.emplace(eui->value, spec.place);
    if (isNew) return spec;
    check.complain(node, "device " + text(*eui) + " is already at " + first->second.file + ":" +
                             std::to_string(first->second.line) +
                             "; a device belongs to one application, once");
    return std::nullopt;
}

namespace {

std::vector<DeviceSpec> readDevices(const std::vector<YamlNode>& list, FileCheck& check,
                                    Reading& reading) {
    std::vector<DeviceSpec> devices;
    for (const YamlNode& node : list) {
        if (reading.devices.size() >= kMostDevices) {
            check.complain(node, "more than 1000000 devices in files; expected at most that many");
            break;
        }
        if (auto device = readDevice(node, check, reading)) devices.push_back(std::move(*device));
    }
    return devices;
}

}  // namespace

void readApplicationFiles(Reading& reading) {
    if (reading.config.applications.empty()) return;
    std::map<Eui, fs::path> seen;
    for (const fs::path& file : listFiles(reading.config.applications, reading)) {
        FileCheck check(file, reading.complaints);
        const auto eui = readFileName(file, seen, check);
        const auto root = readYaml(check);
        if (!root) continue;
        ApplicationSpec spec;
        spec.eui = eui.value_or(Eui{});
        spec.place = {check.file(), root->line, root->column};
        MappingReader in(*root, "an application file", check);
        spec.name = in.text("name", text(spec.eui));
        spec.deviceTemplate = in.text("template");
        spec.devices = readDevices(in.list("devices"), check, reading);
        spec.streams = readStreams(in.list("streams"), {spec.eui, std::nullopt}, check, reading);
        in.finish();
        reading.config.applicationSpecs.push_back(std::move(spec));
    }
}

void readGatewayFiles(Reading& reading) {
    if (reading.config.gateways.empty()) return;
    std::map<Eui, fs::path> seen;
    for (const fs::path& file : listFiles(reading.config.gateways, reading)) {
        FileCheck check(file, reading.complaints);
        const auto eui = readFileName(file, seen, check);
        const auto root = readYaml(check);
        if (!root) continue;
        GatewaySpec spec;
        spec.eui = eui.value_or(Eui{});
        spec.place = {check.file(), root->line, root->column};
        MappingReader in(*root, "a gateway file", check);
        spec.name = in.text("name", text(spec.eui));
        spec.streams = readStreams(in.list("streams"), {std::nullopt, spec.eui}, check, reading);
        in.finish();
        reading.config.gatewaySpecs.push_back(std::move(spec));
    }
}

}  // namespace runnel
