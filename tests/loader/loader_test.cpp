// SPDX-License-Identifier: Apache-2.0
#include "loader/loader.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "loader/elf_stamp.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const fs::path kCases = BAD_PLUGINS;

class LoaderTest : public ::testing::Test {
  protected:
    Plugins load(const std::vector<fs::path>& directories) {
        return loadPlugins(directories, temporary_.path() / "data" / "plugins", log_);
    }
    /// A new directory with a copy of the good plugin under each of these names.
    fs::path directoryWith(const std::string& name, const std::vector<std::string>& files) {
        const fs::path directory = temporary_.path() / name;
        fs::create_directories(directory);
        for (const std::string& file : files) {
            fs::copy_file(kCases / "good" / "good.so", directory / file);
        }
        return directory;
    }

    TemporaryDirectory temporary_;
    RecordingLog log_;
};

TEST_F(LoaderTest, LoadsAGoodPlugin) {
    const Plugins plugins = load({kCases / "good"});
    ASSERT_THAT(plugins.loaded(), SizeIs(1));
    EXPECT_THAT(plugins.refused(), IsEmpty());
    const LoadedPlugin* good = plugins.find(PluginKind::Format, "good");
    ASSERT_NE(good, nullptr);
    EXPECT_EQ(good->version, "1.0.0");
    EXPECT_EQ(good->file, kCases / "good" / "good.so");
    EXPECT_STREQ(good->descriptor->summary, "Payload in hexadecimal digits.");
    EXPECT_EQ(good->descriptor->optionCount, 2U);
    EXPECT_EQ(plugins.find(PluginKind::Protocol, "good"), nullptr);
}

struct BadFile {
    const char* directory;
    const char* reason;
};

class BadFileTest : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsRefusedWithItsReasonWhileTheGoodOneBesideItLoads) {
    const TemporaryDirectory temporary;
    RecordingLog log;
    const fs::path directory = kCases / GetParam().directory;
    const Plugins plugins = loadPlugins({directory}, temporary.path() / "copies", log);
    ASSERT_THAT(plugins.loaded(), SizeIs(1));
    EXPECT_EQ(plugins.loaded().front().name, "good");
    ASSERT_THAT(plugins.refused(), SizeIs(1));
    EXPECT_EQ(plugins.refused().front().file,
              directory / (std::string(GetParam().directory) + ".so"));
    EXPECT_THAT(plugins.refused().front().reason, HasSubstr(GetParam().reason));
    EXPECT_THAT(log.lines(), Contains(HasSubstr(GetParam().reason)));
}

constexpr BadFile kBadFiles[] = {
    {"text", "is not an ELF file"},
    {"empty", "is empty"},
    {"truncated_header", "ends within the ELF header, after 40 bytes"},
    {"truncated_segment", "ends within segment"},
    {"truncated_sections", "ends within the section table"},
    {"other_machine", "is built for "},
    {"other_class", "is not a 64-bit ELF file"},
    {"not_shared", "is ELF type 2, expected 3, a shared library"},
    {"no_stamp", "without section .runnel_stamp"},
    {"bad_magic", "does not begin with RUNNEL"},
    {"stamp_size", "has a stamp of 80 bytes, expected 76"},
    {"older_major", "older plugin interface 0.0, expected 1.0"},
    {"newer_major", "newer plugin interface 2.0, expected 1.0 at most"},
    {"newer_minor", "newer plugin interface 1.99, expected 1.0 at most"},
    {"layout", "unlike this program"},
    {"kind", "is of plugin kind 9"},
    {"bad_name", "has a bad plugin name: expected 1 to 31 of a-z, 0-9 and _"},
    {"no_symbol", "does not export runnel_plugin"},
    {"plugin_size", "has a descriptor of 8 bytes, expected "},
    {"no_factory", "is a format plugin without a format factory"},
    {"option_type", "option \"count\" of unknown type \"integer x..y\""},
    {"option_default", "whose default \"a lot\" is not an integer from 1 to 5"},
    {"option_twice", "has two options \"count\""},
    {"undefined", "runnel_test_function_that_nobody_defines"},
};

INSTANTIATE_TEST_SUITE_P(All, BadFileTest, ::testing::ValuesIn(kBadFiles),
                         [](const auto& test) { return test.param.directory; });

TEST_F(LoaderTest, TakesTheFirstOfTwoFilesWithOneName) {
    const Plugins plugins = load({kCases / "same_name"});
    ASSERT_THAT(plugins.loaded(), SizeIs(2));
    EXPECT_EQ(plugins.find(PluginKind::Format, "twin")->version, "1.0.0");
    ASSERT_THAT(plugins.refused(), SizeIs(1));
    EXPECT_EQ(plugins.refused().front().file.filename(), "b_second.so");
    EXPECT_THAT(plugins.refused().front().reason, HasSubstr("a_first.so"));
}

