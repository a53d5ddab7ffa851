// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "state/records.h"

namespace runnel {

class DeadLetterReader;
class StateFile;

/// Everything but the journal's rows that survives a restart: DATA/state.db (FORMAT.md). One thread
/// writes; what waits becomes one transaction, and every kPeriod one takes the streams' changes
/// with it. Thread safety: any thread; begin, start and stop by one.
class State final {
  public:
    static constexpr std::chrono::milliseconds kPeriod{200};
    /// Writes that may wait; beyond it a downlink is refused.
    static constexpr std::size_t kMaxWaiting = 16'384;
    /// Per stream; of more, the oldest goes, with a line in the log.
    static constexpr std::size_t kMaxDeadLetters = 10'000;

    /// Opens or makes the file. One that is damaged is moved aside, loudly, and a new one made.
    /// Throws ConfigError if the directory cannot be used, or if a newer runnel made the file.
    State(const std::filesystem::path& file, const Clock& clock, Log& log);
    /// Without stop() nothing more is saved and nothing more is answered.
    ~State();

    /// What was saved, read once at start.
    struct Saved {
        /// Messages up to here are counted in every stream that was there; nullopt: the file is
        /// new.
        std::optional<Position> checkpoint;
        std::vector<StreamRecord> streams;  ///< `counted` is up to date
        /// In the order of their acceptance.
        std::vector<DownlinkRecord> downlinks;
    };
    /// Until start(), which lets it go.
    const Saved& saved() const { return saved_; }

    /// Changes of streams since the last call of `collect`.
    struct Changes {
        Position checkpoint = 0;  ///< taken before the streams' records
        std::vector<StreamRecord> streams{};
        /// Of streams that are not there any more, as in begin(). One that is there again is in
        /// `streams` too.
        std::vector<StreamRecord> absent{};
        /// Streams of which nothing that was saved before counts any more, dead letters included.
        /// One that has started anew since is in `streams` too.
        std::vector<std::string> forgotten{};
        std::vector<DeadLetter> deadLetters{};  ///< new ones; `id` is given now
        std::vector<std::uint64_t> resent{};    ///< ids of dead letters that arrived after all
        bool isEmpty() const {
            return streams.empty() && absent.empty() && forgotten.empty() && deadLetters.empty() &&
                   resent.empty();
        }
    };
    /// `absent`: records of streams that are not there any more; kept as they are, they do not
    /// follow the checkpoint. `forgotten`: names to be removed, with their dead letters. Saved at
    /// once, before start().
    Status begin(const Changes& present, std::span<const StreamRecord> absent,
                 std::span<const std::string> forgotten);
    /// `collect` is called on the writer's thread every kPeriod, not again before what it gave is
    /// saved. A stream that it names follows the checkpoint.
    void start(std::function<Changes()> collect);
    /// Saves what is left, with a last `collect`; gives up after kLastSave, loudly. Whoever still
    /// waits for an answer gets one.
    static constexpr std::chrono::seconds kLastSave{3};
    void stop();

    /// Answers on the writer's thread, in the order of the calls: when the downlink is on disk, or
    /// with why it cannot be. A failed one is not kept. With too many waiting, or after stop(), it
    /// answers at once.
    using Answer = std::function<void(Status)>;
    void add(DownlinkRecord record, Answer answer);
    /// Saved until it succeeds: at once if somebody waits for `done`, else within kPeriod. `done`
    /// is called on the writer's thread after that, in the order of the calls. Stage Sending counts
    /// one more attempt.
    void update(const std::string& downlink, DownlinkRecord::Stage stage,
                std::function<void()> done);
    void forget(const std::string& downlink);

    /// The stream's dead letters behind `after`, oldest first. Reads from disk.
    Result<std::vector<DeadLetter>> deadLetters(const std::string& stream, std::uint64_t after,
                                                std::size_t max) const;
    /// One of them; nullopt if the stream has no such one.
    Result<std::optional<DeadLetter>> deadLetter(const std::string& stream, std::uint64_t id) const;
    Result<std::uint64_t> countDeadLetters(const std::string& stream) const;
    /// Removes for good. `done`, if it is given, is called on the writer's thread after that; not
    /// at all if State ends before.
    void removeDeadLetter(std::uint64_t id, std::function<void()> done = nullptr);
    /// All of the stream's that are saved by then.
    void removeDeadLetters(const std::string& stream, std::function<void()> done = nullptr);

  private:
    using Time = std::chrono::steady_clock::time_point;
    struct Add {
        DownlinkRecord record;
        Answer answer;
    };
    struct Update {
        std::string downlink;
        DownlinkRecord::Stage stage{};
        std::function<void()> done;
    };
    struct Forget {
        std::string downlink;
    };
    struct RemoveDeadLetters {
        std::uint64_t id{};  ///< 0: all of `stream`
        std::string stream{};
        std::function<void()> done{};
    };
    using Write = std::variant<Add, Update, Forget, RemoveDeadLetters>;
    using Writes = std::vector<Write>;
    struct Queue {
        Writes writes;
        bool isUrgent = false;  ///< somebody waits for one of them
        bool isStopping = false;
        bool isDropped = false;  ///< destroyed without stop()
    };
    /// Per stream: dead letters that had to go since the last line about it.
    struct Overflow {
        std::uint64_t removed = 0;
        std::optional<Instant> reported;
    };

    void open(const std::filesystem::path& file);
    void push(Write write, bool isUrgent);
    void run();
    bool waitForWork();
    Writes takeWrites();
    void collectIfDue();
    bool save(Writes& writes);
    void write(const Writes& writes);
    void apply(const Write& write);
    void apply(const RemoveDeadLetters& remove);
    void failed(Writes& writes, const std::string& why);
    void succeeded(Writes& writes);
    void reportOverflow(const std::map<std::string, std::uint64_t>& removed);
    void saveLast();
    void giveUp();

    const Clock& clock_;
    Log& log_;
    Saved saved_;
    std::unique_ptr<StateFile> file_;
    std::unique_ptr<DeadLetterReader> reader_;
    Guarded<Queue> queue_;
    std::condition_variable changed_;
    std::function<Changes()> collect_;
    std::thread thread_;

    // The writer's own.
    std::optional<Changes> changes_;  ///< collected and not saved yet
    Position checkpoint_ = 0;         ///< the newest that is saved
    std::map<std::string, std::uint64_t> removed_;
    std::map<std::string, Overflow> overflows_;
    std::string failure_;  ///< of the last transaction; "": it succeeded
    std::chrono::milliseconds pause_{};
    Time nextCollect_{};
    Time nextTry_{};  ///< after a failure
};

}  // namespace runnel
