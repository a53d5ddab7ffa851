// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "base/time_text.h"
#include "config/mapping_reader.h"
#include "config/reading.h"
#include "config/suggestion.h"

namespace runnel {
namespace {

constexpr std::array<std::pair<const char*, Kind>, 10> kEvents{
    {{"uplink", Kind::Uplink},
     {"join", Kind::Join},
     {"queued", Kind::Queued},
     {"sent", Kind::Sent},
     {"acknowledged", Kind::Acknowledged},
     {"notAcknowledged", Kind::NotAcknowledged},
     {"expired", Kind::Expired},
     {"failed", Kind::Failed},
     {"status", Kind::DeviceStatus},
     {"location", Kind::Location}}};

void readScope(MappingReader& in, const StreamHome& home, StreamSpec& spec) {
    spec.gateway = home.gateway;
    if (home.gateway) return;
    spec.application = home.application;
    const YamlNode* node = in.find("scope");
    if (node == nullptr || (node->is == YamlNode::Is::Scalar && node->scalar == "application")) {
        return;
    }
    if (node->is != YamlNode::Is::Mapping) {
        in.check().complain(*node,
                            "'scope' must be application or {device: EUI}, found " + found(*node));
        return;
    }
    MappingReader scope(*node, "'scope'", in.check());
    spec.device = scope.requireEui("device");
    if (spec.device) spec.application.reset();
    scope.finish();
}

/// Nothing here may show the token.
bool checkToken(const std::string& token, const YamlNode& node, FileCheck& check,
                Reading& reading) {
    constexpr std::size_t kShortest = 16;
    constexpr std::size_t kLongest = 256;
    const bool isPrintable =
        std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (token.size() < kShortest || token.size() > kLongest || !isPrintable) {
        check.complain(node,
                       "'token' must be 16 to 256 printable characters without spaces; leave it "
                       "out and one is made");
        return false;
    }
    const Place place = check.place(node);
    const auto [first, isNew] = reading.tokens.emplace(token, place);
    if (!isNew) {
        check.complain(node, "'token' is also that of the stream at " + first->second.file + ":" +
                                 std::to_string(first->second.line) +
                                 "; each stream needs its own");
    }
    return isNew;
}

void readTokenScopes(const YamlNode& node, TokenSpec& token, FileCheck& check) {
    token.mayReceive = token.maySend = false;
    const auto& entries = node.values;
    bool isGood = node.is == YamlNode::Is::Sequence && !entries.empty();
    for (const YamlNode& entry : entries) {
        if (entry.scalar == "up") {
            token.mayReceive = true;
        } else if (entry.scalar == "down") {
            token.maySend = true;
        } else {
            isGood = false;
        }
    }
    if (!isGood) {
        check.complain(node,
                       "'scopes' must be a list of up (documents go out) and down "
                       "(downlinks come in), at least one, found " +
                           found(node));
    }
}

}  // namespace

void readTokenText(MappingReader& in, TokenSpec& token, Reading& reading) {
    const YamlNode* node = in.find("token");
    if (node == nullptr) return;
    token.text = in.text("token");
    if (!checkToken(token.text, *node, in.check(), reading)) token.text.clear();
}

void readTokenGrant(MappingReader& in, TokenSpec& token) {
    constexpr std::size_t kLongestLabel = 100;
    const YamlNode* label = in.find("label");
    token.label = in.text("label");
    if (token.label.size() > kLongestLabel) {
        in.check().complain(*label, "'label' must be at most 100 bytes, found " +
                                        std::to_string(token.label.size()));
    }
    if (const YamlNode* scopes = in.find("scopes")) readTokenScopes(*scopes, token, in.check());
    const YamlNode* expires = in.find("expires");
    if (expires == nullptr) return;
    token.expires = parseTime(expires->scalar);
    if (!token.expires) {
        in.check().complain(*expires,
                            "'expires' must be a time such as 2027-01-31T00:00:00Z, "
                            "found " +
                                found(*expires));
    }
}

namespace {

void readTokens(MappingReader& in, StreamSpec& spec, Reading& reading) {
    constexpr std::size_t kMost = 100;
    TokenSpec only;
    readTokenText(in, only, reading);
    if (!only.text.empty()) spec.tokens.push_back(std::move(only));
    const std::vector<YamlNode>& list = in.list("tokens");
    if (list.size() > kMost) {
        in.check().complain(*in.find("tokens"), "a stream has at most 100 tokens, found " +
                                                    std::to_string(list.size()));
        return;
    }
    for (const YamlNode& node : list) {
        MappingReader entry(node, "a token", in.check());
        TokenSpec token;
        static_cast<void>(entry.require("token"));
        readTokenText(entry, token, reading);
        readTokenGrant(entry, token);
        entry.finish();
        if (!token.text.empty()) spec.tokens.push_back(std::move(token));
    }
}

/// The value of a key that may stand in the stream or in its options.
const YamlNode* findEither(MappingReader& stream, MappingReader* options, const std::string& key) {
    const YamlNode* outer = stream.find(key);
    const YamlNode* inner = options != nullptr ? options->find(key) : nullptr;
    if (outer != nullptr && inner != nullptr) {
        stream.check().complain(
            *inner, "'" + key + "' stands in the stream and in its options; keep one of them");
    }
    return outer != nullptr ? outer : inner;
}

void readDuplicates(const YamlNode* node, StreamSpec& spec, FileCheck& check) {
    if (node == nullptr) return;
    if (node->is == YamlNode::Is::Scalar && node->scalar == "best") {
        spec.duplicates = Duplicates::Best;
    } else if (node->is != YamlNode::Is::Scalar || node->scalar != "all") {
        check.complain(*node, "'duplicates' must be all or best, found " + found(*node));
    }
}

/// "not acknowledged" and "not_acknowledged" are "notAcknowledged" to people.
std::string asOneWord(std::string_view name) {
    std::string word;
    bool isNext = false;
    for (const char c : name) {
        const auto letter = static_cast<unsigned char>(c);
        if (std::isalpha(letter) != 0) word += isNext ? static_cast<char>(std::toupper(letter)) : c;
        isNext = std::isalpha(letter) == 0;
    }
    return word;
}

void readEvents(const YamlNode* node, StreamSpec& spec, FileCheck& check) {
    if (node == nullptr) return;
    if (node->is != YamlNode::Is::Sequence) {
        check.complain(*node, "'events' must be a list, found " + found(*node));
        return;
    }
    spec.events.clear();
    std::vector<std::string> names;
    names.reserve(kEvents.size());
    for (const auto& event : kEvents) names.emplace_back(event.first);
    for (const YamlNode& entry : node->values) {
        const auto name = std::find(names.begin(), names.end(), asOneWord(entry.scalar));
        if (entry.is != YamlNode::Is::Scalar || name == names.end()) {
            check.complain(entry, "'events' must be of " + joined(names) + ", found " +
                                      found(entry) + didYouMean(entry.scalar, names));
            continue;
        }
        const Kind kind = kEvents[static_cast<std::size_t>(name - names.begin())].second;
        if (std::find(spec.events.begin(), spec.events.end(), kind) == spec.events.end()) {
            spec.events.push_back(kind);
        }
    }
}

/// A protocol without an entry in `protocols:` runs with its defaults, if it has all it needs.
void useProtocol(const LoadedPlugin& plugin, const YamlNode& node, FileCheck& check,
                 Reading& reading) {
    if (reading.config.protocols.count(plugin.name) != 0) return;
    if (!reading.checkedSettings.insert(plugin.name).second) return;
    const Plugin& descriptor = *plugin.descriptor;
    const std::span<const Option> settings(descriptor.settings, descriptor.settingCount);
    bool isComplete = true;
    for (const Option& setting : settings) {
        if (!setting.isRequired) continue;
        isComplete = false;
        check.complain(node, "protocol " + plugin.name + " needs the setting '" +
                                 std::string(setting.name) + "'; write protocols: {" + plugin.name +
                                 ": {" + setting.name + ": …}} in " + reading.config.file.string());
    }
    if (isComplete) reading.config.protocols[plugin.name] = defaultOptions(settings);
}

void readPluginOptions(MappingReader& in, const YamlNode* options, StreamSpec& spec,
                       Reading& reading) {
    FileCheck& check = in.check();
    const YamlNode* protocolNode = in.find("protocol");
    const YamlNode* formatNode = in.find("format");
    spec.protocol = in.text("protocol", spec.protocol);
    spec.format = in.text("format", spec.format);
    const YamlNode& protocolAt = protocolNode != nullptr ? *protocolNode : in.node();
    const YamlNode& formatAt = formatNode != nullptr ? *formatNode : in.node();
    const LoadedPlugin* protocol =
        findPlugin(PluginKind::Protocol, spec.protocol, protocolAt, check, reading);
    const LoadedPlugin* format =
        findPlugin(PluginKind::Format, spec.format, formatAt, check, reading);
    std::vector<OptionTable> tables;
    if (protocol != nullptr) {
        useProtocol(*protocol, protocolAt, check, reading);
        tables.push_back(optionsOf(PluginKind::Protocol, spec.protocol, *protocol->descriptor));
        spec.protocolOptions = readOptions(options, tables.back(), in.node(), check);
    }
    if (format != nullptr) {
        tables.push_back(optionsOf(PluginKind::Format, spec.format, *format->descriptor));
        spec.formatOptions = readOptions(options, tables.back(), in.node(), check);
    }
    // With a plugin missing nobody knows which options are its.
    if (options != nullptr && tables.size() == 2) {
        complainUnknownOptions(*options, tables, {"duplicates", "events"}, check);
    }
}

}  // namespace

std::string_view eventName(Kind kind) {
    for (const auto& [name, known] : kEvents) {
        if (known == kind) return name;
    }
    return "";
}

StreamSpec readStream(const YamlNode& node, const StreamHome& home, FileCheck& check,
                      Reading& reading) {
    StreamSpec spec;
    spec.place = check.place(node);
    MappingReader in(node, "a stream", check);
    if (const YamlNode* name = in.require("name")) {
        spec.name = in.text("name");
        if (!isIdentifier(spec.name)) {
            check.complain(*name,
                           "'name' " + std::string(kIdentifierRule) + ", found " + found(*name));
        }
    }
    readScope(in, home, spec);
    spec.deviceTemplate = in.text("template");
    spec.isEnabled = in.boolean("enabled", true);
    readTokens(in, spec, reading);
    const YamlNode* options = in.find("options");
    std::optional<MappingReader> optionReader;
    if (options != nullptr) optionReader.emplace(*options, "'options'", check);
    MappingReader* inner = optionReader ? &*optionReader : nullptr;
    readDuplicates(findEither(in, inner, "duplicates"), spec, check);
    readEvents(findEither(in, inner, "events"), spec, check);
    if (in.isMapping()) readPluginOptions(in, options, spec, reading);
    in.finish();
    return spec;
}

std::vector<StreamSpec> readStreams(const std::vector<YamlNode>& list, const StreamHome& home,
                                    FileCheck& check, Reading& reading) {
    std::vector<StreamSpec> streams;
    std::map<std::string, int> lines;
    for (const YamlNode& node : list) {
        StreamSpec spec = readStream(node, home, check, reading);
        const auto [first, isNew] = lines.emplace(spec.name, node.line);
        if (!isNew && !spec.name.empty()) {
            check.complain(node, "a second stream '" + spec.name + "', the first is in line " +
                                     std::to_string(first->second) + "; give it another name");
        }
        streams.push_back(std::move(spec));
    }
    return streams;
}

}  // namespace runnel
