// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

namespace runnel::http {

namespace {

constexpr std::chrono::seconds kLongestPause = std::chrono::hours{1};

bool isWorthAnotherTry(std::uint16_t status) {
    return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
}

std::string reasonOf(const Answer& answer) {
    if (answer.status == 0) return answer.error;
    std::string why = "HTTP " + std::to_string(answer.status);
    if (answer.status >= 300 && answer.status < 400) {
        why += ": redirects are not followed; use the address itself";
    }
    return why;
}

}  // namespace

std::optional<std::chrono::seconds> parseRetryAfter(std::string_view text,
                                                    std::chrono::system_clock::time_point now) {
    if (text.empty()) return std::nullopt;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (end != text.data() + text.size() || error != std::errc{}) {
        const std::time_t date = curl_getdate(std::string(text).c_str(), nullptr);
        if (date < 0) return std::nullopt;
        seconds = date - std::chrono::system_clock::to_time_t(now);
    }
    return std::clamp(std::chrono::seconds{seconds}, std::chrono::seconds{0}, kLongestPause);
}

Verdict judge(const Answer& answer, std::chrono::system_clock::time_point now) {
    if (answer.status >= 200 && answer.status < 300) return {Verdict::Is::Arrived, {}};
    if (!isWorthAnotherTry(answer.status)) return {Verdict::Is::Never, reasonOf(answer)};
    return {Verdict::Is::Later, reasonOf(answer), parseRetryAfter(answer.retryAfter, now)};
}

std::chrono::milliseconds backOff(unsigned failures, double chance, std::chrono::seconds longest) {
    constexpr unsigned kMostDoublings = 16;
    const auto doubled = std::chrono::seconds{1} * (1U << std::min(failures - 1, kMostDoublings));
    const std::chrono::milliseconds wait = std::min<std::chrono::milliseconds>(doubled, longest);
    return wait - std::chrono::milliseconds(
                      static_cast<std::int64_t>(chance * static_cast<double>(wait.count()) / 5));
}

}  // namespace runnel::http
