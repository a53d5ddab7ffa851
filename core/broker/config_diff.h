// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"

/// What a reload has to do. Thread safety: plain values and pure functions.
namespace runnel {

/// A stream of a Config, which outlives this.
struct StreamAt {
    std::string name;                ///< "70B3D57ED0000001/cloud"
    std::optional<Eui> application;  ///< its owner; nullopt: a gateway owns it
    const StreamSpec* spec = nullptr;
};

struct StreamChange {
    StreamAt stream;                ///< as it is to be
    std::vector<std::string> what;  ///< "options", "token" …; never a value
};

struct DeviceAt {
    Eui application;
    const DeviceSpec* spec = nullptr;
};

/// From one Config to the next one. Pointers go to the next one.
struct ConfigDiff {
    struct Names {
        std::vector<std::string> added, changed, removed;
    };
    struct Streams {
        std::vector<StreamAt> added{};
        std::vector<StreamChange> changed{};
        std::vector<std::string> removed{};
    } streams;
    struct Devices {
        std::vector<DeviceAt> added, changed;
        std::vector<Eui> removed;
    } devices;
    Names applications, gateways;           ///< by EUI; changed: the name
    std::vector<std::string> settings;      ///< of runnel.yaml, applied at once: "retention"
    std::vector<std::string> needsRestart;  ///< "networks.hooks"

    bool isEmpty() const;
};

/// The streams of all applications and gateways, in the order of the files.
std::vector<StreamAt> streamsOf(const Config& config);

/// The names of the keys that differ: "options", "token" …
std::vector<std::string> changesOf(const StreamSpec& before, const StreamSpec& after);

ConfigDiff difference(const Config& before, const Config& after);

/// What a reload cannot change stays in `next` as it is running.
void keepUntilRestart(Config& next, const Config& running);

/// "1 stream added (70B3D57ED0000001/erp); 2 devices changed; needs a restart: networks.hooks", or
/// "nothing has changed". Of many names, the first ones.
std::string text(const ConfigDiff& diff);

}  // namespace runnel
