// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/config_error.h"
#include "tests/state/state_fixture.h"

namespace runnel::test {
namespace {

using Stage = DownlinkRecord::Stage;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// While it lives no file of this process grows: every write behind the end fails.
class FullDisk final {
  public:
    explicit FullDisk(rlim_t bytes = 1) {
        old_ = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &limit_);
        const rlimit low{bytes, limit_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &low);
    }
    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &limit_);
        std::signal(SIGXFSZ, old_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

  private:
    rlimit limit_{};
    void (*old_)(int) = nullptr;
};

std::string contents(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

class StateFailureTest : public ::testing::Test, public StateBench {
  protected:
    /// Why it cannot be opened.
    std::string complaint(const std::filesystem::path& path) {
        try {
            State other(path, clock, log);
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }
    void write(const std::string& text) {
        state.reset();
        std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    }
    int linesWith(const std::string& text) {
        int count = 0;
        for (const std::string& line : log.lines()) {
            if (line.find(text) != std::string::npos) ++count;
        }
        return count;
    }
    /// The files that were moved aside.
    std::vector<std::filesystem::path> aside() const {
        std::vector<std::filesystem::path> found;
        for (const auto& entry : std::filesystem::directory_iterator(directory())) {
            if (entry.path().string().find(".damaged-") != std::string::npos) {
                found.push_back(entry.path());
            }
        }
        return found;
    }
    void expectFreshStart() {
        EXPECT_EQ(state->saved().checkpoint, std::nullopt);
        EXPECT_THAT(log.lines(), Contains(HasSubstr("state.db is damaged")));
        EXPECT_FALSE(aside().empty());
        start();
        EXPECT_EQ(add(downlinkRecord("new")), "");
        reopen();
        EXPECT_THAT(savedIds(), ElementsAre("new"));
    }
};

TEST_F(StateFailureTest, RefusesADownlinkThatTheFullDiskCannotTake) {
    start();
    addAll({"before"});
    {
        const FullDisk full;
        EXPECT_THAT(
            add(downlinkRecord("lost")),
            AllOf(HasSubstr("cannot be stored"), HasSubstr("state.db"), HasSubstr("limits and")));
        EXPECT_THAT(add(downlinkRecord("lost too")), HasSubstr("cannot be stored"));
        EXPECT_EQ(linesWith("no downlink is accepted"), 1) << "once per cause";
    }
    EXPECT_EQ(add(downlinkRecord("after")), "");
    EXPECT_EQ(linesWith("can be saved again"), 1);
    reopen();
    EXPECT_THAT(savedIds(), ElementsAre("before", "after"));
}

TEST_F(StateFailureTest, RepeatsEverythingElseUntilItSucceeds) {
    start();
    addAll({"a", "b"});
    std::promise<void> updated;
    {
        const FullDisk full;
        collectNext({.checkpoint = 9,
                     .streams = {streamRecord("s")},
                     .deadLetters = {deadLetter("s", "why")}});
        state->forget("b");
        state->update("a", Stage::Sending, [&] { updated.set_value(); });
        while (linesWith("no downlink is accepted") == 0) std::this_thread::yield();
        EXPECT_THAT(add(downlinkRecord("lost")), HasSubstr("cannot be stored"));
        while (collectCalls() == 0) {
            EXPECT_NE(add(downlinkRecord("lost")), "");
        }
    }
    updated.get_future().wait();
    settle(*state);
    crash();
    ASSERT_THAT(savedIds(), ElementsAre("a"));
    EXPECT_EQ(state->saved().downlinks[0].stage, Stage::Sending);
    EXPECT_EQ(state->saved().checkpoint, 9U);
    EXPECT_THAT(state->saved().streams, SizeIs(1));
    EXPECT_EQ(*state->countDeadLetters("s"), 1U);
}

TEST_F(StateFailureTest, CollectsNothingMoreUntilWhatFailedIsSaved) {
    start();
    addAll({"a"});
    {
        const FullDisk full;
        collectNext({.streams = {streamRecord("s")}});
        while (linesWith("no downlink is accepted") == 0) std::this_thread::yield();
        const int calls = collectCalls();
        const auto until = std::chrono::steady_clock::now() + 3 * State::kPeriod;
        while (std::chrono::steady_clock::now() < until) {
            EXPECT_NE(add(downlinkRecord("lost")), "");
        }
        EXPECT_EQ(collectCalls(), calls);
    }
    reopen();
    EXPECT_THAT(state->saved().streams, SizeIs(1));
}

TEST_F(StateFailureTest, GivesUpWithinSecondsWhenItStopsOnAFullDisk) {
    start();
    addAll({"a"});
    const FullDisk full;
    state->forget("a");
    const auto begun = std::chrono::steady_clock::now();
    state->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10 * State::kLastSave);
    EXPECT_EQ(linesWith("stopping without the last 1 changes"), 1);
}

TEST_F(StateFailureTest, SaysWhatToDoWhenItCannotStart) {
    EXPECT_THAT(complaint(directory() / "missing" / "state.db"),
                AllOf(HasSubstr("missing/state.db"), HasSubstr("its directory exists")));
    std::filesystem::create_directory(directory() / "empty");
    const FullDisk full;
    EXPECT_THAT(complaint(directory() / "empty" / "state.db"), HasSubstr("limits and"));
}

TEST_F(StateFailureTest, LeavesANewerFileUntouched) {
    state.reset();
    sqlite::Database(file).run("pragma user_version=2");
    const std::string before = contents(file);
    EXPECT_THAT(complaint(file), HasSubstr("version 2, this runneld knows up to 1"));
    EXPECT_EQ(contents(file), before);
    EXPECT_THAT(aside(), IsEmpty());
}

TEST_F(StateFailureTest, MovesAsideWhatIsNoDatabase) {
    write(std::string(5000, 'x'));
    open();
    ASSERT_THAT(aside(), SizeIs(1));
    EXPECT_EQ(contents(aside()[0]), std::string(5000, 'x'));
    expectFreshStart();
}

TEST_F(StateFailureTest, MovesAsideWhatAnotherProgramMade) {
    state.reset();
    std::filesystem::remove(file);
    sqlite::Database(file).run("create table theirs (x)");
    open();
    expectFreshStart();
    EXPECT_THAT(log.lines(), Contains(HasSubstr("belongs to another program")));
}

TEST_F(StateFailureTest, MovesAsideWhatWasCutOff) {
    start();
    for (int i = 0; i < 300; ++i) state->add(downlinkRecord(std::to_string(i)), [](auto) {});
    state->stop();
    state.reset();
    const std::string whole = contents(file);
    ASSERT_GT(whole.size(), 40'000U);
    write(whole.substr(0, whole.size() / 2));
    open();
    expectFreshStart();
}

TEST_F(StateFailureTest, MovesAsideWhatIsBrokenInside) {
    start();
    for (int i = 0; i < 300; ++i) state->add(downlinkRecord(std::to_string(i)), [](auto) {});
    state->stop();
    state.reset();
    std::string broken = contents(file);
    for (std::size_t i = 5 * 4096; i < 9 * 4096; ++i) broken[i] = '\x5A';
    write(broken);
    open();
    expectFreshStart();
}

TEST_F(StateFailureTest, LeavesOutADownlinkThatCannotBeReadAndSaysSo) {
    start();
    addAll({"a", "b"});
    state->stop();
    sqlite::Database(file).run("update downlink set body = x'FFFF' where id = 'a'");
    open();
    EXPECT_THAT(savedIds(), ElementsAre("b"));
    EXPECT_THAT(log.lines(), ElementsAre(HasSubstr("downlink a in ")));
}

}  // namespace
}  // namespace runnel::test
