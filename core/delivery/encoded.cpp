// SPDX-License-Identifier: Apache-2.0
#include "delivery/encoded.h"

#include <algorithm>
#include <tuple>

#include "loader/guard.h"

namespace runnel {

namespace {

/// The receptions to show, as pointers into the message; a single null stands for "none".
std::vector<const Reception*> shown(const Message& message, View view) {
    if (view.which == View::Which::Best) return {bestReception(message)};
    std::vector<const Reception*> receptions;
    for (const Reception& reception : message.receptions) {
        if (view.which == View::Which::All || reception.gateway == view.gateway) {
            receptions.push_back(&reception);
        }
        if (view.which == View::Which::Gateway && !receptions.empty()) break;
    }
    if (receptions.empty()) receptions.push_back(nullptr);
    return receptions;
}

}  // namespace

const Reception* bestReception(const Message& message) {
    const auto best =
        std::max_element(message.receptions.begin(), message.receptions.end(),
                         [](const Reception& a, const Reception& b) {
                             return std::tie(a.snrDb, a.rssiDbm) < std::tie(b.snrDb, b.rssiDbm);
                         });
    return best == message.receptions.end() ? nullptr : &*best;
}

const Encoded::Documents& Encoded::documents() const {
    if (const Documents* ready = documents_.load(std::memory_order_acquire)) return *ready;
    auto mine = std::make_unique<const Documents>(encode());
    const Documents* expected = nullptr;
    if (documents_.compare_exchange_strong(expected, mine.get(), std::memory_order_acq_rel)) {
        return *mine.release();
    }
    return *expected;
}

Encoded::Documents Encoded::encode() const {
    if (!gap_) return encodeMessage();
    const FormatUse& use = *showing_.format;
    auto text = guarded(use.plugin, [&] { return use.format->encode(*gap_); });
    if (!text) return {.texts = {}, .bytes = 0, .error = text.error()};
    const std::size_t bytes = text->size();
    return {.texts = {std::move(*text)}, .bytes = bytes, .error = {}};
}

Encoded::Documents Encoded::encodeMessage() const {
    const FormatUse& use = *showing_.format;
    EncodeInput input{.message = *message_, .tags = showing_.tags.get(), .isReplay = isAgain()};
    if (decoding()) {
        input.decoded = decoding()->fields();
        input.decodeError = decoding()->error();
    }
    Documents documents;
    for (const Reception* reception : shown(*message_, view_)) {
        input.reception = reception;
        auto text = guarded(use.plugin, [&] { return use.format->encode(input); });
        if (!text) return Documents{.texts = {}, .bytes = 0, .error = text.error()};
        if (text->empty()) continue;
        documents.bytes += text->size();
        documents.texts.push_back(std::move(*text));
    }
    return documents;
}

}  // namespace runnel
