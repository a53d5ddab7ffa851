// SPDX-License-Identifier: Apache-2.0
#include "ctl/time_text.h"

#include <charconv>
#include <ctime>
#include <regex>

#include "ctl/failure.h"

namespace runnel::ctl {
namespace {

std::string rfc3339(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[sizeof "2026-11-22T20:31:50Z" + 8];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, size};
}

}  // namespace

std::optional<std::chrono::seconds> parseDuration(const std::string& text) {
    std::int64_t count{};
    const char* end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data(), end, count);
    constexpr std::int64_t kMost = 1'000'000'000;
    if (error != std::errc{} || read + 1 != end || count < 0 || count > kMost) return std::nullopt;
    switch (*read) {
        case 's':
            return std::chrono::seconds(count);
        case 'm':
            return std::chrono::minutes(count);
        case 'h':
            return std::chrono::hours(count);
        case 'd':
            return std::chrono::hours(24 * count);
        case 'w':
            return std::chrono::hours(7 * 24 * count);
        default:
            return std::nullopt;
    }
}

std::string timeFor(const std::string& option, const std::string& text, Relative relative,
                    std::chrono::system_clock::time_point now) {
    if (text.empty()) return {};
    if (text == "now") return rfc3339(now);
    if (const auto duration = parseDuration(text)) {
        return rfc3339(relative == Relative::Ago ? now - *duration : now + *duration);
    }
    static const std::regex kShape(
        R"((\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)");
    std::smatch part;
    if (!std::regex_match(text, part, kShape)) {
        throw Failure(ExitCode::WrongUse,
                      option +
                          " must be a time such as 2026-11-22T20:31:00Z, 2026-11-22, or a "
                          "duration such as 90s, 15m, 2h, 7d (" +
                          (relative == Relative::Ago ? "that long ago" : "from now") +
                          "), found '" + text + "'");
    }
    const std::string clock = part[2].matched ? part[2].str() : "00:00";
    const std::string seconds = part[3].matched ? part[3].str() : ":00";
    return part[1].str() + "T" + clock + seconds + (part[4].matched ? part[4].str() : "Z");
}

}  // namespace runnel::ctl
