// SPDX-License-Identifier: Apache-2.0
#include "config/documents.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <sstream>

#include "base/time_text.h"
#include "config/same_value.h"
#include "loader/option_type.h"

namespace runnel {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

Object::Ptr makeObject() {
    return new Object(Poco::JSON_PRESERVE_KEY_ORDER);
}

Poco::Dynamic::Var varOf(const Value& value);

Array::Ptr arrayOf(const List& list) {
    Array::Ptr array = new Array;
    for (const Value& value : list) array->add(varOf(value));
    return array;
}

Poco::Dynamic::Var varOf(const Value& value) {
    return std::visit(
        [](const auto& is) -> Poco::Dynamic::Var {
            using Kind = std::decay_t<decltype(is)>;
            if constexpr (std::is_same_v<Kind, std::monostate>) {
                return {};
            } else if constexpr (std::is_same_v<Kind, List>) {
                return arrayOf(is);
            } else if constexpr (std::is_same_v<Kind, Fields>) {
                return objectOf(is);
            } else if constexpr (std::is_same_v<Kind, std::int64_t>) {
                return static_cast<Poco::Int64>(is);
            } else {
                return is;
            }
        },
        value.is);
}

/// What differs from the plugin's defaults.
void putOptions(const Fields& values, std::span<const Option> table, Secrets secrets,
                Object& options) {
    const Fields defaults = defaultOptions(table);
    for (const Option& option : table) {
        const Value* value = find(values, option.name);
        if (value == nullptr || (option.isSecret && secrets == Secrets::Hidden)) continue;
        const Value* usual = find(defaults, option.name);
        if (usual == nullptr || !isSame(*usual, *value)) options.set(option.name, varOf(*value));
    }
}

/// {"plugin": …, "options": {…}} of a device template.
Object::Ptr partOf(PluginKind kind, const std::string& name, const Fields& values,
                   const Plugins& plugins) {
    Object::Ptr options = makeObject();
    if (const auto* plugin = plugins.find(kind, name)) {
        const Plugin& table = *plugin->descriptor;
        putOptions(values, {table.options, table.optionCount}, Secrets::Hidden, *options);
    }
    Object::Ptr part = makeObject();
    part->set("plugin", name);
    if (options->size() > 0) part->set("options", options);
    return part;
}

Array::Ptr eventNames(const StreamSpec& spec) {
    Array::Ptr events = new Array;
    for (const Kind kind : spec.events) events->add(std::string(eventName(kind)));
    return events;
}

}  // namespace

DocumentReader::DocumentReader(const Plugins& plugins, const Config& running)
    : check_("", complaints_),
      reading_{.plugins = plugins,
               .config = config_,
               .complaints = complaints_,
               .devices = {},
               .tokens = {},
               .checkedSettings = {}} {
    config_.file = running.file;
    config_.plugins = running.plugins;
    config_.protocols = running.protocols;
}

StreamSpec DocumentReader::stream(const JsonTree& document, const StreamHome& home) {
    reading_.tokens.clear();
    reading_.checkedSettings.clear();
    return readStream(document.root(), home, check_, reading_);
}

std::optional<DeviceSpec> DocumentReader::device(const JsonTree& document) {
    reading_.devices.clear();
    return readDevice(document.root(), check_, reading_);
}

std::vector<DeviceSpec> DocumentReader::devices(const JsonTree& document) {
    reading_.devices.clear();
    std::vector<DeviceSpec> devices;
    const YamlNode& list = document.root();
    if (list.is != YamlNode::Is::Sequence) {
        check_.complain(list, "must be a list of devices, found " + found(list));
    }
    for (const YamlNode& node : list.values) {
        if (auto device = readDevice(node, check_, reading_)) devices.push_back(std::move(*device));
    }
    return devices;
}

TemplateSpec DocumentReader::deviceTemplate(const JsonTree& document) {
    return readTemplate(document.root(), check_, reading_);
}

