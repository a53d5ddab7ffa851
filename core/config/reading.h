// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "config/mapping_reader.h"
#include "config/option_values.h"
#include "loader/plugins.h"

namespace runnel {

/// What the files of one configuration share while they are read. Thread safety: one thread.
struct Reading {
    const Plugins& plugins;
    Config& config;
    std::vector<Complaint>& complaints;
    std::unordered_map<std::uint64_t, Place> devices;  ///< where each was first written
    std::map<std::string, Place> tokens;
    std::set<std::string> checkedSettings;  ///< protocols used without an entry in `protocols:`
};

/// The plugin, or null after a complaint that says where it was looked for and what there is.
/// `node` is where its name stands.
const LoadedPlugin* findPlugin(PluginKind kind, const std::string& name, const YamlNode& node,
                               FileCheck& check, const Reading& reading);

/// Fills Config with runnel.yaml; `reading` null: without protocols and networks.
void readMainFile(const YamlNode& root, Config& config, FileCheck& check, Reading* reading);

/// The .yaml, .yml and .json files of a directory, sorted. Others, such as README or what an editor
/// leaves, are nobody's business.
std::vector<std::filesystem::path> listFiles(const std::filesystem::path& directory,
                                             Reading& reading);
/// One version of a device template.
TemplateSpec readTemplate(const YamlNode& root, FileCheck& check, Reading& reading);
/// The `examples` of a device template.
std::vector<TemplateExample> readExamples(MappingReader& in);
/// Fills Config::templateSpecs.
void readTemplateFiles(Reading& reading);
/// Fills Config::applicationSpecs and gatewaySpecs from their directories.
void readApplicationFiles(Reading& reading);
void readGatewayFiles(Reading& reading);

/// Where a list of streams stands: exactly one is set.
struct StreamHome {
    std::optional<Eui> application, gateway;
};

StreamSpec readStream(const YamlNode& node, const StreamHome& home, FileCheck& check,
                      Reading& reading);
/// As `events:` names it: "uplink", "notAcknowledged".
std::string_view eventName(Kind kind);
/// `token`, if it is there.
void readTokenText(MappingReader& in, TokenSpec& token, Reading& reading);
/// `label`, `scopes` and `expires` of a token.
void readTokenGrant(MappingReader& in, TokenSpec& token);
/// Nullopt after a complaint.
std::optional<DeviceSpec> readDevice(const YamlNode& node, FileCheck& check, Reading& reading);

/// The streams of one application or gateway file.
std::vector<StreamSpec> readStreams(const std::vector<YamlNode>& list, const StreamHome& home,
                                    FileCheck& check, Reading& reading);

}  // namespace runnel
