// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/options.h"

#include <array>
#include <charconv>
#include <string_view>

namespace runnel::bench {

namespace {

struct Number {
    std::string_view name;
    std::size_t Options::*field;
    std::size_t lowest;
    std::size_t highest;
};
/// `window`: a stream keeps 1,024 messages in memory for its sessions; who is further behind and
/// not the newest session misses some, by design.
constexpr std::array kNumbers{Number{"--sessions", &Options::sessions, 2, 10'000},
                              Number{"--rate", &Options::rate, 1, 20'000},
                              Number{"--seconds", &Options::seconds, 0, 3600},
                              Number{"--messages", &Options::messages, 0, 1'000'000},
                              Number{"--window", &Options::window, 1, 512}};

struct Path {
    std::string_view name;
    std::filesystem::path Options::*field;
};
constexpr std::array kPaths{Path{"--runneld", &Options::runneld},
                            Path{"--plugins", &Options::plugins}, Path{"--json", &Options::json}};

bool setNumber(Options& options, const Number& number, std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    if (value < number.lowest || value > number.highest) return false;
    options.*number.field = value;
    return true;
}

/// False when there is no such option or the value does not fit.
bool set(Options& options, std::string_view name, std::string_view value) {
    for (const Number& number : kNumbers) {
        if (number.name == name) return setNumber(options, number, value);
    }
    for (const Path& path : kPaths) {
        if (path.name != name) continue;
        options.*path.field = std::filesystem::absolute(value);
        return true;
    }
    return false;
}

}  // namespace

std::optional<Options> readOptions(std::span<char* const> arguments, std::string& complaint,
                                   const Options& defaults) {
    Options options = defaults;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view name = arguments[i];
        if (name == "--pin") {
            options.isPinned = true;
            continue;
        }
        if (name == "--unchecked") {
            options.isUnchecked = true;
            continue;
        }
        const std::string_view value = i + 1 < arguments.size() ? arguments[++i] : "";
        if (value.empty() || !set(options, name, value)) {
            complaint = "wrong: " + std::string(name) + " " + std::string(value);
            return std::nullopt;
        }
    }
    if (options.runneld.empty() || options.plugins.empty()) {
        complaint = "--runneld and --plugins are needed";
        return std::nullopt;
    }
    return options;
}

const char* usage() {
    return "bench_sessions --runneld FILE --plugins DIRECTORY\n"
           "  --sessions 2000   TLS WebSocket sessions, 2 to 10000\n"
           "  --rate 20         steady stage: messages per second to every session\n"
           "  --seconds 10      steady stage: how long; 0 leaves it out\n"
           "  --messages 2000   backlog stage: messages to every session; 0 leaves it out\n"
           "  --window 64       backlog stage: messages under way at once, 1 to 512\n"
           "  --pin             runneld on the first core, the clients on the second\n"
           "  --json FILE       the figures for machines\n";
}

}  // namespace runnel::bench
