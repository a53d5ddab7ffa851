// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lanes.h"
#include "settings.h"

namespace runnel::http {

/// One request, tried until it is answered for good: always with the same id and the same body.
/// Thread safety: none; the session's loop.
struct Delivery {
    using Clock = std::chrono::steady_clock;

    std::vector<Item> items;  ///< empty: receipts
    std::string url, id, body;
    std::vector<std::string> headers;  ///< without those that change with each try
    unsigned failures = 0;
    Clock::time_point firstFailed{};
};

/// Of these documents, which are at least one.
Delivery makeDelivery(std::vector<Item> items, const StreamConfig& stream,
                      const WebhookOptions& options);
/// Of the receipts for what an answer of the other side asked for.
Delivery makeReceipts(const std::vector<std::string>& receipts, std::uint64_t number,
                      const StreamConfig& stream, const WebhookOptions& options);

/// The headers of one try: the delivery's, and what says when it is and that it is ours.
std::vector<std::string> headersOf(const Delivery& delivery, const WebhookOptions& options,
                                   std::int64_t timestamp);

std::string gzip(const std::string& text);

}  // namespace runnel::http
