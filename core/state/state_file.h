// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "base/log.h"
#include "sqlite/database.h"
#include "state/state.h"

namespace runnel {

/// state.db's rows, written at once by the calling thread; a caller that wants several writes to
/// live or die together holds a transaction around them. Every call throws sqlite::Failure.
/// Thread safety: one thread at a time.
class StateFile final {
  public:
    /// Opens, makes or upgrades the file. Throws sqlite::NewerVersion, too.
    explicit StateFile(const std::filesystem::path& file);

    /// Rows that cannot be read are left out, with a line in the log.
    State::Saved load(Log& log);

    sqlite::Transaction transaction() { return sqlite::Transaction(database_); }

    /// The stored checkpoint never goes back.
    void setCheckpoint(Position checkpoint);
    /// `follows`: whether the checkpoint says how far the stream is counted.
    void put(const StreamRecord& stream, bool follows);
    /// With its dead letters.
    void removeStream(const std::string& name);

    void add(const DownlinkRecord& record);
    /// Each time that the stage becomes Sending is one more attempt.
    void update(const std::string& downlink, DownlinkRecord::Stage stage);
    void forget(const std::string& downlink);

    /// How many old ones had to go, by the stream's name.
    using Removed = std::map<std::string, std::uint64_t>;
    Removed add(std::span<const DeadLetter> letters);
    void removeDeadLetter(std::uint64_t id);
    /// All of the stream's.
    void removeDeadLetters(const std::string& stream);

  private:
    void loadStreams(State::Saved& saved);
    void loadDownlinks(State::Saved& saved, Log& log);
    std::uint64_t removeOldest(const std::string& stream);

    sqlite::Database database_;
    sqlite::Statement checkpoint_;
    sqlite::Statement stream_;
    sqlite::Statement removeStream_;
    sqlite::Statement removeStreamsLetters_;
    sqlite::Statement addDownlink_;
    sqlite::Statement updateDownlink_;
    sqlite::Statement forgetDownlink_;
    sqlite::Statement addLetter_;
    sqlite::Statement countLetters_;
    sqlite::Statement removeOldest_;
    sqlite::Statement removeLetter_;
};

}  // namespace runnel
