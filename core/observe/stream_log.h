// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <ostream>

#include "base/clock.h"
#include "base/log.h"

namespace runnel {

/// Writes "2026-01-31T12:00:00.123Z info broker: ready" lines, one write each. Control characters
/// in the text become spaces, so that nothing from outside can forge a line. Thread safety: any
/// thread.
class StreamLog final : public Log {
  public:
    StreamLog(std::ostream& out, const Clock& clock) : out_(out), clock_(clock) {}

    void setLevel(Level lowest) override { lowest_ = lowest; }
    void write(Level level, std::string_view part, std::string_view text) override;

  private:
    std::ostream& out_;
    const Clock& clock_;
    std::atomic<Level> lowest_ = Level::Info;
    std::mutex mutex_;
};

}  // namespace runnel