TEST_F(LoaderTest, LetsALaterDirectoryOverrideAnEarlierOne) {
    const fs::path packaged = directoryWith("packaged", {"good.so"});
    const fs::path dropIn = directoryWith("drop-in", {"mine.so"});
    const Plugins plugins = load({packaged, dropIn});
    ASSERT_THAT(plugins.loaded(), SizeIs(1));
    EXPECT_EQ(plugins.loaded().front().file, dropIn / "mine.so");
    EXPECT_THAT(log_.lines(), Contains(HasSubstr("mine.so overrides format good 1.0.0")));
}

TEST_F(LoaderTest, WarnsAboutAMissingDirectoryAndLoadsTheOthers) {
    const Plugins plugins = load({temporary_.path() / "nothing", kCases / "good"});
    EXPECT_THAT(plugins.loaded(), SizeIs(1));
    EXPECT_THAT(log_.lines(), Contains(HasSubstr("nothing cannot be read: No such file")));
}

TEST_F(LoaderTest, IgnoresFilesOfOtherNamesButSaysSo) {
    const fs::path directory = directoryWith("plugins", {"good.so", "good.so.old"});
    const Plugins plugins = load({directory});
    EXPECT_THAT(plugins.loaded(), SizeIs(1));
    EXPECT_THAT(plugins.refused(), IsEmpty());
    EXPECT_THAT(log_.lines(), Contains(HasSubstr("good.so.old does not end in .so; ignored")));
}

TEST_F(LoaderTest, RefusesADirectoryThatIsCalledLikeAPlugin) {
    const fs::path directory = directoryWith("plugins", {"good.so"});
    fs::create_directories(directory / "folder.so");
    const Plugins plugins = load({directory});
    ASSERT_THAT(plugins.refused(), SizeIs(1));
    EXPECT_EQ(plugins.refused().front().reason, "is not a regular file");
}

TEST_F(LoaderTest, UsesKnownContentAgain) {
    const fs::path directory = directoryWith("plugins", {"good.so"});
    const Plugins first = load({directory});
    const Plugins second = load({directory});
    ASSERT_THAT(second.loaded(), SizeIs(1));
    EXPECT_EQ(first.loaded().front().descriptor, second.loaded().front().descriptor);
}

TEST_F(LoaderTest, SurvivesThatTheOriginalIsOverwritten) {
    const fs::path directory = directoryWith("plugins", {"good.so"});
    const Plugins plugins = load({directory});
    ASSERT_THAT(plugins.loaded(), SizeIs(1));
    std::ofstream(directory / "good.so", std::ios::trunc) << "gone";
    EXPECT_STREQ(plugins.loaded().front().descriptor->options[0].name, "upperCase");
}

TEST_F(LoaderTest, RemovesCopiesOfEarlierVersions) {
    const fs::path copies = temporary_.path() / "data" / "plugins";
    fs::create_directories(copies);
    const fs::path stale = copies / (std::string(64, 'A') + ".1.so");
    std::ofstream(stale) << "old";
    std::ofstream(copies / "notes.txt") << "mine";
    load({kCases / "good"});
    EXPECT_FALSE(fs::exists(stale));
    EXPECT_TRUE(fs::exists(copies / "notes.txt"));
}

/// Content that no other test has loaded: known content needs no copy.
fs::path directoryWithNewContent(const fs::path& parent) {
    const fs::path directory = parent / "new";
    fs::create_directories(directory);
    fs::copy_file(kCases / "good" / "good.so", directory / "good.so");
    std::ofstream(directory / "good.so", std::ios::app) << parent.string();
    return directory;
}

TEST_F(LoaderTest, SaysWhenItCannotCopy) {
    // A file in place of the directory fails for every user, root included.
    std::ofstream(temporary_.path() / "data") << "a file";
    const Plugins plugins = load({directoryWithNewContent(temporary_.path())});
    ASSERT_THAT(plugins.refused(), SizeIs(1));
    EXPECT_THAT(plugins.refused().front().reason, HasSubstr("cannot be copied: cannot create"));
}

/// A writable directory of a file system mounted noexec; empty if this machine has none.
fs::path noexecDirectory() {
    std::ifstream mounts("/proc/mounts");
    std::string device, directory, type, options, rest;
    while (mounts >> device >> directory >> type >> options && std::getline(mounts, rest)) {
        const bool isNoexec = ("," + options + ",").find(",noexec,") != std::string::npos;
        if (type == "tmpfs" && isNoexec && ::access(directory.c_str(), W_OK) == 0) return directory;
    }
    return {};
}

TEST_F(LoaderTest, SaysPlainlyThatTheCopiesAreOnANoexecMount) {
    const fs::path mount = noexecDirectory();
    if (mount.empty()) GTEST_SKIP() << "no writable noexec mount on this machine";
    const fs::path copies = mount / ("runnel-test-" + temporary_.path().filename().string());
    const Plugins plugins = loadPlugins({directoryWithNewContent(temporary_.path())}, copies, log_);
    fs::remove_all(copies);
    ASSERT_THAT(plugins.refused(), SizeIs(1));
    EXPECT_THAT(plugins.refused().front().reason, HasSubstr("is on a file system mounted noexec"));
}

}  // namespace
}  // namespace runnel
