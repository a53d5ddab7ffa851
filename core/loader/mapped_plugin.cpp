// SPDX-License-Identifier: Apache-2.0
#include "loader/mapped_plugin.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>

#include "base/guarded.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;

/// Names a first mapping. Later generations are for content that comes back while an object of its
/// earlier mapping still lives: the dynamic loader gives the same path the same statics.
constexpr const char* kGeneration = ".1.so";

struct Mapping {
    boost::dll::shared_library library;
    fs::path copy;
};

/// Never destroyed: plugin code stays mapped until the process is gone, since threads and objects
/// of a plugin may run through it until then. Reachable, so no leak.
Guarded<std::map<std::string, Mapping>>& mappings() {
    static auto* const kMappings = new Guarded<std::map<std::string, Mapping>>();
    return *kMappings;
}

Error refusal(std::string reason) {
    return {"", std::move(reason)};
}

std::string sha256(const Bytes& content) {
    std::uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(content.data(), content.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
        return {};
    }
    std::string text;
    appendHex(text, digest, size);
    return text;
}

Error systemRefusal(const char* what, const fs::path& file) {
    const std::string reason = std::strerror(errno);
    return refusal("cannot be copied: " + std::string(what) + " " + file.string() + ": " + reason +
                   "; check the data directory's owner and free space");
}

bool writeAll(int file, const Bytes& content) {
    std::size_t written = 0;
    while (written < content.size()) {
        const ssize_t count = ::write(file, content.data() + written, content.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        written += static_cast<std::size_t>(count);
    }
    return true;
}

/// Writes beside and renames: a copy that another process has mapped is never written into.
Status writeCopy(const Bytes& content, const fs::path& copy) {
    std::error_code error;
    fs::create_directories(copy.parent_path(), error);
    if (error) {
        errno = error.value();
        return systemRefusal("cannot create", copy.parent_path());
    }
    std::string temporary = (copy.parent_path() / ".copy-XXXXXX").string();
    const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (file < 0) return systemRefusal("cannot create a file in", copy.parent_path());
    const bool isWritten = writeAll(file, content) && ::fchmod(file, S_IRUSR | S_IXUSR) == 0;
    const bool isClosed = ::close(file) == 0;
    if (isWritten && isClosed && ::rename(temporary.c_str(), copy.c_str()) == 0) return Done{};
    const Error failed = systemRefusal("cannot write", copy);
    ::unlink(temporary.c_str());
    return failed;
}

/// dlerror's words out of Boost.DLL's "boost::dll::…() failed (dlerror system message: …)…".
std::string loaderWords(std::string text) {
    constexpr std::string_view kIntroduction = "dlerror system message: ";
    const std::size_t begin = text.find(kIntroduction);
    if (begin == std::string::npos) return text;
    text.erase(0, begin + kIntroduction.size());
    return text.substr(0, text.rfind("): "));
}

Error loadRefusal(const fs::path& copy, const std::string& words) {
    struct statvfs info {};
    if (::statvfs(copy.c_str(), &info) == 0 && (info.f_flag & ST_NOEXEC) != 0) {
        return refusal("cannot be loaded, since " + copy.parent_path().string() +
                       " is on a file system mounted noexec; choose another data directory or "
                       "mount it without noexec (" +
                       words + ")");
    }
    return refusal("cannot be loaded: " + words + "; install what is missing or rebuild it");
}

Result<Mapping> load(const fs::path& copy) {
    using boost::dll::load_mode::type;
    // rtld_now: a missing symbol is found here, not at some later call. RTLD_LOCAL is what dlopen
    // does without rtld_global.
    try {
        return Mapping{boost::dll::shared_library(copy, type::rtld_now), copy};
    } catch (const std::exception& exception) {
        std::string words = loaderWords(exception.what());
        const std::string prefix = copy.string() + ": ";
        if (words.rfind(prefix, 0) == 0) words.erase(0, prefix.size());
        return loadRefusal(copy, words);
    }
}

Result<const Plugin*> exported(const Mapping& mapping) {
    try {
        return &mapping.library.get<const Plugin>("runnel_plugin");
    } catch (const std::exception& exception) {
        return refusal(
            "does not export runnel_plugin; define it with RUNNEL_PLUGIN and link with "
            "add_runnel_plugin (" +
            loaderWords(exception.what()) + ")");
    }
}

}  // namespace

Result<const Plugin*> mapPlugin(const Bytes& content, const fs::path& privateCopies) {
    const std::string hash = sha256(content);
    if (hash.empty()) return refusal("cannot be hashed: SHA-256 is not available");
    {
        const auto known = mappings().lock();
        if (const auto found = known->find(hash); found != known->end()) {
            return exported(found->second);
        }
    }
    const fs::path copy = fs::absolute(privateCopies) / (hash + kGeneration);
    if (const Status status = writeCopy(content, copy); !status) return status.error();
    // Not under the lock: static constructors of the plugin run in here.
    Result<Mapping> loaded = load(copy);
    if (!loaded) return loaded.error();
    const auto known = mappings().lock();
    return exported(known->emplace(hash, std::move(*loaded)).first->second);
}

bool isMapped(const Bytes& content) {
    return mappings().lock()->count(sha256(content)) > 0;
}

void removeStaleCopies(const fs::path& privateCopies) {
    std::error_code error;
    const fs::path directory = fs::absolute(privateCopies, error);
    std::vector<fs::path> stale;
    {
        const auto known = mappings().lock();
        for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
            const std::string name = entry.path().filename().string();
            const std::string hash = name.substr(0, name.find('.'));
            if (hash.size() != 64 || entry.path().extension() != ".so") continue;
            if (known->count(hash) == 0) stale.push_back(entry.path());
        }
    }
    for (const fs::path& copy : stale) fs::remove(copy, error);
}

}  // namespace runnel
