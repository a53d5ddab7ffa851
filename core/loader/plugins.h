// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runnel/plugin.h"

namespace runnel {

/// A plugin file that passed every check and is mapped for the rest of the process's life.
struct LoadedPlugin {
    PluginKind kind{};
    std::string name;
    std::string version;
    std::filesystem::path file;
    const Plugin* descriptor{};  ///< in the plugin's own memory
};

/// A file that was not taken, and why, for people.
struct RefusedPlugin {
    std::filesystem::path file;
    std::string reason;
};

/// Every plugin found. Thread safety: built once, then const.
class Plugins {
  public:
    Plugins() = default;
    Plugins(std::vector<LoadedPlugin> loaded, std::vector<RefusedPlugin> refused)
        : loaded_(std::move(loaded)), refused_(std::move(refused)) {}

    /// Null if there is none of that kind and name.
    const LoadedPlugin* find(PluginKind kind, std::string_view name) const {
        for (const LoadedPlugin& plugin : loaded_) {
            if (plugin.kind == kind && plugin.name == name) return &plugin;
        }
        return nullptr;
    }
    const std::vector<LoadedPlugin>& loaded() const { return loaded_; }
    const std::vector<RefusedPlugin>& refused() const { return refused_; }

  private:
    std::vector<LoadedPlugin> loaded_;
    std::vector<RefusedPlugin> refused_;
};

}  // namespace runnel
