// SPDX-License-Identifier: Apache-2.0
#include <Poco/Environment.h>

#include "base/region.h"
#include "config/mapping_reader.h"
#include "config/reading.h"
#include "config/suggestion.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;

/// A path that is written, resolved; empty if it is not.
fs::path readPath(MappingReader& in, const std::string& key) {
    const std::string written = in.text(key);
    return written.empty() ? fs::path() : in.check().resolve(written);
}

fs::path readDataDirectory(MappingReader& in) {
    const YamlNode* node = in.require("data");
    if (node == nullptr) return {};
    fs::path path = readPath(in, "data");
    std::error_code error;
    if (path.empty() || (fs::exists(path, error) && !fs::is_directory(path, error))) {
        in.check().complain(*node, "'data' must be a directory, found " + found(*node));
    }
    return path;
}

/// One that is written has to exist; the default, beside runnel.yaml, is taken if it exists.
fs::path readDirectory(MappingReader& in, const std::string& key, const fs::path& fallback) {
    std::error_code error;
    const YamlNode* node = in.find(key);
    if (node == nullptr) return fs::is_directory(fallback, error) ? fallback : fs::path();
    fs::path path = readPath(in, key);
    if (!path.empty() && fs::is_directory(path, error)) return path;
    in.check().complain(*node, "'" + key + "' must be an existing directory, found " +
                                   (path.empty() ? found(*node) : path.string()) + "; create it");
    return {};
}

std::vector<fs::path> readPluginDirectories(MappingReader& in) {
    std::vector<fs::path> directories;
    for (const YamlNode& node : in.list("plugins")) {
        if (const auto path = readText(node, "plugins", in.check())) {
            directories.push_back(in.check().resolve(*path));
        }
    }
    if (in.find("plugins") == nullptr) {
        directories = {"/usr/lib/runnel/plugins", "/usr/local/lib/runnel/plugins"};
    }
    return directories;
}

void readLog(const YamlNode* node, Config& config, FileCheck& check) {
    if (node == nullptr) return;
    MappingReader in(*node, "'log'", check);
    config.logLevel = static_cast<Level>(in.choice("level", {"debug", "info", "warning", "error"},
                                                   static_cast<std::size_t>(Level::Info)));
    in.finish();
}

void readRetention(const YamlNode* node, Config& config, FileCheck& check) {
    if (node == nullptr) return;
    constexpr double kMinutesPerDay = 24 * 60;
    constexpr double kBytesPerGibibyte = std::uint64_t{1} << 30U;
    MappingReader in(*node, "'retention'", check);
    const double days = in.number("days", 0.01, 3650, 7);
    const double gibibytes = in.number("gibibytes", 0.01, 65536, 4);
    config.retentionAge = std::chrono::minutes(static_cast<std::int64_t>(days * kMinutesPerDay));
    config.retentionBytes = static_cast<std::uint64_t>(gibibytes * kBytesPerGibibyte);
    in.finish();
}

fs::path readTlsFile(MappingReader& in, const std::string& key) {
    const YamlNode* node = in.require(key);
    if (node == nullptr) return {};
    fs::path path = readPath(in, key);
    std::error_code error;
    if (path.empty() || !fs::is_regular_file(path, error)) {
        in.check().complain(*node, "'" + key + "' must be an existing PEM file, found " +
                                       (path.empty() ? found(*node) : path.string()));
    }
    return path;
}

void readTls(const YamlNode* node, Config& config, FileCheck& check) {
    if (node == nullptr) return;
    MappingReader in(*node, "'tls'", check);
    config.certificate = readTlsFile(in, "certificate");
    config.key = readTlsFile(in, "key");
    in.finish();
}

/// What is not written has a default; `listen: ""`, `socket: ""` and `console: ""` switch it off.
void readAdmin(const YamlNode* node, Config& config, FileCheck& check) {
    config.admin.listen = "127.0.0.1:8444";
    config.admin.socket = config.data / "admin.sock";
    config.admin.console = "/usr/share/runnel/console";
    if (node == nullptr) return;
    MappingReader in(*node, "'admin'", check);
    config.admin.listen = in.text("listen", config.admin.listen);
    const std::string socket = in.text("socket", config.admin.socket.string());
    config.admin.socket = socket.empty() ? fs::path() : check.resolve(socket);
    const std::string console = in.text("console", config.admin.console.string());
    config.admin.console = console.empty() ? fs::path() : check.resolve(console);
    config.admin.metricsStreams = static_cast<std::size_t>(in.number(
        "metricsStreams", 0, 1'000'000, static_cast<double>(config.admin.metricsStreams)));
    in.finish();
}

/// A host name or address as it stands in URLs; the machine's own name if none is written.
void readHost(MappingReader& in, Config& config) {
    config.host = in.text("host", Poco::Environment::nodeName());
    const YamlNode* node = in.find("host");
    if (node == nullptr || config.host.find_first_of("/ :@?#") == std::string::npos) return;
    in.check().complain(*node,
                        "'host' must be a name such as broker.example, without scheme and "
                        "port, found " +
                            found(*node));
}

