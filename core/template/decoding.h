// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "base/guarded.h"
#include "journal/journal.h"
#include "template/template_use.h"

namespace runnel {

/// Whoever waits for fields. Thread safety: decoded() by any thread, perhaps more often than asked.
class DecodingWaiter {
  public:
    virtual ~DecodingWaiter() = default;
    virtual void decoded() = 0;
};

/// An uplink's fields by one device template, shared by all streams that show them. Made at the
/// first look at the message, decoded when the first session is about to take it.
/// Thread safety: any thread.
class Decoding final : public CodecClient, public std::enable_shared_from_this<Decoding> {
  public:
    Decoding(TemplateUsePtr use, MessagePtr message)
        : use_(std::move(use)), message_(std::move(message)) {}

    /// Asks the codecs for all that nobody has asked for, a call per codec. Some may be done when
    /// it returns.
    static void begin(std::span<const std::shared_ptr<Decoding>> decodings);

    bool isDone() const { return state_.load(std::memory_order_acquire) == State::Done; }
    /// The waiter is told once it is done; false if it is done already.
    bool tell(std::weak_ptr<DecodingWaiter> waiter);

    // When it is done: one of the two, or neither for a template without a codec.
    const Fields* fields() const { return hasFields_ ? &fields_ : nullptr; }
    const Error* error() const { return error_ ? &*error_ : nullptr; }

    const TemplateUsePtr& use() const { return use_; }
    void answered(CodecAnswer&& answer) override;

  private:
    enum class State : std::uint8_t { New, Begun, Done };
    bool claim();
    void finish();

    const TemplateUsePtr use_;
    const MessagePtr message_;
    std::atomic<State> state_{State::New};
    bool hasFields_ = false;
    Fields fields_;
    std::optional<Error> error_;
    Guarded<std::vector<std::weak_ptr<DecodingWaiter>>> waiters_;
};
using DecodingPtr = std::shared_ptr<Decoding>;

}  // namespace runnel
