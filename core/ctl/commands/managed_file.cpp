// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/managed_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "config/mapping_reader.h"
#include "config/yaml_tree.h"
#include "ctl/failure.h"
#include "ctl/table.h"
#include "ctl/yaml_writer.h"

namespace runnel::ctl {
namespace {

namespace fs = std::filesystem;

/// Sets `key` if it is written and not empty.
void copyText(MappingReader& in, const std::string& key, Object& out) {
    const std::string value = in.text(key);
    if (!value.empty()) out.set(key, value);
}

Array::Ptr textsAt(MappingReader& in, const std::string& key) {
    Array::Ptr array = new Array;
    for (const YamlNode& node : in.list(key)) {
        if (const auto text = readText(node, key, in.check())) array->add(*text);
    }
    return array;
}

Object::Ptr readDevice(const YamlNode& node, FileCheck& check) {
    MappingReader in(node, "a device", check);
    Object::Ptr device = newObject();
    if (const auto eui = in.requireEui("eui")) device->set("eui", runnel::text(*eui));
    copyText(in, "name", *device);
    copyText(in, "template", *device);
    if (const YamlNode* tags = in.find("tags")) device->set("tags", valueOf(*tags));
    in.finish();
    return device;
}

Object::Ptr readToken(const YamlNode& node, FileCheck& check) {
    MappingReader in(node, "a token", check);
    Object::Ptr token = newObject();
    in.require("token");
    copyText(in, "token", *token);
    copyText(in, "label", *token);
    copyText(in, "expires", *token);
    if (in.find("scopes") != nullptr) token->set("scopes", textsAt(in, "scopes"));
    in.finish();
    return token;
}

std::vector<Object::Ptr> readTokens(MappingReader& in) {
    std::vector<Object::Ptr> tokens;
    for (const YamlNode& node : in.list("tokens")) tokens.push_back(readToken(node, in.check()));
    const std::string only = in.text("token");
    if (only.empty()) return tokens;
    if (!tokens.empty()) {
        in.check().complain(in.node(), "'token' and 'tokens' are both written; keep one of them");
    }
    tokens.push_back(newObject());
    tokens.back()->set("token", only);
    return tokens;
}

void readScope(MappingReader& in, bool isGateway, Object& stream) {
    const YamlNode* node = in.find("scope");
    if (node == nullptr) return;
    if (isGateway) {
        in.check().complain(*node, "a gateway's stream has no 'scope'; remove it");
    } else if (node->is == YamlNode::Is::Mapping) {
        MappingReader scope(*node, "'scope'", in.check());
        Object::Ptr device = newObject();
        if (const auto eui = scope.requireEui("device")) device->set("device", runnel::text(*eui));
        scope.finish();
        stream.set("scope", device);
    } else if (node->scalar == "application") {
        stream.set("scope", node->scalar);
    } else {
        in.check().complain(*node,
                            "'scope' must be application or {device: EUI}, found " + found(*node));
    }
}

ManagedStream readStream(const YamlNode& node, bool isGateway, FileCheck& check) {
    MappingReader in(node, "a stream", check);
    ManagedStream stream{in.text("name"), newObject(), {}};
    in.require("name");
    Object& document = *stream.document;
    document.set("name", stream.name);
    readScope(in, isGateway, document);
    for (const char* key : {"protocol", "format", "duplicates", "template"})
        copyText(in, key, document);
    if (in.find("events") != nullptr) document.set("events", textsAt(in, "events"));
    if (in.find("enabled") != nullptr) document.set("enabled", in.boolean("enabled", true));
    if (const YamlNode* options = in.find("options")) document.set("options", valueOf(*options));
    stream.tokens = readTokens(in);
    in.finish();
    return stream;
}

void complainTwice(const std::vector<std::string>& names, const YamlNode& node, FileCheck& check) {
    std::set<std::string> seen;
    for (const std::string& name : names) {
        if (!name.empty() && !seen.insert(name).second) {
            check.complain(node, "'" + name + "' stands there twice; keep one of them");
        }
    }
}

void readEui(MappingReader& in, const fs::path& file, ManagedFile& managed) {
    const YamlNode* application = in.find("application");
    const YamlNode* gateway = in.find("gateway");
    managed.isGateway = gateway != nullptr ||
                        (application == nullptr && file.parent_path().filename() == "gateways");
    const YamlNode* node = gateway != nullptr ? gateway : application;
    std::optional<Eui> eui;
    if (application != nullptr && gateway != nullptr) {
        in.check().complain(*gateway, "'application' and 'gateway' are both written; keep one");
    } else if (node != nullptr) {
        eui = runnel::readEui(*node, gateway != nullptr ? "gateway" : "application", in.check());
    } else {
        eui = parseEui(file.stem().string());
        if (!eui) {
            in.check().complain(in.node(),
                                "whose file is this? Expected 'application: EUI' or 'gateway: "
                                "EUI' in it, or an EUI as the file's name");
        }
    }
    if (eui) managed.eui = runnel::text(*eui);
}

ManagedFile readDocument(const YamlNode& root, const fs::path& file, FileCheck& check) {
    ManagedFile managed;
    MappingReader in(root, "an application or gateway", check);
    readEui(in, file, managed);
    managed.name = in.text("name", managed.eui);
    if (!managed.isGateway) managed.deviceTemplate = in.text("template");
    std::vector<std::string> names;
    if (!managed.isGateway) {
        for (const YamlNode& node : in.list("devices")) {
            managed.devices.push_back(readDevice(node, check));
            names.push_back(text(*managed.devices.back(), "eui"));
        }
    }
    complainTwice(names, root, check);
    names.clear();
    for (const YamlNode& node : in.list("streams")) {
        managed.streams.push_back(readStream(node, managed.isGateway, check));
        names.push_back(managed.streams.back().name);
    }
    complainTwice(names, root, check);
    in.finish();
    return managed;
}

bool isTemplate(const YamlNode& root, const fs::path& file) {
    return file.parent_path().filename() == "templates" ||
           std::any_of(root.keys.begin(), root.keys.end(),
                       [](const YamlNode& key) { return key.scalar == "deviceTemplate"; });
}

/// What is in it is the broker's to judge.
Object::Ptr readTemplate(const YamlNode& root, FileCheck& check) {
    if (root.is != YamlNode::Is::Mapping) {
        check.complain(root, "a device template must be a mapping, found " + found(root));
        return newObject();
    }
    const Object::Ptr written = valueOf(root).extract<Object::Ptr>();
    Object::Ptr document = newObject();
    document->set("name",
                  text(*written, written->has("deviceTemplate") ? "deviceTemplate" : "name"));
    document->set("version", 1);
    for (const std::string& key : written->getNames()) {
        if (key != "deviceTemplate" && key != "name") document->set(key, written->get(key));
    }
    if (text(*document, "name").empty()) check.complain(root, "a device template needs a 'name'");
    return document;
}

void listFiles(const fs::path& directory, std::vector<fs::path>& files) {
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string extension = entry->path().extension().string();
        const bool isOurs = extension == ".yaml" || extension == ".yml" || extension == ".json";
        if (isOurs && entry->path().filename().string().front() != '.') {
            files.push_back(entry->path());
        }
    }
    if (error) {
        throw Failure(ExitCode::WrongUse,
                      directory.string() + " cannot be read: " + error.message());
    }
}

std::vector<fs::path> filesOf(const fs::path& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> files;
    bool hasFolders = false;
    for (const char* folder : {"applications", "gateways", "templates"}) {
        if (!fs::is_directory(path / folder)) continue;
        hasFolders = true;
        listFiles(path / folder, files);
    }
    // The absolute path, so that "." has a name too.
    if (!hasFolders) listFiles(fs::canonical(path), files);
    std::sort(files.begin(), files.end());
    return files;
}

void readInto(Managed& all, std::istream& in, const fs::path& file,
              std::vector<Complaint>& complaints) {
    FileCheck check(file, complaints);
    const auto documents = readYamlStream(in, check);
    if (!documents) return;
    for (const YamlNode& root : *documents) {
        if (isTemplate(root, file)) {
            all.templates.push_back(readTemplate(root, check));
        } else {
            all.homes.push_back(readDocument(root, file, check));
        }
    }
}

[[noreturn]] void fail(const std::vector<Complaint>& complaints) {
    std::string all = "nothing was applied:";
    for (const Complaint& complaint : complaints) {
        const Place& place = complaint.place;
        all += "\n" + place.file;
        if (place.line > 0) {
            all += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
        }
        all += ": " + complaint.text;
    }
    throw Failure(ExitCode::WrongUse, printable(all, true));
}

}  // namespace

Managed readManaged(const std::string& path, std::istream& in) {
    Managed all;
    std::vector<Complaint> complaints;
    if (path == "-") {
        readInto(all, in, "standard input", complaints);
    } else {
        for (const fs::path& file : filesOf(path)) {
            std::ifstream stream(file, std::ios::binary);
            if (!stream) {
                FileCheck(file, complaints).complain("cannot be read; expected a YAML file");
                continue;
            }
            readInto(all, stream, file, complaints);
        }
    }
    if (!complaints.empty()) fail(complaints);
    return all;
}

}  // namespace runnel::ctl
