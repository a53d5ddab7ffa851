// SPDX-License-Identifier: Apache-2.0
#include "loader/directory_watch.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The kernel tells of an event before the call that caused it returns, and time is the test's own:
/// nothing here waits.
class DirectoryWatchTest : public ::testing::Test {
  protected:
    DirectoryWatchTest() { fs::create_directories(one_); }

    void start() { watch_.emplace(std::vector<fs::path>{one_, later_}, log_); }
    std::vector<fs::path> after(std::chrono::milliseconds time) {
        now_ += time;
        return watch_->settled(now_);
    }
    static void write(const fs::path& file, const std::string& text = "x") {
        std::ofstream(file) << text;
    }

    TemporaryDirectory temporary_;
    const fs::path one_ = temporary_.path() / "one";
    const fs::path later_ = temporary_.path() / "later";
    RecordingLog log_;
    std::optional<DirectoryWatch> watch_;
    DirectoryWatch::Time now_{};
};

TEST_F(DirectoryWatchTest, TellsAFileOnceItIsAtRest) {
    write(one_ / "old.so");
    start();
    write(one_ / "new.so");
    EXPECT_THAT(after(0ms), IsEmpty());
    EXPECT_THAT(after(299ms), IsEmpty());
    EXPECT_THAT(after(1ms), ElementsAre(one_ / "new.so"));
    EXPECT_THAT(after(1h), IsEmpty());
}

TEST_F(DirectoryWatchTest, WaitsForACopyInPieces) {
    start();
    std::ofstream copy(one_ / "slow.so");
    copy << "a piece" << std::flush;
    EXPECT_THAT(after(0ms), IsEmpty());
    EXPECT_THAT(after(1h), IsEmpty()) << "it is still open";
    copy.close();
    EXPECT_THAT(after(0ms), IsEmpty());
    copy.open(one_ / "slow.so", std::ios::app);
    copy << "more" << std::flush;
    EXPECT_THAT(after(299ms), IsEmpty());
    EXPECT_THAT(after(299ms), IsEmpty()) << "written to in between";
    copy.close();
    EXPECT_THAT(after(0ms), IsEmpty());
    EXPECT_THAT(after(300ms), ElementsAre(one_ / "slow.so"));
}

TEST_F(DirectoryWatchTest, TellsFilesThatAreMovedLinkedChangedAndRemoved) {
    for (const char* name : {"mode.so", "text.so", "gone.so", "away.so"}) write(one_ / name);
    write(temporary_.path() / "in.so");
    start();
    fs::rename(temporary_.path() / "in.so", one_ / "in.so");
    fs::rename(one_ / "away.so", temporary_.path() / "away.so");
    fs::create_hard_link(temporary_.path() / "away.so", one_ / "link.so");
    fs::create_symlink("in.so", one_ / "symbolic.so");
    fs::permissions(one_ / "mode.so", fs::perms::owner_read);
    write(one_ / "text.so", "other");
    fs::remove(one_ / "gone.so");
    EXPECT_THAT(after(0ms), IsEmpty());
    EXPECT_THAT(after(300ms),
                ElementsAre(one_ / "away.so", one_ / "gone.so", one_ / "in.so", one_ / "link.so",
                            one_ / "mode.so", one_ / "symbolic.so", one_ / "text.so"));
}

TEST_F(DirectoryWatchTest, IgnoresOtherNames) {
    start();
    write(one_ / "new.so.part");
    write(one_ / ".so");
    after(0ms);
    EXPECT_THAT(after(1h), IsEmpty());
}

TEST_F(DirectoryWatchTest, WatchesADirectoryThatComesLater) {
    start();
    EXPECT_THAT(after(1h), IsEmpty());
    fs::create_directories(later_);
    write(later_ / "early.so");
    EXPECT_THAT(after(0ms), IsEmpty());
    write(later_ / "late.so");
    EXPECT_THAT(after(299ms), IsEmpty());
    EXPECT_THAT(after(1ms), ElementsAre(later_ / "early.so"));
    EXPECT_THAT(after(299ms), ElementsAre(later_ / "late.so"));
}

TEST_F(DirectoryWatchTest, FollowsADirectoryThatIsReplaced) {
    write(one_ / "same.so");
    start();
    fs::create_directories(temporary_.path() / "next");
    write(temporary_.path() / "next" / "new.so");
    fs::rename(one_, temporary_.path() / "before");
    fs::rename(temporary_.path() / "next", one_);
    EXPECT_THAT(after(0ms), IsEmpty());
    EXPECT_THAT(after(300ms), ElementsAre(one_ / "new.so", one_ / "same.so"));
    write(one_ / "newer.so");
    EXPECT_THAT(after(0ms), IsEmpty());
    EXPECT_THAT(after(300ms), ElementsAre(one_ / "newer.so"));
}

TEST_F(DirectoryWatchTest, LooksAtEverythingWhenTheKernelCouldNotKeepUp) {
    std::size_t limit = 0;
    std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
    if (limit == 0 || limit > 1'000'000) GTEST_SKIP() << "no bearable limit on this machine";
    write(one_ / "gone.so");
    write(one_ / "same.so");
    start();
    write(one_ / "a");
    write(one_ / "b");
    // Equal events in a row are one.
    for (std::size_t i = 0; i <= limit; ++i) {
        fs::permissions(one_ / (i % 2 == 0 ? "a" : "b"), fs::perms::owner_all);
    }
    write(one_ / "new.so");
    fs::remove(one_ / "gone.so");
    EXPECT_THAT(after(0ms), IsEmpty());
    EXPECT_THAT(after(300ms), ElementsAre(one_ / "gone.so", one_ / "new.so"));
    EXPECT_THAT(after(1h), IsEmpty());
}

}  // namespace
}  // namespace runnel
