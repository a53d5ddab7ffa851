// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <string>

#include "net/event_loop.h"
#include "tests/bench/options.h"
#include "tests/support/temporary_directory.h"

namespace runnel::bench {

/// A stream takes 32 sessions.
constexpr std::size_t streamsFor(std::size_t sessions) {
    return (sessions + 31) / 32;
}
/// `stream` counts from 0.
std::string tokenOf(std::size_t stream);

constexpr const char* kApplication = "70B3D57ED0000001";
constexpr const char* kPostToken = "bench-posts-0000001";

/// A real runneld on a configuration of its own, as a child that dies with this process.
/// Thread safety: none; the loop's thread.
class BrokerProcess final : private net::EventHandler {
  public:
    /// Returns when it is ready. Throws std::runtime_error with its log when it does not get there.
    BrokerProcess(net::EventLoop& loop, const Options& options);
    ~BrokerProcess();

    pid_t pid() const { return pid_; }
    const std::string& streamAddress() const { return streamAddress_; }
    const std::string& postAddress() const { return postAddress_; }

    double residentKilobytes() const;
    double cpuMicroseconds() const;
    /// Of cpuMicroseconds, in ticks of 10 ms.
    double systemMicroseconds() const;
    /// How often it has called write(2), as OpenSSL does once for a record.
    std::uint64_t writes() const;

  private:
    void ready(std::uint32_t events) override;
    void writeConfiguration(const Options& options) const;
    [[noreturn]] void exec(const Options& options, int logFd) const;
    void awaitReady();
    bool readLog();
    double procFigure(const std::string& file, const std::string& name) const;
    void noteLine(const std::string& line);

    net::EventLoop& loop_;
    TemporaryDirectory directory_;
    pid_t pid_ = -1;
    clockid_t clock_{};
    int logFd_ = -1;
    bool isReady_ = false;
    std::string unfinishedLine_;
    std::string log_;  // until it is ready
    std::string streamAddress_;
    std::string postAddress_;
};

}  // namespace runnel::bench
