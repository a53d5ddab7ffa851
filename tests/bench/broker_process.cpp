// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/broker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace runnel::bench {

namespace {

constexpr int kPatienceMs = 60'000;  // for one more line of the log while it starts

/// What stands behind `mark` up to the end of the line; empty when it is not there.
std::string behind(const std::string& line, const std::string& mark) {
    const std::size_t at = line.find(mark);
    return at == std::string::npos ? std::string() : line.substr(at + mark.size());
}

}  // namespace

std::string tokenOf(std::size_t stream) {
    std::string number = std::to_string(stream);
    return "bench-stream-" + std::string(6 - number.size(), '0') + number;
}

BrokerProcess::BrokerProcess(net::EventLoop& loop, const Options& options) : loop_(loop) {
    writeConfiguration(options);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe");
    }
    pid_ = ::fork();
    if (pid_ == 0) exec(options, pipe[1]);
    ::close(pipe[1]);
    logFd_ = pipe[0];
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    ::clock_getcpuclockid(pid_, &clock_);
    awaitReady();
    loop_.add(logFd_, EPOLLIN, *this);
}

BrokerProcess::~BrokerProcess() {
    if (isReady_ && logFd_ >= 0) loop_.remove(logFd_, *this);
    if (logFd_ >= 0) ::close(logFd_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void BrokerProcess::writeConfiguration(const Options& options) const {
    const std::filesystem::path applications = directory_.path() / "applications";
    std::filesystem::create_directory(applications);
    std::ofstream main(directory_.path() / "runnel.yaml");
    main << "data: data\nplugins: [" << options.plugins << "]\napplications: applications\n"
         << "protocols: {websocket: {listen: \"127.0.0.1:0\"}}\n"
         << "admin: {listen: \"\", socket: \"\"}\n"
         << "networks:\n  - name: posts\n    plugin: http\n"
         << "    options: {listen: \"127.0.0.1:0\", token: " << kPostToken << "}\n";
    std::ofstream application(applications / (std::string(kApplication) + ".yaml"));
    application << "name: Bench\nstreams:\n";
    for (std::size_t i = 0; i < streamsFor(options.sessions); ++i) {
        application << "  - {name: s" << i << ", token: " << tokenOf(i)
                    << ", options: {frameCounter: true}}\n";
    }
}

void BrokerProcess::exec(const Options& options, int logFd) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (options.isPinned) {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(0, &cores);
        ::sched_setaffinity(0, sizeof cores, &cores);
    }
    ::dup2(logFd, STDERR_FILENO);
    const std::string configuration = (directory_.path() / "runnel.yaml").string();
    ::execl(options.runneld.c_str(), "runneld", "--config", configuration.c_str(), nullptr);
    const std::string text = "cannot run " + options.runneld.string() + "\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(127);
}

void BrokerProcess::awaitReady() {
    while (!isReady_) {
        pollfd waiting{.fd = logFd_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, kPatienceMs) <= 0 || !readLog()) {
            throw std::runtime_error("runneld did not start:\n" + log_ + unfinishedLine_);
        }
    }
    log_.clear();
    if (streamAddress_.empty() || postAddress_.empty()) {
        throw std::runtime_error(
            "runneld does not listen: are protocol_websocket and network_http "
            "among the plugins?");
    }
}

void BrokerProcess::ready(std::uint32_t) {
    if (readLog()) return;
    loop_.remove(logFd_, *this);
    ::close(std::exchange(logFd_, -1));
}

/// False at the end of the log.
bool BrokerProcess::readLog() {
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(logFd_, buffer.data(), buffer.size());
    if (count <= 0) return count < 0 && errno == EINTR;
    unfinishedLine_.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = unfinishedLine_.find('\n')) != std::string::npos;) {
        noteLine(unfinishedLine_.substr(0, end));
        unfinishedLine_.erase(0, end + 1);
    }
    return true;
}

void BrokerProcess::noteLine(const std::string& line) {
    if (isReady_) {
        if (line.find(" info ") == std::string::npos) std::cout << "runneld: " << line << "\n";
        return;
    }
    log_ += line + "\n";
    if (const auto address = behind(line, "websocket listens on "); !address.empty()) {
        streamAddress_ = address;
    }
    if (const auto address = behind(line, "posts listens on "); !address.empty()) {
        postAddress_ = address;
    }
    isReady_ = line.find("broker: ready: ") != std::string::npos;
}

double BrokerProcess::residentKilobytes() const {
    return procFigure("status", "VmRSS:");
}

std::uint64_t BrokerProcess::writes() const {
    return static_cast<std::uint64_t>(procFigure("io", "syscw:"));
}

double BrokerProcess::procFigure(const std::string& file, const std::string& name) const {
    std::ifstream lines("/proc/" + std::to_string(pid_) + "/" + file);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name)) return std::stod(line.substr(name.size()));
    }
    return 0;
}

double BrokerProcess::cpuMicroseconds() const {
    timespec used{};
    ::clock_gettime(clock_, &used);
    return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

double BrokerProcess::systemMicroseconds() const {
    std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
    std::string text;
    std::getline(stat, text);
    // The name, in parentheses, may hold blanks; stime is the 13th word behind it (proc(5)).
    std::istringstream words(text.substr(text.rfind(')') + 1));
    std::string word;
    for (int i = 0; i < 13; ++i) words >> word;
    return std::stod(word) * 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace runnel::bench
