// SPDX-License-Identifier: Apache-2.0
#include "child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace runnel::javascript {
namespace {

constexpr unsigned kMayExecute = 0x0010U;  // MFD_EXEC of Linux 6.3

Error failure(const char* what, int reason) {
    return {"child", std::string{"cannot be started: "} + what + ": " + std::strerror(reason)};
}

/// A descriptor that is closed at the end of the scope.
struct Scoped {
    int fd = -1;
    explicit Scoped(int descriptor) : fd(descriptor) {}
    ~Scoped() {
        if (fd >= 0) close(fd);
    }
    Scoped(const Scoped&) = delete;
    Scoped& operator=(const Scoped&) = delete;
};

bool writeAll(int file, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t size = write(file, bytes.data(), bytes.size());
        if (size < 0 && errno != EINTR) return false;
        if (size > 0) bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
    return true;
}

int programFile() {
    constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const int file = memfd_create("runnel-codec-javascript", kFlags | kMayExecute);
    // Older kernels do not know this flag, and need not be told.
    return file >= 0 || errno != EINVAL ? file : memfd_create("runnel-codec-javascript", kFlags);
}

/// What the child inherits: descriptors 0 to 4, default signals, a process group of its own (Ctrl-C
/// in a terminal is the broker's to handle).
class Inheritance {
  public:
    Inheritance() {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        sigset_t all{};
        sigset_t none{};
        sigfillset(&all);
        sigemptyset(&none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    ~Inheritance() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&actions_);
    }
    Inheritance(const Inheritance&) = delete;
    Inheritance& operator=(const Inheritance&) = delete;

    /// The sources are above 4, so that no copy is overwritten by another.
    void give(int fd, int as) { posix_spawn_file_actions_adddup2(&actions_, fd, as); }
    void giveNothing(int as) {
        posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", O_RDWR, 0);
    }
    int spawn(pid_t& pid, const char* path) {
        std::array<char, 32> name{"runnel-codec-javascript"};
        std::array<char*, 2> arguments{name.data(), nullptr};
        std::array<char*, 1> environment{nullptr};
        return posix_spawn(&pid, path, &actions_, &attributes_, arguments.data(),
                           environment.data());
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// The same file under a number above those that the child gets.
int raised(int fd) {
    if (fd < 0 || fd > 4) return fd;
    const int higher = fcntl(fd, F_DUPFD_CLOEXEC, 5);
    close(fd);
    return higher;
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(std::span<const std::uint8_t> image) {
    std::unique_ptr<ChildProcess> child{new ChildProcess};
    if (auto made = child->prepare(); !made) return made.error();
    const Scoped program{raised(programFile())};
    if (program.fd < 0) return failure("memory for its program", errno);
    if (!writeAll(program.fd, image)) return failure("memory for its program", errno);
    constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (fcntl(program.fd, F_ADD_SEALS, kSeals) != 0) return failure("its program", errno);
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
        return failure("a socket", errno);
    }
    child->socket_ = pair[0];
    const Scoped theirs{raised(pair[1])};
    fcntl(child->socket_, F_SETFL, O_NONBLOCK);
    if (auto spawned = child->spawn(program.fd, theirs.fd); !spawned) return spawned.error();
    return child;
}

Status ChildProcess::prepare() {
    page_ = raised(memfd_create("runnel-codec-page", MFD_CLOEXEC));
    words_ = raised(memfd_create("runnel-codec-words", MFD_CLOEXEC));
    if (page_ < 0 || words_ < 0) return failure("shared memory", errno);
    if (ftruncate(page_, sysconf(_SC_PAGESIZE)) != 0) return failure("shared memory", errno);
    void* page = mmap(nullptr, sizeof(*begun_), PROT_READ | PROT_WRITE, MAP_SHARED, page_, 0);
    if (page == MAP_FAILED) return failure("shared memory", errno);
    begun_ = static_cast<std::atomic<std::uint64_t>*>(page);
    return Done{};
}

Status ChildProcess::spawn(int program, int theirs) {
    Inheritance inheritance;
    inheritance.giveNothing(0);
    inheritance.giveNothing(1);
    inheritance.give(words_, 2);
    inheritance.give(theirs, 3);
    inheritance.give(page_, 4);
    // A path and not a descriptor, since posix_spawn, unlike fork, costs nothing in a large
    // process.
    const std::string path = "/proc/self/fd/" + std::to_string(program);
    const int result = inheritance.spawn(pid_, path.c_str());
    if (result == 0) return Done{};
    pid_ = 0;
    return failure("posix_spawn of a file in memory (is /proc mounted, vm.memfd_noexec below 2?)",
                   result);
}

ChildProcess::~ChildProcess() {
    if (pid_ != 0) (void)end();
    if (begun_ != nullptr) munmap(begun_, sizeof(*begun_));
    for (const int fd : {socket_, page_, words_}) {
        if (fd >= 0) close(fd);
    }
}

std::string ChildProcess::lastWords() const {
    std::array<char, 300> words{};
    const ssize_t size = pread(words_, words.data(), words.size(), 0);
    std::string text{words.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    for (char& c : text) {
        if (c < ' ') c = ' ';
    }
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

std::string ChildProcess::end() {
    if (pid_ != 0) {
        int status = 0;
        const pid_t pid = pid_;
        kill(pid, SIGKILL);  // nothing, if it has ended
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
        status_ = status;
    }
    std::string how;
    if (WIFSIGNALED(status_)) {
        const int signal = WTERMSIG(status_);
        how = "was ended by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
    } else {
        how = "ended with status " + std::to_string(WEXITSTATUS(status_));
    }
    const std::string words = lastWords();
    return words.empty() ? how : how + ": " + words;
}

}  // namespace runnel::javascript
