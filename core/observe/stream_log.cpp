// SPDX-License-Identifier: Apache-2.0
#include "observe/stream_log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string>

namespace runnel {

namespace {

constexpr std::array<const char*, 4> kNames{"debug", "info", "warning", "error"};

std::string timeText(Instant instant) {
    const auto milliseconds = instant.time_since_epoch().count();
    const std::time_t seconds = milliseconds / 1000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text.data() + size, text.size() - size, ".%03dZ",
                  static_cast<int>(milliseconds % 1000));
    return text.data();
}

}  // namespace

void StreamLog::write(Level level, std::string_view part, std::string_view text) {
    if (level < lowest_) return;
    std::string line = timeText(clock_.now());
    line += ' ';
    line += kNames[static_cast<std::size_t>(level)];
    line += ' ';
    line += part;
    line += ": ";
    line += text;
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
    line += '\n';
    const std::lock_guard lock(mutex_);
    out_.write(line.data(), static_cast<std::streamsize>(line.size()));
    out_.flush();
}

}  // namespace runnel
