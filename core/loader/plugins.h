// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
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

/// Every plugin found. It may grow while the broker runs and never shrinks: what find() returns
/// stays where it is, and does not change, as long as this lives.
/// Thread safety: any thread, but moving it; add, refuse and forgetRefused by one. Nothing on the
/// way of a message asks here: streams and connectors have what they need.
class Plugins {
  public:
    Plugins() = default;
    Plugins(std::vector<LoadedPlugin> loaded, std::vector<RefusedPlugin> refused) {
        const auto state = state_->lock();
        for (LoadedPlugin& plugin : loaded) state->loaded.push_back(std::move(plugin));
        state->refused = std::move(refused);
    }

    /// Null if there is none of that kind and name.
    const LoadedPlugin* find(PluginKind kind, std::string_view name) const {
        const auto state = state_->lock();
        for (const LoadedPlugin& plugin : state->loaded) {
            if (plugin.kind == kind && plugin.name == name) return &plugin;
        }
        return nullptr;
    }
    /// As they are now.
    std::vector<LoadedPlugin> loaded() const {
        const auto state = state_->lock();
        return {state->loaded.begin(), state->loaded.end()};
    }
    std::vector<RefusedPlugin> refused() const { return state_->lock()->refused; }

    /// Precondition: there is none of its kind and name. Its file is not a refused one any more.
    const LoadedPlugin& add(LoadedPlugin plugin) {
        forgetRefused(plugin.file);
        return state_->lock()->loaded.emplace_back(std::move(plugin));
    }
    /// Instead of what was said of the file before.
    void refuse(RefusedPlugin plugin) {
        forgetRefused(plugin.file);
        state_->lock()->refused.push_back(std::move(plugin));
    }
    void forgetRefused(const std::filesystem::path& file) {
        std::erase_if(state_->lock()->refused,
                      [&](const RefusedPlugin& one) { return one.file == file; });
    }

  private:
    struct State {
        std::deque<LoadedPlugin> loaded;  ///< never moved by what comes behind
        std::vector<RefusedPlugin> refused;
    };
    std::unique_ptr<Guarded<State>> state_ = std::make_unique<Guarded<State>>();
};

}  // namespace runnel
