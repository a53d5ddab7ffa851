// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "delivery/downlink_desk.h"
#include "registry/devices.h"
#include "template/templates.h"

namespace runnel {

/// Makes payload and port of a downlink's fields, by the codec of the device template that applies,
/// and hands it on. One without fields is handed on as it is. Whoever may not send to the device is
/// refused before its template is looked at.
///
/// The codec is told the sender's port, 0 if the sender names none; the port that it answers
/// counts, or the sender's if it answers 0. A codec's error is refused as "Fields/<its path>" if it
/// is about a field that the sender gave, else as "Fields".
///
/// What one stream sends to one device is handed on in the order in which it came, with fields or
/// without, in whatever order codecs answer; there is no order between devices.
///
/// The same Id again is encoded again, and what comes out is compared with the downlink that has
/// it: after a change of the template, or by a codec that makes other bytes each time, it is
/// refused as another one.
///
/// Thread safety: any thread. It outlives the codecs' last answer.
class FieldEncoder final : public DownlinkDesk {
  public:
    /// Waiting for codecs, or behind one that waits.
    static constexpr std::size_t kMaxWaiting = 10'000;

    struct Parts {
        const Templates& templates;
        const Devices& devices;
        const Clock& clock;
        Log& log;
        DownlinkDesk& next;
        /// The template that the stream itself names; "": none.
        std::function<std::string(const StreamConfig&)> templateOf;
    };
    explicit FieldEncoder(Parts parts) : parts_(std::move(parts)) {}

    void submit(const Grant& grant, Downlink downlink, Answer answer) override;

  private:
    class Waiting;
    using WaitingPtr = std::shared_ptr<Waiting>;
    using Way = std::pair<std::uint64_t, Eui>;  ///< stream and device
    /// Is there as long as something waits, or is just being handed on.
    struct Line {
        std::deque<WaitingPtr> waiting;
        bool isMoving = false;  ///< one thread at a time hands on, so that order holds
    };
    struct Lines {
        std::map<Way, Line> ways;
        std::size_t waiting = 0;
    };

    Result<TemplateUsePtr> usable(const Grant& grant, const Downlink& downlink) const;
    bool queue(const WaitingPtr& one);
    void encode(const WaitingPtr& one) const;
    void encoded(Waiting& one, CodecAnswer&& answer);
    void ready(Waiting& one);
    WaitingPtr nextReady(const Way& way);
    void handOn(Waiting& one) const;

    const Parts parts_;
    Guarded<Lines> lines_;
};

}  // namespace runnel
