// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <utility>

#include "config/mapping_reader.h"
#include "config/reading.h"
#include "loader/elf_stamp.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;

/// `codec: NAME` and `options:`, or `format:` and its options, against the plugin's table.
Fields readPart(MappingReader& in, PluginKind kind, const std::string& name, Reading& reading) {
    FileCheck& check = in.check();
    const YamlNode* options = in.find("options");
    if (options != nullptr && options->is != YamlNode::Is::Mapping) {
        check.complain(*options, "'options' must be a mapping, found " + found(*options));
        return {};
    }
    const YamlNode* named = in.find("plugin");
    const LoadedPlugin* plugin =
        findPlugin(kind, name, named != nullptr ? *named : in.node(), check, reading);
    if (plugin == nullptr) return {};
    const OptionTable table = optionsOf(kind, name, *plugin->descriptor);
    if (options != nullptr) complainUnknownOptions(*options, {table}, {}, check);
    return readOptions(options, table, in.node(), check);
}

/// Of `node` and all that is in it, as plugins call it in their complaints.
void notePlaces(const std::string& path, const YamlNode& node, const FileCheck& check,
                TemplateSpec& spec) {
    OptionPlace& noted = spec.optionPlaces[path];
    noted.place = check.place(node);
    if (node.textLine > 0) noted.text = Place{check.file(), node.textLine, node.textColumn};
    for (std::size_t i = 0; i < node.values.size(); ++i) {
        const bool isMember = i < node.keys.size();
        notePlaces(path + (isMember ? "." + node.keys[i].scalar : "[" + std::to_string(i) + "]"),
                   node.values[i], check, spec);
    }
}

void readCodec(const YamlNode* node, TemplateSpec& spec, FileCheck& check, Reading& reading) {
    if (node == nullptr) return;
    MappingReader in(*node, "'codec'", check);
    const YamlNode* plugin = in.require("plugin");
    spec.codec = in.text("plugin");
    if (isIdentifier(spec.codec)) {
        spec.codecOptions = readPart(in, PluginKind::Codec, spec.codec, reading);
    } else if (plugin != nullptr) {
        check.complain(*plugin,
                       "'plugin' " + std::string(kIdentifierRule) + ", found " + found(*plugin));
    }
    const YamlNode* options = in.find("options");
    notePlaces("codec", options != nullptr ? *options : *node, check, spec);
    in.finish();
}

/// Only what is written: the rest is the stream's to say.
void readFormat(const YamlNode* node, TemplateSpec& spec, FileCheck& check, Reading& reading) {
    if (node == nullptr) return;
    MappingReader in(*node, "'format'", check);
    spec.format = in.text("plugin", spec.format);
    spec.formatOptions = readPart(in, PluginKind::Format, spec.format, reading);
    const YamlNode* options = in.find("options");
    notePlaces("format", options != nullptr ? *options : *node, check, spec);
    std::erase_if(spec.formatOptions, [&](const Field& field) {
        return options == nullptr ||
               std::none_of(options->keys.begin(), options->keys.end(),
                            [&](const YamlNode& key) { return key.scalar == field.name; });
    });
    in.finish();
}

std::uint32_t readVersion(MappingReader& in) {
    constexpr std::int64_t kMost = 1'000'000'000;
    return static_cast<std::uint32_t>(in.whole("version", 1, kMost, 1));
}

/// What a document is compared with has to be there.
void checkDocuments(const TemplateSpec& spec, FileCheck& check) {
    for (const TemplateExample& example : spec.examples) {
        if (!example.document) continue;
        check.complain(example.place,
                       "an example with 'document' needs 'format' with its options, which makes "
                       "documents; found no 'format' in this template");
        return;
    }
}

/// The file is called after the template: NAME.yaml, or NAME@VERSION.yaml where there are several.
void checkFileName(const fs::path& file, const TemplateSpec& spec, FileCheck& check) {
    const std::string stem = file.stem().string();
    if (stem == spec.name || stem == spec.name + "@" + std::to_string(spec.version)) return;
    check.complain("the file's name must be '" + spec.name + "' or '" + spec.name + "@" +
                   std::to_string(spec.version) + "', as its template is called, found '" + stem +
                   "'; rename it");
}

}  // namespace

TemplateSpec readTemplate(const YamlNode& root, FileCheck& check, Reading& reading) {
    TemplateSpec spec;
    spec.place = check.place(root);
    MappingReader in(root, "a device template", check);
    if (const YamlNode* name = in.require("name")) {
        spec.name = in.text("name");
        if (!isIdentifier(spec.name)) {
            check.complain(*name,
                           "'name' " + std::string(kIdentifierRule) + ", found " + found(*name));
        }
    }
    spec.version = readVersion(in);
    spec.description = in.text("description");
    readCodec(in.find("codec"), spec, check, reading);
    readFormat(in.find("format"), spec, check, reading);
    spec.examples = readExamples(in);
    if (in.find("format") == nullptr) checkDocuments(spec, check);
    in.finish();
    return spec;
}

void readTemplateFiles(Reading& reading) {
    if (reading.config.templates.empty() || !fs::is_directory(reading.config.templates)) return;
    std::set<std::pair<std::string, std::uint32_t>> seen;
    for (const fs::path& file : listFiles(reading.config.templates, reading)) {
        FileCheck check(file, reading.complaints);
        const auto root = readYaml(check);
        if (!root) continue;
        TemplateSpec spec = readTemplate(*root, check, reading);
        if (spec.name.empty()) continue;
        checkFileName(file, spec, check);
        if (!seen.emplace(spec.name, spec.version).second) {
            check.complain("is a second file for version " + std::to_string(spec.version) +
                           " of template " + spec.name + "; give it another version");
            continue;
        }
        reading.config.templateSpecs.push_back(std::move(spec));
    }
}

}  // namespace runnel