TokenSpec DocumentReader::token(const JsonTree& document) {
    reading_.tokens.clear();
    TokenSpec spec;
    MappingReader in = mapping(document, "a token");
    readTokenText(in, spec, reading_);
    readTokenGrant(in, spec);
    in.finish();
    return spec;
}

std::vector<Complaint> DocumentReader::takeComplaints() {
    return std::exchange(complaints_, {});
}

Object::Ptr documentOf(const StreamSpec& spec, const Plugins& plugins, Secrets secrets) {
    Object::Ptr document = makeObject();
    document->set("name", spec.name);
    if (spec.device) {
        Object::Ptr scope = makeObject();
        scope->set("device", text(*spec.device));
        document->set("scope", scope);
    } else if (spec.application) {
        document->set("scope", "application");
    }
    document->set("protocol", spec.protocol);
    document->set("format", spec.format);
    Object::Ptr options = makeObject();
    if (const auto* plugin = plugins.find(PluginKind::Protocol, spec.protocol)) {
        const Plugin& table = *plugin->descriptor;
        putOptions(spec.protocolOptions, {table.options, table.optionCount}, secrets, *options);
    }
    if (const auto* plugin = plugins.find(PluginKind::Format, spec.format)) {
        const Plugin& table = *plugin->descriptor;
        putOptions(spec.formatOptions, {table.options, table.optionCount}, secrets, *options);
    }
    document->set("options", options);
    document->set("duplicates", spec.duplicates == Duplicates::Best ? "best" : "all");
    document->set("events", eventNames(spec));
    document->set("enabled", spec.isEnabled);
    if (!spec.deviceTemplate.empty()) document->set("template", spec.deviceTemplate);
    return document;
}

Object::Ptr documentOf(const TemplateSpec& spec, const Plugins& plugins) {
    Object::Ptr document = makeObject();
    document->set("name", spec.name);
    document->set("version", static_cast<Poco::UInt64>(spec.version));
    if (!spec.description.empty()) document->set("description", spec.description);
    if (!spec.codec.empty()) {
        document->set("codec", partOf(PluginKind::Codec, spec.codec, spec.codecOptions, plugins));
    }
    if (!spec.formatOptions.empty()) {
        document->set("format",
                      partOf(PluginKind::Format, spec.format, spec.formatOptions, plugins));
    }
    return document;
}

Object::Ptr objectOf(const Fields& fields) {
    Object::Ptr object = makeObject();
    for (const Field& field : fields) object->set(field.name, varOf(field.value));
    return object;
}

Object::Ptr documentOf(const DeviceSpec& spec) {
    Object::Ptr document = makeObject();
    document->set("eui", text(spec.eui));
    document->set("name", spec.name);
    document->set("template", spec.deviceTemplate);
    document->set("tags", objectOf(spec.tags));
    return document;
}

std::string tagsText(const Fields& tags) {
    return jsonText(*objectOf(tags));
}

Fields tagsOf(const std::string& text) {
    Fields tags;
    try {
        Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));  // in their order
        const auto object = parser.parse(text).extract<Object::Ptr>();
        for (const std::string& name : object->getNames()) {
            const Poco::Dynamic::Var value = object->get(name);
            if (value.isBoolean()) {
                tags.push_back({name, {value.convert<bool>()}});
            } else if (value.isInteger()) {
                tags.push_back({name, {value.convert<std::int64_t>()}});
            } else if (value.isNumeric()) {
                tags.push_back({name, {value.convert<double>()}});
            } else {
                tags.push_back({name, {value.convert<std::string>()}});
            }
        }
    } catch (const Poco::Exception&) {
        tags.clear();
    }
    return tags;
}

void putTokenGrant(const TokenSpec& spec, Object& document) {
    document.set("label", spec.label);
    Array::Ptr scopes = new Array;
    if (spec.mayReceive) scopes->add(std::string("up"));
    if (spec.maySend) scopes->add(std::string("down"));
    document.set("scopes", scopes);
    if (spec.expires) document.set("expires", timeText(*spec.expires));
}

std::string jsonText(const Object& document) {
    std::ostringstream out;
    document.stringify(out);
    return out.str();
}

}  // namespace runnel
