// SPDX-License-Identifier: Apache-2.0
#include "loader/drop_ins.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const fs::path kCases = BAD_PLUGINS;
const fs::path kGood = kCases / "good" / "good.so";

class DropInsTest : public ::testing::Test {
  protected:
    DropInsTest() { fs::create_directories(directory_); }

    void start() {
        dropIns_.emplace(std::vector<fs::path>{directory_}, temporary_.path() / "copies", log_);
    }
    /// As `cp` does, with a mode that nobody complains about.
    fs::path drop(const fs::path& from, const std::string& name) {
        fs::path file = directory_ / name;
        fs::copy_file(from, file, fs::copy_options::overwrite_existing);
        allow(file, fs::perms::owner_all);
        return file;
    }
    static void allow(const fs::path& file, fs::perms mode) { fs::permissions(file, mode); }
    std::vector<const LoadedPlugin*> look() {
        dropIns_->look(now_);
        now_ += DirectoryWatch::kQuiet;
        return dropIns_->look(now_);
    }
    const Plugins& plugins() { return dropIns_->plugins(); }
    std::size_t said(const std::string& what) {
        const auto lines = log_.lines();
        return static_cast<std::size_t>(std::count_if(
            lines.begin(), lines.end(),
            [&](const std::string& line) { return line.find(what) != std::string::npos; }));
    }
    /// The only one.
    std::string refusal() {
        const auto refused = plugins().refused();
        return refused.size() == 1 ? refused.front().reason : std::to_string(refused.size());
    }

    TemporaryDirectory temporary_;
    const fs::path directory_ = temporary_.path() / "plugins";
    RecordingLog log_;
    std::optional<DropIns> dropIns_;
    DirectoryWatch::Time now_{};
};

TEST_F(DropInsTest, LoadsAFileThatComesLaterAndKeepsWhatWasFoundBeforeWhereItIs) {
    drop(kCases / "same_name" / "a_first.so", "twin.so");
    start();
    const LoadedPlugin* twin = plugins().find(PluginKind::Format, "twin");
    ASSERT_NE(twin, nullptr);
    const fs::path file = drop(kGood, "late.so");
    const auto loaded = look();
    ASSERT_THAT(loaded, SizeIs(1));
    EXPECT_EQ(loaded.front(), plugins().find(PluginKind::Format, "good"));
    EXPECT_EQ(loaded.front()->file, file);
    EXPECT_EQ(plugins().find(PluginKind::Format, "twin"), twin);
    EXPECT_THAT(plugins().loaded(), SizeIs(2));
    EXPECT_THAT(plugins().refused(), IsEmpty());
    EXPECT_THAT(look(), IsEmpty());
}

TEST_F(DropInsTest, RefusesABadFileWithItsReasonUntilItIsReplacedByAGoodOne) {
    start();
    drop(kCases / "text" / "text.so", "late.so");
    EXPECT_THAT(look(), IsEmpty());
    EXPECT_THAT(refusal(), HasSubstr("is not an ELF file"));
    EXPECT_EQ(said("late.so is not an ELF file"), 1U);
    drop(kCases / "no_stamp" / "no_stamp.so", "late.so");
    look();
    EXPECT_THAT(refusal(), HasSubstr("without section .runnel_stamp"));
    drop(kGood, "late.so");
    EXPECT_THAT(look(), SizeIs(1));
    EXPECT_THAT(plugins().refused(), IsEmpty());
}

TEST_F(DropInsTest, ForgetsARefusedFileThatIsRemoved) {
    const fs::path early = drop(kCases / "text" / "text.so", "early.so");
    start();
    const fs::path late = drop(kCases / "empty" / "empty.so", "late.so");
    look();
    EXPECT_THAT(plugins().refused(), SizeIs(2));
    fs::remove(early);
    fs::remove(late);
    look();
    EXPECT_THAT(plugins().refused(), IsEmpty());
}

TEST_F(DropInsTest, RefusesAFileThatOthersMayWriteUntilTheyMayNot) {
    start();
    const fs::path file = drop(kGood, "late.so");
    for (const fs::perms others : {fs::perms::group_write, fs::perms::others_write}) {
        allow(file, fs::perms::owner_all | others);
        EXPECT_THAT(look(), IsEmpty());
        EXPECT_THAT(refusal(), HasSubstr("chmod go-w " + file.string()));
    }
    allow(file, fs::perms::owner_read);
    EXPECT_THAT(look(), SizeIs(1));
    EXPECT_THAT(plugins().refused(), IsEmpty());
}

TEST_F(DropInsTest, RefusesAFileOfSomebodyElse) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    start();
    const fs::path file = drop(kGood, "late.so");
    ASSERT_EQ(::chown(file.c_str(), 12345, 0), 0);
    look();
    EXPECT_THAT(refusal(), HasSubstr("belongs to uid 12345, expected root or "));
    EXPECT_THAT(refusal(), HasSubstr("chown root " + file.string()));
    ASSERT_EQ(::chown(file.c_str(), 0, 0), 0);
    EXPECT_THAT(look(), SizeIs(1));
}

TEST_F(DropInsTest, RefusesWhatIsNoRegularFile) {
    start();
    fs::create_symlink(kGood, directory_ / "link.so");
    look();
    EXPECT_THAT(refusal(), HasSubstr("is a symbolic link, expected a regular file"));
    fs::remove(directory_ / "link.so");
    fs::create_directories(directory_ / "before");
    fs::rename(directory_ / "before", directory_ / "folder.so");
    look();
    EXPECT_EQ(refusal(), "is not a regular file");
}

TEST_F(DropInsTest, RefusesASecondFileOfOnePlugin) {
    drop(kGood, "first.so");
    start();
    drop(kGood, "second.so");
    EXPECT_THAT(look(), IsEmpty());
    EXPECT_THAT(refusal(), HasSubstr("first.so is, which is in use; remove one of them"));
}

TEST_F(DropInsTest, SaysOnceThatAFileOfALoadedPluginHasChanged) {
    drop(kGood, "early.so");
    start();
    drop(kGood, "late_twin.so");
    drop(kGood, "early.so");
    look();
    EXPECT_EQ(said("early.so has changed"), 0U) << "it is the same";
    for (int i = 0; i < 2; ++i) {
        drop(kCases / "text" / "text.so", "early.so");
        EXPECT_THAT(look(), IsEmpty());
        EXPECT_EQ(said("early.so has changed; restart runnel to use it"), 1U);
    }
    EXPECT_NE(plugins().find(PluginKind::Format, "good"), nullptr);
}

TEST_F(DropInsTest, SaysThatAFileOfALoadedPluginIsGone) {
    const fs::path file = drop(kGood, "early.so");
    start();
    fs::remove(file);
    look();
    EXPECT_EQ(said("early.so is gone; its plugin is used until runnel is restarted"), 1U);
    EXPECT_NE(plugins().find(PluginKind::Format, "good"), nullptr);
}

}  // namespace
}  // namespace runnel
