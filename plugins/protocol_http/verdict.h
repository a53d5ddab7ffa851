// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace runnel::http {

/// What came of one request.
struct Answer {
    std::uint16_t status{};  ///< 0: there was no answer
    std::string error;       ///< why there was none, or not all of it
    std::string body;        ///< how it begins
    std::string retryAfter;  ///< that header; "": none
    std::string location;    ///< that header
    bool isCutOff = false;   ///< the body was longer than what is read of it
};

/// What it means for what was sent.
struct Verdict {
    enum class Is : std::uint8_t {
        Arrived,  ///< 2xx
        Later,    ///< it is tried again: 408, 425, 429, 5xx, no answer
        Never     ///< a dead letter: every other status
    };
    Is is{};
    std::string why;  ///< "" for Arrived; else for people, without secrets
    /// The other side asks to be left alone for so long, also by the other messages.
    std::optional<std::chrono::seconds> pause{};
};

Verdict judge(const Answer& answer, std::chrono::system_clock::time_point now);

/// Retry-After: seconds or an HTTP date (RFC 9110 §10.2.3); nullopt: neither.
std::optional<std::chrono::seconds> parseRetryAfter(std::string_view text,
                                                    std::chrono::system_clock::time_point now);

/// How long to wait after so many failures in a row, from 1: doubled each time from 1 s up to
/// `longest`. `chance` from 0 to 1 spreads it by a fifth, so that many do not come back at once.
std::chrono::milliseconds backOff(unsigned failures, double chance,
                                  std::chrono::seconds longest = std::chrono::seconds{60});

}  // namespace runnel::http
