// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

/// Times as people type them. Thread safety: pure functions.
namespace runnel::ctl {

/// "90s", "15m", "2h", "7d", "2w"; nullopt for anything else.
std::optional<std::chrono::seconds> parseDuration(const std::string& text);

enum class Relative { Ago, FromNow };

/// What the API takes: RFC 3339 in UTC. Accepted are a duration (that long before or after `now`),
/// "2026-11-22", "2026-11-22T20:31" with optional seconds and zone ("Z" if none), and "now".
/// Throws Failure(WrongUse) that names `option`.
std::string timeFor(const std::string& option, const std::string& text, Relative relative,
                    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

}  // namespace runnel::ctl
