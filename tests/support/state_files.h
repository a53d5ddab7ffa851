// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <future>
#include <memory>

#include "state/state.h"

namespace runnel::test {

/// Returns when everything that was handed to a started State before is on disk.
inline void settle(State& state) {
    const auto saved = std::make_shared<std::promise<void>>();
    state.update("nobody's", DownlinkRecord::Stage::Ended, [saved] { saved->set_value(); });
    saved->get_future().wait();
}

/// While it lives the started State writes nothing; what it is given meanwhile waits.
class WriterHeld final {
  public:
    explicit WriterHeld(State& state) {
        const auto isHeld = std::make_shared<std::promise<void>>();
        state.update("nobody's", DownlinkRecord::Stage::Ended,
                     [isHeld, letGo = letGo_.get_future().share()] {
                         isHeld->set_value();
                         letGo.wait();
                     });
        isHeld->get_future().wait();
    }
    ~WriterHeld() { letGo_.set_value(); }
    WriterHeld(const WriterHeld&) = delete;
    WriterHeld& operator=(const WriterHeld&) = delete;

  private:
    std::promise<void> letGo_;
};

/// What a crash at this moment would leave: the database's files, copied. Nothing may be on its
/// way to the disk meanwhile: call it after settle(), or on the writer's thread.
inline void copyDatabase(const std::filesystem::path& from, const std::filesystem::path& to) {
    for (const char* suffix : {"", "-wal"}) {
        if (!std::filesystem::exists(from.string() + suffix)) continue;
        std::filesystem::copy_file(from.string() + suffix, to.string() + suffix);
    }
}

}  // namespace runnel::test
