// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "delivery/chore.h"
#include "delivery/replays.h"
#include "delivery/stream.h"

namespace runnel {

/// One replay: reads its source's messages from the journal and feeds them to the target's lane as
/// that has room. Thread safety: any thread; takeTurn by CatchUp's.
class Replay final : public Chore, public std::enable_shared_from_this<Replay> {
  public:
    using State = ReplayReport::State;
    struct Parts {
        const Journal& journal;
        CatchUp& catchUp;
        Log& log;
    };
    /// `order`: id, names, times and positions are fixed from now on. `source` says which messages.
    Replay(Parts parts, ReplayReport order, std::shared_ptr<Stream> source,
           std::shared_ptr<Stream> target);

    std::uint64_t id() const { return order_.id; }
    const std::string& stream() const { return order_.stream; }
    const std::string& toStream() const { return order_.toStream; }
    bool isRunning() const;
    ReplayReport report() const;

    /// Enters the target's lane.
    void begin();
    /// Goes on there, with all that has not arrived, if that is another object than before.
    void moveTo(std::shared_ptr<Stream> target);
    /// False if it has ended before.
    bool end(State state, std::string_view why);

    Then takeTurn() override;

  private:
    struct Course {
        State state = State::Running;
        std::shared_ptr<Stream> target;
        Position position = 0;  ///< fed up to here
        std::string text;
    };

    Then feed(const std::shared_ptr<Stream>& target, Position after);
    std::vector<MessagePtr> wanted(const std::vector<MessagePtr>& messages) const;
    void noteLoss(Position after);

    const Parts parts_;
    const ReplayReport order_;
    const std::shared_ptr<Stream> source_;
    const std::shared_ptr<ReplayCounts> counts_ = std::make_shared<ReplayCounts>();
    mutable Guarded<Course> course_;
};

}  // namespace runnel
