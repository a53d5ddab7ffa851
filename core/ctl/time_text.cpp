// SPDX-License-Identifier: Apache-2.0
#include "ctl/time_text.h"

#include <charconv>
#include <ctime>
#include <string_view>

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

/// The front of `text` if it has this shape, in which 0 stands for a digit and `-` for itself or,
/// as the first character, for `+` too; else "". What it returns is gone from `text`.
std::string_view takeShape(std::string_view& text, std::string_view shape) {
    if (text.size() < shape.size()) return {};
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool isDigit = text[i] >= '0' && text[i] <= '9';
        const bool isSign = i == 0 && shape[i] == '-' && text[i] == '+';
        if (shape[i] == '0' ? !isDigit : text[i] != shape[i] && !isSign) return {};
    }
    const std::string_view front = text.substr(0, shape.size());
    text.remove_prefix(shape.size());
    return front;
}

/// ":05" or ":05.123", up to nine digits; "" if there is none.
std::string takeSeconds(std::string_view& text) {
    std::string seconds(takeShape(text, ":00"));
    if (seconds.empty()) return seconds;
    const std::string_view fraction = takeShape(text, ".0");
    seconds += fraction;
    if (fraction.empty()) return seconds;
    for (int digits = 1; digits < 9; ++digits) seconds += takeShape(text, "0");
    return seconds;
}

/// RFC 3339 of a date, of a date and a time, with or without seconds and zone; "" if it is neither.
std::string timeOf(std::string_view text) {
    const std::string date(takeShape(text, "0000-00-00"));
    if (date.empty()) return {};
    if (text.empty()) return date + "T00:00:00Z";
    if (text.front() != 'T' && text.front() != ' ') return {};
    text.remove_prefix(1);
    const std::string clock(takeShape(text, "00:00"));
    if (clock.empty()) return {};
    const std::string seconds = takeSeconds(text);
    const bool isUtc = text.empty() || text == "Z";
    const std::string zone(isUtc ? "Z" : takeShape(text, "-00:00"));
    if (zone.empty() || (!isUtc && !text.empty())) return {};
    return date + "T" + clock + (seconds.empty() ? ":00" : seconds) + zone;
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
    std::string time = timeOf(text);
    if (!time.empty()) return time;
    throw Failure(ExitCode::WrongUse,
                  option +
                      " must be a time such as 2026-11-22T20:31:00Z, 2026-11-22, or a "
                      "duration such as 90s, 15m, 2h, 7d (" +
                      (relative == Relative::Ago ? "that long ago" : "from now") + "), found '" +
                      text + "'");
}

}  // namespace runnel::ctl
