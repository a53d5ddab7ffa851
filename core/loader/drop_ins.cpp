// SPDX-License-Identifier: Apache-2.0
#include "loader/drop_ins.h"

#include <algorithm>

#include "loader/mapped_plugin.h"
#include "loader/plugin_file.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPart = "loader";

bool isThere(const fs::path& file) {
    std::error_code error;
    return fs::exists(fs::symlink_status(file, error));
}

}  // namespace

DropIns::DropIns(const std::vector<fs::path>& directories, fs::path privateCopies, Log& log)
    : watch_(directories, log),
      privateCopies_(std::move(privateCopies)),
      log_(log),
      plugins_(loadPlugins(directories, privateCopies_, log)) {}

std::vector<const LoadedPlugin*> DropIns::look(DirectoryWatch::Time now) {
    std::vector<const LoadedPlugin*> loaded;
    for (const fs::path& file : watch_.settled(now)) {
        if (const LoadedPlugin* plugin = judge(file)) loaded.push_back(plugin);
    }
    return loaded;
}

/// Null if it is no new plugin.
const LoadedPlugin* DropIns::judge(const fs::path& file) {
    if (!isThere(file)) {
        plugins_.forgetRefused(file);
        if (isInUse(file)) sayOnce(file, "is gone; its plugin is used until runnel is restarted");
        return nullptr;
    }
    if (isInUse(file)) {
        const Result<Bytes> content = readPluginFile(file, Owners::Any);
        if (!content || !isMapped(*content)) {
            sayOnce(file, "has changed; restart runnel to use it");
        }
        return nullptr;
    }
    const Result<Bytes> content = readPluginFile(file, Owners::Trusted);
    if (!content) return refuse(file, content.error().reason), nullptr;
    auto plugin = loadPlugin(file, *content, privateCopies_,
                             [&](const PluginStamp& stamp) { return checkNew(stamp); });
    if (!plugin) return refuse(file, plugin.error().reason), nullptr;
    log_.write(Level::Info, kPart, title(*plugin) + " from " + file.string() + ", just dropped in");
    return &plugins_.add(std::move(*plugin));
}

Status DropIns::checkNew(const PluginStamp& stamp) const {
    const LoadedPlugin* used = plugins_.find(stamp.kind, stamp.name);
    if (used == nullptr) return Done{};
    return Error{"", "is " + std::string(text(stamp.kind)) + " " + stamp.name + " as " +
                         used->file.string() +
                         " is, which is in use; remove one of them, or restart runnel, which then "
                         "takes that of the later directory"};
}

void DropIns::refuse(const fs::path& file, const std::string& reason) {
    log_.write(Level::Warning, kPart, file.string() + " " + reason + "; skipped");
    plugins_.refuse({file, reason});
}

bool DropIns::isInUse(const fs::path& file) const {
    const std::vector<LoadedPlugin> loaded = plugins_.loaded();
    return std::any_of(loaded.begin(), loaded.end(),
                       [&](const LoadedPlugin& plugin) { return plugin.file == file; });
}

void DropIns::sayOnce(const fs::path& file, const std::string& what) {
    if (said_.insert(file).second) {
        log_.write(Level::Warning, kPart, file.string() + " " + what);
    }
}

}  // namespace runnel
