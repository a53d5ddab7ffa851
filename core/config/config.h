// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runnel/plugin.h"

/// The checked contents of runnel.yaml and of the application and gateway files beside it.
/// Thread safety: plain values.
namespace runnel {

/// Where something was written, for complaints: "file:line:column".
struct Place {
    std::string file;
    int line{};  ///< from 1; 0 = the file as a whole
    int column{};
};

struct Complaint {
    Place place;
    std::string text;
    bool isMissingPlugin = false;  ///< no reason not to start: what names the plugin waits for it
};

enum class Duplicates { All, Best };  ///< one document per receiving gateway, or only the best one

/// One of a stream's tokens as written.
struct TokenSpec {
    std::string text;  ///< 16 to 256 printable characters
    std::string label;
    bool mayReceive = true;          ///< scope "up": documents go out
    bool maySend = true;             ///< scope "down": downlinks come in
    std::optional<Instant> expires;  ///< nullopt: never

    bool operator==(const TokenSpec&) const = default;
};

/// One stream as written. `protocolOptions` and `formatOptions` are validated against the plugins'
/// tables, defaults filled in; an option that both know goes to both.
struct StreamSpec {
    std::string name;
    std::optional<Eui> application, device, gateway;  ///< exactly one: the scope
    std::string protocol = "websocket";
    std::string format = "json";
    Fields protocolOptions;
    Fields formatOptions;
    Duplicates duplicates = Duplicates::All;
    std::vector<Kind> events = {Kind::Uplink};  ///< kinds that the stream carries
    bool isEnabled = true;
    std::vector<TokenSpec> tokens;  ///< those that are typed; without any one is made
    std::string deviceTemplate;     ///< "acme@2", "acme" (its newest version); "": the device's
    Place place;
};

struct DeviceSpec {
    Eui eui;
    std::string name;
    std::string deviceTemplate;  ///< as written, such as "acme-parking@2"; "": none
    Fields tags;                 ///< bool, std::int64_t, double or std::string
    Place place;
};

/// applications/<AppEUI>.yaml
struct ApplicationSpec {
    Eui eui;
    std::string name;            ///< the EUI's text if none is written
    std::string deviceTemplate;  ///< of devices that have none of their own; "": none
    std::vector<DeviceSpec> devices;
    std::vector<StreamSpec> streams;
    Place place;
};

/// gateways/<EUI>.yaml: streams of one gateway, without downlinks.
struct GatewaySpec {
    Eui eui;
    std::string name;
    std::vector<StreamSpec> streams;
    Place place;
};

/// What a codec has to make of something, as its author says (the examples of LoRa Alliance TS013):
/// an uplink's bytes as fields, or a downlink's fields as bytes.
struct TemplateExample {
    /// Nothing in the broker decodes downlinks: those are kept and not tried.
    enum class Type : std::uint8_t { Uplink, DownlinkEncode, DownlinkDecode } type{};
    std::string description;
    std::uint8_t port = 1;                  ///< what goes in, as `time`
    std::optional<Instant> time;            ///< nullopt: any
    Bytes bytes;                            ///< DownlinkEncode: what comes out
    Fields fields;                          ///< DownlinkEncode: what goes in
    std::optional<std::uint8_t> portAfter;  ///< DownlinkEncode: the codec's; nullopt: any
    bool hasOutput = true;                  ///< false: only `document` is said
    bool fails = false;                     ///< the codec has to answer with an error
    std::vector<std::string> errors;        ///< parts of that error's text
    std::optional<std::vector<std::string>> warnings;  ///< nullopt: any
    std::optional<std::string> document;  ///< uplinks: what the format's text has to make of it
    Place place;
};

/// Where an option's value stands, or something inside it.
struct OptionPlace {
    Place place;
    std::optional<Place> text;  ///< of a text in a literal block ("|"): its first character
};

/// One version of a device template: templates/<name>.yaml or templates/<name>@<version>.yaml.
struct TemplateSpec {
    std::string name;
    std::uint32_t version = 1;
    std::string description;
    std::string codec;                ///< plugin; "": none
    Fields codecOptions;              ///< validated, defaults filled in
    std::string format = "template";  ///< the format plugin that `formatOptions` are for
    Fields formatOptions;             ///< validated; only those that are written
    std::vector<TemplateExample> examples;
    std::string document;  ///< as the API was given it, JSON; "": it is in a file
    Place place;
    /// Of what is written: "codec.script", "codec.uplink[0].type", "format.downlink.data".
    std::map<std::string, OptionPlace> optionPlaces;
};

/// One entry of `networks:`.
struct NetworkSpec {
    std::string name;
    std::string plugin;
    std::string region;                       ///< "" = told by each uplink
    std::map<std::string, Eui> applications;  ///< network application id -> application EUI
    Fields options;                           ///< validated, defaults filled in
    Place place;
};

/// `admin:` of runnel.yaml: where the broker is managed.
struct AdminSpec {
    std::string listen;                 ///< HTTPS, "127.0.0.1:8444"; "": nowhere
    std::filesystem::path socket;       ///< HTTP for whoever may open this Unix socket; empty: none
    std::filesystem::path console;      ///< the web console's files; empty: no console
    std::size_t metricsStreams = 1000;  ///< streams with series of their own in /metrics

    bool operator==(const AdminSpec&) const = default;
};

struct Config {
    std::filesystem::path file;
    std::filesystem::path data;
    std::vector<std::filesystem::path> plugins;
    std::filesystem::path applications, gateways, templates;
    Level logLevel = Level::Info;
    std::chrono::minutes retentionAge = std::chrono::hours(7 * 24);
    std::uint64_t retentionBytes = std::uint64_t{4} << 30U;
    std::filesystem::path certificate, key;   ///< empty: self-signed under data/tls/
    std::map<std::string, Fields> protocols;  ///< plugin name -> its settings, validated
    std::string host;                         ///< what clients call this broker, for people
    AdminSpec admin;
    std::vector<NetworkSpec> networks;
    std::vector<ApplicationSpec> applicationSpecs;
    std::vector<GatewaySpec> gatewaySpecs;
    std::vector<TemplateSpec> templateSpecs;
};

}  // namespace runnel
