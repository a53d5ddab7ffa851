// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace runnel {

/// The tokens that the broker made itself for streams whose file types none: "stream
/// name<TAB>token" per line in DATA/tokens, readable by the broker's user only (0600), so that they
/// survive a restart. Thread safety: used by one thread.
class TokenFile {
  public:
    /// Reads what is there. Throws std::runtime_error naming the file if it cannot be read.
    explicit TokenFile(std::filesystem::path file);

    /// The stream's token, made now if it has none; `wasMade` tells.
    struct Entry {
        std::string token;
        bool wasMade{};
    };
    Entry get(const std::string& stream);
    /// Has get() made one?
    bool hasNew() const { return hasNew_; }

    /// Writes new tokens by rename. Throws std::runtime_error naming the file and the reason.
    void save() const;

  private:
    std::filesystem::path file_;
    std::map<std::string, std::string> tokens_;
    bool hasNew_ = false;
};

}  // namespace runnel