void readProtocols(const YamlNode* node, FileCheck& check, Reading& reading) {
    if (node == nullptr) return;
    const MappingReader in(*node, "'protocols'", check);
    for (std::size_t i = 0; i < node->keys.size(); ++i) {
        const YamlNode& key = node->keys[i];
        const LoadedPlugin* plugin =
            findPlugin(PluginKind::Protocol, key.scalar, key, check, reading);
        if (plugin == nullptr) continue;
        const OptionTable table = settingsOf(key.scalar, *plugin->descriptor);
        const bool isEmpty = node->values[i].is == YamlNode::Is::Null;
        const YamlNode* settings = isEmpty ? nullptr : &node->values[i];
        if (settings != nullptr) {
            const MappingReader isMapping(*settings, "the settings of " + table.owner, check);
            complainUnknownOptions(*settings, {table}, {}, check);
        }
        reading.config.protocols[key.scalar] = readOptions(settings, table, key, check);
    }
}

/// `applications: {"<network application id>": "<AppEUI>"}`.
std::map<std::string, Eui> readApplicationMap(const YamlNode& node, FileCheck& check) {
    std::map<std::string, Eui> applications;
    const MappingReader in(node, "'applications'", check);
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        if (const auto eui = readEui(node.values[i], node.keys[i].scalar, check)) {
            applications[node.keys[i].scalar] = *eui;
        }
    }
    return applications;
}

void readNetworkOptions(const YamlNode* options, const YamlNode& network,
                        const LoadedPlugin* plugin, NetworkSpec& spec, FileCheck& check) {
    if (options != nullptr) {
        MappingReader in(*options, "'options'", check);
        if (const YamlNode* applications = in.find("applications")) {
            spec.applications = readApplicationMap(*applications, check);
        }
    }
    if (plugin == nullptr) return;
    const OptionTable table = optionsOf(PluginKind::Network, plugin->name, *plugin->descriptor);
    if (options != nullptr) complainUnknownOptions(*options, {table}, {"applications"}, check);
    spec.options = readOptions(options, table, network, check);
}

std::string readRegion(MappingReader& in, FileCheck& check) {
    const YamlNode* node = in.find("region");
    const std::string name = in.text("region");
    if (node == nullptr || name.empty()) return {};
    if (const Region* region = findRegion(name)) return std::string(region->name);
    std::vector<std::string> names;
    for (const Region& region : regions()) names.emplace_back(region.name);
    check.complain(*node, "there is no LoRaWAN region '" + name + "'" + didYouMean(name, names) +
                              "; known: " + joined(names));
    return {};
}

NetworkSpec readNetwork(const YamlNode& node, FileCheck& check, Reading& reading) {
    NetworkSpec spec;
    spec.place = check.place(node);
    MappingReader in(node, "a network", check);
    if (const YamlNode* name = in.require("name")) {
        spec.name = in.text("name");
        if (!isIdentifier(spec.name)) {
            check.complain(*name,
                           "'name' " + std::string(kIdentifierRule) + ", found " + found(*name));
        }
        for (const NetworkSpec& other : reading.config.networks) {
            if (other.name != spec.name) continue;
            check.complain(*name, "a second network '" + spec.name + "', the first is in line " +
                                      std::to_string(other.place.line) + "; give it another name");
        }
    }
    const LoadedPlugin* plugin = nullptr;
    if (const YamlNode* name = in.require("plugin")) {
        spec.plugin = in.text("plugin");
        plugin = findPlugin(PluginKind::Network, spec.plugin, *name, check, reading);
    }
    spec.region = readRegion(in, check);
    readNetworkOptions(in.find("options"), node, plugin, spec, check);
    in.finish();
    return spec;
}

}  // namespace

void readMainFile(const YamlNode& root, Config& config, FileCheck& check, Reading* reading) {
    MappingReader in(root, "the main file", check);
    config.data = readDataDirectory(in);
    config.plugins = readPluginDirectories(in);
    config.applications = readDirectory(in, "applications", check.resolve("applications"));
    config.templates = readDirectory(in, "templates", check.resolve("templates"));
    const fs::path beside = config.applications.empty()
                                ? check.resolve("gateways")
                                : config.applications.parent_path() / "gateways";
    config.gateways = readDirectory(in, "gateways", beside);
    readLog(in.find("log"), config, check);
    readRetention(in.find("retention"), config, check);
    readTls(in.find("tls"), config, check);
    readHost(in, config);
    readAdmin(in.find("admin"), config, check);
    const YamlNode* protocols = in.find("protocols");
    const std::vector<YamlNode>& networks = in.list("networks");
    if (reading != nullptr) {
        readProtocols(protocols, check, *reading);
        for (const YamlNode& network : networks) {
            config.networks.push_back(readNetwork(network, check, *reading));
        }
    }
    in.finish();
}

}  // namespace runnel
