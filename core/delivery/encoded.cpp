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

Encoded::Encoded(const Gap& gap, const FormatUse& format)
    : format_(&format), view_{}, position_(gap.to), expired_(gap.messages) {
    auto documents = std::make_unique<Documents>();
    auto text = guarded(format.plugin, [&] { return format.format->encode(gap); });
    if (text) {
        documents->bytes = text->size();
        documents->texts.push_back(std::move(*text));
    } else {
        documents->error = text.error();
    }
    documents_ = documents.release();
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
    Documents documents;
    for (const Reception* reception : shown(*message_, view_)) {
        auto text = guarded(format_->plugin, [&] {
            return format_->format->encode(
                EncodeInput{.message = *message_, .reception = reception});
        });
        if (!text) return Documents{.texts = {}, .bytes = 0, .error = text.error()};
        if (text->empty()) continue;
        documents.bytes += text->size();
        documents.texts.push_back(std::move(*text));
    }
    return documents;
}

}  // namespace runnel
