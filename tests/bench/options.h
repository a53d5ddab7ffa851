// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace runnel::bench {

struct Options {
    std::filesystem::path runneld;
    std::filesystem::path plugins;
    std::filesystem::path json;  // empty: none
    std::size_t sessions = 2000;
    std::size_t rate = 20;        // messages per second of the steady stage
    std::size_t seconds = 10;     // of the steady stage; 0 leaves it out
    std::size_t messages = 2000;  // of the backlog stage; 0 leaves it out
    std::size_t window = 64;      // messages that may be under way in the backlog stage
    bool isPinned = false;
    bool isUnchecked = false;  // budgets are no reason to fail
};

/// Nullopt when the arguments are wrong; `complaint` then says how.
std::optional<Options> readOptions(std::span<char* const> arguments, std::string& complaint,
                                   const Options& defaults = {});

const char* usage();

}  // namespace runnel::bench
