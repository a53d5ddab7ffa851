// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "sqlite/database.h"
#include "state/state.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"
#include "tests/support/state_files.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {

inline DownlinkRecord downlinkRecord(const std::string& id) {
    DownlinkRecord record;
    record.downlink.id = id;
    record.downlink.device = Eui{7};
    record.downlink.payload = {1, 2, 3};
    record.senderId = "sender's " + id;
    record.stream = "cloud";
    record.accepted = Instant(std::chrono::milliseconds(1000));
    record.expires = Instant(std::chrono::milliseconds(2000));
    return record;
}

inline StreamRecord streamRecord(const std::string& name, Position counted = 0) {
    StreamRecord stream;
    stream.name = name;
    stream.scope = {Scope::Level::Application, Eui{0xF000000000000001}};
    stream.counted = counted;
    return stream;
}

inline DeadLetter deadLetter(const std::string& stream, const std::string& reason) {
    auto message = std::make_shared<Message>();
    message->device = Eui{0xFEDC};
    message->position = 42;
    message->text = "words of " + reason;
    return {.id = 0, .stream = stream, .reason = reason, .time = {}, .message = message};
}

/// A State on a file in a temporary directory, and what its `collect` gives.
class StateBench {
  public:
    StateBench() { open(); }
    ~StateBench() {
        if (state) state->stop();
    }

    void open() {
        state.reset();
        state = std::make_unique<State>(file, clock, log);
    }
    void start() {
        state->start([this] {
            auto collecting = collecting_.lock();
            ++collecting->calls;
            return std::exchange(collecting->next, {});
        });
    }
    void reopen() {
        state->stop();
        open();
    }
    /// Continues with what a crash at this moment would leave.
    void crash() {
        const auto left = directory_.path() / ("crashed" + std::to_string(++crashes_));
        std::filesystem::create_directory(left);
        copyDatabase(file, left / "state.db");
        state.reset();
        file = left / "state.db";
        open();
    }
    void collectNext(State::Changes changes) { collecting_.lock()->next = std::move(changes); }
    int collectCalls() { return collecting_.lock()->calls; }

    /// "" when it was stored.
    std::string add(const DownlinkRecord& record) {
        const auto answer = std::make_shared<std::promise<std::string>>();
        state->add(record, [answer](const Status& status) {
            answer->set_value(status ? "" : status.error().reason);
        });
        return answer->get_future().get();
    }
    void addAll(const std::vector<std::string>& ids) {
        for (const std::string& id : ids) EXPECT_EQ(add(downlinkRecord(id)), "");
    }
    std::vector<std::string> savedIds() const {
        std::vector<std::string> ids;
        for (const DownlinkRecord& record : state->saved().downlinks) {
            ids.push_back(record.downlink.id);
        }
        return ids;
    }
    /// By another connection.
    std::int64_t number(const std::string& sql) const {
        return sqlite::Database(file, sqlite::Database::ReadOnly{}).number(sql);
    }
    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    struct Collecting {
        State::Changes next;
        int calls = 0;
    };
    TemporaryDirectory directory_;
    Guarded<Collecting> collecting_;
    int crashes_ = 0;

  public:
    std::filesystem::path file = directory_.path() / "state.db";
    ManualClock clock;
    RecordingLog log;
    std::unique_ptr<State> state;
};

}  // namespace runnel::test
