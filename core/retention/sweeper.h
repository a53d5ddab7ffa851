// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "delivery/streams.h"
#include "journal/journal.h"
#include "route/router.h"

namespace runnel {

/// Lets the journal forget what is too old or too much, slice by slice, and tells every stream that
/// has not delivered it, before it is gone. Also replaces a journal that is damaged.
/// Thread safety: the journal's writer thread.
class Sweeper final {
  public:
    struct Parts {
        Journal& journal;
        const Streams& streams;
        Router& router;
        const Clock& clock;
        Log& log;
    };
    explicit Sweeper(Parts parts) : parts_(parts) {}

    /// At most one slice. True if another one is due already.
    bool work();
    /// A stream came that may need older messages than those before. Not while work() runs.
    void lookAgain() { unneededThrough_ = 0; }

  private:
    void replaceDamaged();
    bool isNeeded(Position through);
    bool tellStreams(Position through);

    const Parts parts_;
    Position unneededThrough_ = 0;  ///< no stream needs what is up to here, now or later
};

}  // namespace runnel
