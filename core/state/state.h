// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "state/records.h"

namespace runnel {

/// Everything but the journal's rows that survives a restart: DATA/state.db (FORMAT.md). One thread
/// writes; what waits becomes one transaction, and every kPeriod one takes the streams' changes
/// with it. Thread safety: any thread; start and stop by one.
class State final {
  public:
    static constexpr std::chrono::milliseconds kPeriod{200};
    /// Writes that may wait; beyond it a downlink is refused.
    static constexpr std::size_t kMaxWaiting = 16'384;
    /// Per stream; of more, the oldest goes, with a line in the log.
    static constexpr std::size_t kMaxDeadLetters = 10'000;

    /// Opens or makes the file. One that is damaged is moved aside, loudly, and a new one made.
    /// Throws ConfigError if the directory cannot be used.
    State(const std::filesystem::path& file, const Clock& clock, Log& log);
    ~State();

    /// What was saved, read once at start.
    struct Saved {
        /// Messages up to here are counted in every stream that was there; nullopt: the file is
        /// new.
        std::optional<Position> checkpoint;
        std::vector<StreamRecord> streams;      ///< `counted` is up to date
        std::vector<DownlinkRecord> downlinks;  ///< in the order of their acceptance
    };
    const Saved& saved() const;

    /// Changes of streams since the last call of `collect`.
    struct Changes {
        Position checkpoint = 0;  ///< taken before the streams' records
        std::vector<StreamRecord> streams;
        std::vector<DeadLetter> deadLetters;  ///< new ones; `id` is given now
        std::vector<std::uint64_t> resent;    ///< ids of dead letters that arrived after all
        bool isEmpty() const { return streams.empty() && deadLetters.empty() && resent.empty(); }
    };
    /// `absent`: records of streams that are not there any more; kept as they are, they do not
    /// follow the checkpoint. `forgotten`: names to be removed. Saved at once, before start().
    Status begin(const Changes& present, std::span<const StreamRecord> absent,
                 std::span<const std::string> forgotten);
    /// `collect` is called on the writer's thread every kPeriod, not again before what it gave is
    /// saved.
    void start(std::function<Changes()> collect);
    /// Saves what is left, within seconds.
    void stop();

    /// Answers on the writer's thread: when the downlink is on disk, or with why it cannot be. A
    /// failed one is not kept.
    using Answer = std::function<void(Status)>;
    void add(DownlinkRecord record, Answer answer);
    /// Saved soon and until it succeeds; `done` (may be empty) is called after that.
    void update(const std::string& downlink, DownlinkRecord::Stage stage,
                std::function<void()> done);
    void forget(const std::string& downlink);

    /// The stream's dead letters behind `after`, oldest first. Reads from disk.
    Result<std::vector<DeadLetter>> deadLetters(const std::string& stream, std::uint64_t after,
                                                std::size_t max) const;
    Result<std::uint64_t> countDeadLetters(const std::string& stream) const;
    /// Removes for good.
    void removeDeadLetter(std::uint64_t id);
};

}  // namespace runnel
