// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "child/lockdown.h"
#include "codec_world.h"

namespace runnel::javascript {
namespace {

constexpr const char* kGood = "function decodeUplink(i) { return {data: {n: i.bytes.length}}; }";
constexpr const char* kLoop =
    "function decodeUplink(i) { while (i.fPort === 9); return {data: {}}; }";
/// Within a second on a machine that has nothing else to do; this one may be busy.
constexpr std::chrono::seconds kSoon{10};

std::size_t openFiles() {
    const std::filesystem::directory_iterator files{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::string statusLine(pid_t pid, const std::string& name) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name + ":")) return line.substr(name.size() + 2);
    }
    return "";
}

TEST(ChildTest, IsNotStartedBeforeThereIsAScript) {
    CodecWorld world;
    EXPECT_TRUE(children().empty());
    (void)world.program(kGood);
    EXPECT_EQ(children().size(), 1U);
}

TEST(ChildTest, HasNoRights) {
    CodecWorld world;
    (void)world.program(kGood);
    ASSERT_EQ(children().size(), 1U);
    const pid_t child = children().front();
    EXPECT_EQ(statusLine(child, "Seccomp"), "2");
    EXPECT_EQ(statusLine(child, "NoNewPrivs"), "1");
    EXPECT_EQ(statusLine(child, "CapEff"), "0000000000000000");
    EXPECT_NE(statusLine(child, "Uid").substr(0, 2), "0\t");
    std::ifstream environment("/proc/" + std::to_string(child) + "/environ");
    std::string variable;
    std::getline(environment, variable, '\0');
    EXPECT_EQ(variable, "");
    if (geteuid() != 0) return;
    // Only root may look; nothing is open but 0, 1, 2 and the socket.
    const std::filesystem::directory_iterator files{"/proc/" + std::to_string(child) + "/fd"};
    EXPECT_EQ(std::distance(begin(files), end(files)), 4);
    const auto network = [](const std::string& pid) {
        return std::filesystem::read_symlink("/proc/" + pid + "/ns/net");
    };
    EXPECT_NE(network(std::to_string(child)), network("self"));
}

TEST(ChildDeathTest, AForbiddenSystemCallKills) {
    testing::GTEST_FLAG(death_test_style) = "fast";
    const auto isKilled = testing::KilledBySignal(SIGSYS);
    const auto attempt = [](auto call) {
        forbidSystemCalls();
        call();
        _exit(0);
    };
    EXPECT_EXIT(attempt([] { (void)socket(AF_INET, SOCK_STREAM, 0); }), isKilled, "");
    EXPECT_EXIT(attempt([] { (void)syscall(SYS_fork); }), isKilled, "");
    EXPECT_EXIT(attempt([] { (void)syscall(SYS_execve, "/bin/sh", nullptr, nullptr); }), isKilled,
                "");
    EXPECT_EXIT(attempt([] { (void)syscall(SYS_ptrace, 0, 0, 0, 0); }), isKilled, "");
    EXPECT_EXIT(attempt([] {
                    (void)mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                }),
                isKilled, "");
    const auto isRefused = testing::ExitedWithCode(EACCES);
    EXPECT_EXIT(attempt([] {
                    (void)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", 0, 0);
                    // What a sanitizer adds to _exit() is forbidden, too.
                    (void)syscall(SYS_exit_group, errno);
                }),
                isRefused, "");
}

TEST(ChildTest, AfterItsSuddenEndTheNextJobIsDoneSoon) {
    CodecWorld world;
    const auto good = world.program(kGood);
    const auto loop = world.program(kLoop);
    const pid_t first = children().at(0);
    // Stopped, it cannot answer; so it is certain that jobs are open when it is killed.
    kill(first, SIGSTOP);
    const Ticket lost = world.ask(loop, {1}, 9);
    std::vector<Ticket> queued;
    for (int i = 0; i < 50; ++i) queued.push_back(world.ask(good));
    const auto killed = Answers::Clock::now();
    kill(first, SIGKILL);
    (void)world.answers.await(lost);
    for (const Ticket ticket : queued) EXPECT_EQ(errorOf(world.answers.await(ticket)), "");
    EXPECT_LE(world.answers.timeOf(queued.back()) - killed, kSoon);
    EXPECT_EQ(children().size(), 1U);
    EXPECT_NE(children().at(0), first);
}

