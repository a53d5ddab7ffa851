// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "delivery/sample_fate.h"
#include "format/format_use.h"
#include "state/records.h"
#include "template/stream_transform.h"

namespace runnel {

/// Which receptions of an uplink a stream shows: a document each, only the best, or one gateway's.
struct View {
    enum class Which : std::uint8_t { All, Best, Gateway };
    Which which{};
    Eui gateway{};
    bool operator==(const View&) const = default;
};

/// Why a message is sent outside the order promise and the books.
struct Again {
    enum class Why : std::uint8_t {
        No,          ///< it is sent as usual
        DeadLetter,  ///< could not be delivered at first
        Replay,      ///< asked for once more
        Sample       ///< made up, to see whether the stream works
    };
    Why why{};
    std::uint64_t id{};                  ///< of the dead letter or of the replay
    std::shared_ptr<SampleFate> fate{};  ///< of a sample, if somebody wants to know
};

/// One message as the documents of one format and view, or a gap notice. Encoded at the first use,
/// then shared by all sessions of all streams that want the same. Thread safety: any thread.
class Encoded final {
  public:
    struct Documents {
        std::vector<std::string>
            texts;  ///< empty after an error, or if the format wants nothing sent
        std::size_t bytes{};
        std::optional<Error> error;  ///< why the message can never be sent in this format
    };

    Encoded(MessagePtr message, StreamTransform::Showing showing, View view, Again again = {})
        : message_(std::move(message)),
          showing_(std::move(showing)),
          view_(view),
          position_(message_->position),
          again_(std::move(again)) {}
    /// As it is, without a device template.
    Encoded(MessagePtr message, const FormatUse& format, View view, Again again = {})
        : Encoded(std::move(message), StreamTransform::Showing{&format}, view, std::move(again)) {}
    /// A notice that stands for `gap.messages` messages up to `gap.to`.
    Encoded(const Gap& gap, const FormatUse& format)
        : showing_{&format}, gap_(std::make_unique<const Gap>(gap)), position_(gap.to) {}
    ~Encoded() { delete documents_.load(); }
    Encoded(const Encoded&) = delete;
    Encoded& operator=(const Encoded&) = delete;

    Position position() const { return position_; }
    const MessagePtr& message() const { return message_; }  ///< null: a gap notice
    const Gap* gap() const { return gap_.get(); }           ///< null: a message
    const Again& again() const { return again_; }
    bool isAgain() const { return again_.why != Again::Why::No; }
    /// Its id; 0 = it is none.
    std::uint64_t deadLetter() const {
        return again_.why == Again::Why::DeadLetter ? again_.id : 0;
    }
    /// The replay's id; 0 = it is of none.
    std::uint64_t replay() const { return again_.why == Again::Why::Replay ? again_.id : 0; }
    const StreamTransform::Showing& showing() const { return showing_; }
    View view() const { return view_; }
    const DecodingPtr& decoding() const { return showing_.decoding; }
    /// What documents() needs is there.
    bool isReady() const { return !decoding() || decoding()->isDone(); }

    /// Precondition: isReady(). Runs the format at the first call. Two threads may both run it; one
    /// result is kept.
    const Documents& documents() const;

  private:
    Documents encode() const;

    Documents encodeMessage() const;

    MessagePtr message_;
    StreamTransform::Showing showing_;
    std::unique_ptr<const Gap> gap_;
    View view_{};
    Position position_;
    Again again_;
    mutable std::atomic<const Documents*> documents_{};
};
using EncodedPtr = std::shared_ptr<const Encoded>;

/// The reception with the highest SNR, then the highest RSSI; null if there is none.
const Reception* bestReception(const Message& message);

}  // namespace runnel
