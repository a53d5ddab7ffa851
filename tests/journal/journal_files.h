// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "journal/sqlite_journal.h"
#include "tests/journal/messages.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {

/// A journal in a directory of its own. Thread safety: one thread.
class JournalTest : public ::testing::Test {
  protected:
    static constexpr Instant kTime{std::chrono::milliseconds(1'700'000'000'000)};
    static constexpr Position kOrigin = 1'700'000'000'000'000;

    JournalTest() { settings_.file = directory_.path() / "journal.db"; }

    void open() {
        journal_.reset();
        journal_.emplace(settings_, clock_, log_);
    }
    void append(const Batch& batch) {
        const Status status = journal_->append(batch);
        ASSERT_TRUE(status) << status.error().reason;
    }
    void appendMany(std::size_t count, Instant time = kTime) {
        Batch batch;
        for (std::size_t i = 0; i < count; ++i) batch.push_back(uplinkAt(time));
        append(batch);
    }

    TemporaryDirectory directory_;
    ManualClock clock_;
    RecordingLog log_;
    JournalSettings settings_;
    std::optional<SqliteJournal> journal_;
};

}  // namespace runnel::test