TEST(ChildTest, TheJobThatRunsWhenItIsKilledFailsWithThatReason) {
    CodecWorld world;
    const auto good = world.program(kGood);
    const auto loop = world.program(kLoop);
    // The call takes 50 ms of processor time; a kill at once meets it in the middle, unless the
    // thread that sends it is late. Then it is tried again.
    std::string error;
    for (int i = 0; i < 20 && error.find("signal 9") == std::string::npos; ++i) {
        EXPECT_EQ(errorOf(world.decode(loop, {1}, 1)), "");
        const Ticket lost = world.ask(loop, {1}, 9);
        const Ticket next = world.ask(good);
        const auto until = Answers::Clock::now() + std::chrono::milliseconds{20};
        while (Answers::Clock::now() < until) {
        }
        const auto killed = Answers::Clock::now();
        kill(children().at(0), SIGKILL);
        error = errorOf(world.answers.await(lost));
        EXPECT_LE(world.answers.timeOf(lost) - killed, kSoon);
        EXPECT_EQ(errorOf(world.answers.await(next)), "");
        EXPECT_LE(world.answers.timeOf(next) - killed, kSoon);
    }
    EXPECT_EQ(error, "script was running when its process was ended by signal 9 (Killed)");
}

TEST(ChildTest, OneThatHangsIsReplaced) {
    CodecWorld world;
    const auto good = world.program(kGood);
    const pid_t first = children().at(0);
    kill(first, SIGSTOP);
    const Ticket ticket = world.ask(good);
    const auto began = Answers::Clock::now();
    EXPECT_EQ(errorOf(world.answers.await(ticket)), "");
    EXPECT_GE(world.answers.timeOf(ticket) - began, std::chrono::milliseconds{400});
    EXPECT_NE(children().at(0), first);
}

TEST(ChildTest, IsKilledEvenWhileTheLoadOfAScriptWaitsForIt) {
    CodecWorld world;
    (void)world.program(kGood);
    kill(children().at(0), SIGSTOP);
    EXPECT_NE(world.program(kGood), 0U);
}

TEST(ChildTest, AMissingLibraryIsSaidPlainly) {
    FakeHost host;
    Answers answers;
    std::vector<std::uint8_t> image(childImage().begin(), childImage().end());
    const std::string name = "libmozjs-102.so";
    const auto found = std::search(image.begin(), image.end(), name.begin(), name.end());
    ASSERT_NE(found, image.end());
    *(found + 9) = 'X';
    JavascriptCodec codec{host, answers, image};
    const auto loaded = codec.load({{"script", {std::string{kGood}}}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().field, "child");
    EXPECT_NE(loaded.error().reason.find("is the package libmozjs-102-0 installed?"),
              std::string::npos)
        << loaded.error().reason;
    EXPECT_NE(loaded.error().reason.find("libmozjs-X02"), std::string::npos)
        << loaded.error().reason;
    EXPECT_EQ(host.healthOf("child"), Health::Failing);
}

TEST(ChildTest, AProgramFileThatIsNoneIsSaidPlainly) {
    FakeHost host;
    Answers answers;
    const std::vector<std::uint8_t> image{'n', 'o'};
    JavascriptCodec codec{host, answers, image};
    const auto loaded = codec.load({{"script", {std::string{kGood}}}});
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().reason.starts_with("cannot be started: ")) << loaded.error().reason;
}

TEST(ChildTest, StopAnswersEverythingAndLeavesNothingBehind) {
    const std::size_t before = openFiles();
    {
        CodecWorld world;
        const auto loop = world.program(kLoop);
        for (int i = 0; i < 500; ++i) (void)world.ask(loop, {1}, 9);
        const auto began = Answers::Clock::now();
        world.codec.stop();
        EXPECT_LE(Answers::Clock::now() - began, kSoon);
        EXPECT_EQ(world.answers.size(), 500U);
        EXPECT_EQ(errorOf(world.decode(loop)), " is not decoded: the codec is stopped");
        EXPECT_FALSE(world.load(kGood));
    }
    EXPECT_TRUE(children().empty());
    EXPECT_EQ(openFiles(), before);
}

TEST(ChildTest, AnUnloadedProgramIsGone) {
    CodecWorld world;
    const auto program = world.program(kGood);
    EXPECT_EQ(errorOf(world.decode(program)), "");
    world.codec.unload(program);
    EXPECT_EQ(errorOf(world.decode(program)), "script is not loaded");
    EXPECT_EQ(errorOf(world.decode(4711)), "script is not loaded");
    EXPECT_NE(world.program(kGood), program);
}

}  // namespace
}  // namespace runnel::javascript
