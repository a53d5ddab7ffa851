// SPDX-License-Identifier: Apache-2.0
#include "loader/loader.h"

#include <algorithm>

#include "loader/mapped_plugin.h"
#include "loader/plugin_file.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPart = "loader";
bool isSamePlugin(const LoadedPlugin& plugin, const PluginStamp& stamp) {
    return plugin.kind == stamp.kind && plugin.name == stamp.name;
}

class Loading final {
  public:
    Loading(fs::path privateCopies, Log& log)
        : privateCopies_(std::move(privateCopies)), log_(log) {}

    void loadDirectory(const fs::path& directory) {
        std::vector<LoadedPlugin> here;
        for (const fs::path& file : listFiles(directory)) {
            if (Result<LoadedPlugin> plugin = loadFile(file, here); plugin) {
                here.push_back(std::move(*plugin));
            } else {
                log_.write(Level::Warning, kPart,
                           file.string() + " " + plugin.error().reason + "; skipped");
                refused_.push_back({file, plugin.error().reason});
            }
        }
        for (LoadedPlugin& plugin : here) keep(std::move(plugin));
    }

    Plugins finish() { return {std::move(loaded_), std::move(refused_)}; }

  private:
    std::vector<fs::path> listFiles(const fs::path& directory) {
        std::vector<fs::path> files;
        std::error_code error;
        for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry->path().extension() == ".so") {
                files.push_back(entry->path());
            } else {
                log_.write(Level::Debug, kPart,
                           entry->path().string() + " does not end in .so; ignored");
            }
        }
        if (error) {
            log_.write(Level::Warning, kPart,
                       "plugin directory " + directory.string() +
                           " cannot be read: " + error.message() + "; no plugins from there");
        }
        std::sort(files.begin(), files.end());
        return files;
    }

    Result<LoadedPlugin> loadFile(const fs::path& file, const std::vector<LoadedPlugin>& here) {
        const Result<Bytes> content = readPluginFile(file, Owners::Any);
        if (!content) return content.error();
        return loadPlugin(file, *content, privateCopies_, [&](const PluginStamp& stamp) -> Status {
            for (const LoadedPlugin& other : here) {
                if (!isSamePlugin(other, stamp)) continue;
                return Error{"", "is " + std::string(text(stamp.kind)) + " " + stamp.name + " as " +
                                     other.file.string() +
                                     " is, which comes first; remove one of them"};
            }
            return Done{};
        });
    }

    void keep(LoadedPlugin plugin) {
        log_.write(Level::Info, kPart, title(plugin) + " from " + plugin.file.string());
        for (LoadedPlugin& earlier : loaded_) {
            if (earlier.kind != plugin.kind || earlier.name != plugin.name) continue;
            log_.write(Level::Info, kPart,
                       plugin.file.string() + " overrides " + title(earlier) + " from " +
                           earlier.file.string());
            earlier = std::move(plugin);
            return;
        }
        loaded_.push_back(std::move(plugin));
    }

    fs::path privateCopies_;
    Log& log_;
    std::vector<LoadedPlugin> loaded_;
    std::vector<RefusedPlugin> refused_;
};

}  // namespace

Plugins loadPlugins(const std::vector<fs::path>& directories, const fs::path& privateCopies,
                    Log& log) {
    Loading loading(privateCopies, log);
    for (const fs::path& directory : directories) loading.loadDirectory(directory);
    removeStaleCopies(privateCopies);
    return loading.finish();
}

}  // namespace runnel
