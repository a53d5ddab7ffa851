// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "format/format_use.h"
#include "journal/journal.h"

namespace runnel {

/// Which receptions of an uplink a stream shows: a document each, only the best, or one gateway's.
struct View {
    enum class Which : std::uint8_t { All, Best, Gateway };
    Which which{};
    Eui gateway{};
    bool operator==(const View&) const = default;
};

/// One message as the documents of one format and view. Encoded at the first use, then shared by
/// all sessions of all streams that want the same. Thread safety: any thread.
class Encoded final {
  public:
    struct Documents {
        std::vector<std::string>
            texts;  ///< empty after an error, or if the format wants nothing sent
        std::size_t bytes{};
        std::optional<Error> error;  ///< why the message can never be sent in this format
    };

    Encoded(MessagePtr message, const FormatUse& format, View view)
        : message_(std::move(message)),
          format_(&format),
          view_(view),
          position_(message_->position) {}
    /// A gap notice that stands for `gap.messages` expired messages up to `gap.to`.
    Encoded(const Gap& gap, const FormatUse& format);
    ~Encoded() { delete documents_.load(); }
    Encoded(const Encoded&) = delete;
    Encoded& operator=(const Encoded&) = delete;

    Position position() const { return position_; }
    const MessagePtr& message() const { return message_; }  ///< null: a gap notice
    std::uint64_t expired() const { return expired_; }
    const FormatUse& format() const { return *format_; }
    View view() const { return view_; }

    /// Runs the format at the first call. Two threads may both run it; one result is kept.
    const Documents& documents() const;

  private:
    Documents encode() const;

    MessagePtr message_;
    const FormatUse* format_;
    View view_;
    Position position_;
    std::uint64_t expired_{};
    mutable std::atomic<const Documents*> documents_{};
};
using EncodedPtr = std::shared_ptr<const Encoded>;

/// The reception with the highest SNR, then the highest RSSI; null if there is none.
const Reception* bestReception(const Message& message);

}  // namespace runnel
