// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <future>

#include "state/state.h"

namespace runnel::test {

/// Returns when everything that was handed to a started State before is on disk.
inline void settle(State& state) {
    std::promise<void> saved;
    state.update("nobody's", DownlinkRecord::Stage::Ended, [&] { saved.set_value(); });
    saved.get_future().wait();
}

/// What a crash at this moment would leave: the database's files, copied. Nothing may be on its
/// way to the disk meanwhile: call it after settle(), or on the writer's thread.
inline void copyDatabase(const std::filesystem::path& from, const std::filesystem::path& to) {
    for (const char* suffix : {"", "-wal"}) {
        if (!std::filesystem::exists(from.string() + suffix)) continue;
        std::filesystem::copy_file(from.string() + suffix, to.string() + suffix);
    }
}

}  // namespace runnel::test
