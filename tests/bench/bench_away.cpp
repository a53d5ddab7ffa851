// SPDX-License-Identifier: Apache-2.0
// bench_away: an application that was away for many messages comes back and gets them all. See
// README.md.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "tests/bench/broker_process.h"
#include "tests/bench/options.h"
#include "tests/bench/publisher.h"
#include "tests/bench/stream_client.h"
#include "tests/bench/traffic.h"

using namespace runnel;
using namespace runnel::bench;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWrongUse = 2;
constexpr std::size_t kConnections = 512;     // posts that may be under way
constexpr double kAllowedGrowth = 64 * 1024;  // kilobytes, for a backlog of any length
constexpr std::chrono::minutes kPatience{20};
constexpr std::chrono::milliseconds kLook{50};

class Absence final : private ClientEvents {
  public:
    explicit Absence(const Options& options)
        : wanted_(options.messages),
          isUnchecked_(options.isUnchecked),
          broker_(loop_, options),
          publisher_(loop_, broker_.postAddress(), kConnections) {
        traffic_.setSessions(1);
    }

    /// False if the broker's memory has grown with the backlog.
    bool run() {
        const double before = broker_.residentKilobytes();
        const double publishSeconds = publishAll();
        const double away = broker_.residentKilobytes();
        const double cpuBefore = broker_.cpuMicroseconds();
        const double seconds = comeBack();
        const double cpu = broker_.cpuMicroseconds() - cpuBefore;
        const auto count = static_cast<double>(wanted_);
        std::cout << std::fixed << std::setprecision(1) << wanted_ << " messages of "
                  << traffic_.documentSize() << " bytes, one WebSocket client\n"
                  << "journaled while it was away     " << count / publishSeconds << " /s\n"
                  << "caught up, all in order         " << count / seconds << " /s\n"
                  << std::setprecision(2) << "CPU of runneld per message      " << cpu / count
                  << " us (catch-up)\n"
                  << std::setprecision(1) << "resident MB: at first           " << before / 1024
                  << "\n"
                  << "             with the backlog   " << away / 1024 << "\n"
                  << "             while it caught up " << peak_ / 1024 << " at most\n";
        return peak_ - before <= kAllowedGrowth || isUnchecked_;
    }

  private:
    double publishAll() {
        const auto post = [this] {
            while (traffic_.posted() < wanted_ && publisher_.canPost()) {
                publisher_.post(traffic_.next());
            }
        };
        publisher_.setAnswered([this, post] {
            ++answered_;
            post();
            report("journaled", answered_);
        });
        const net::TimerId starting = loop_.after(kLook, post);
        const auto start = Clock::now();
        runUntil([this] { return answered_ == wanted_; });
        loop_.cancel(starting);
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

    double comeBack() {
        const auto start = Clock::now();
        const net::TlsContext tls =
            net::TlsContext::client({.isVerifying = false, .caPem = {}, .identity = {}});
        ClientEvents& events = *this;
        client_ = std::make_unique<StreamClient>(
            loop_, StreamClient::Target{broker_.streamAddress(), tokenOf(0), tls, 0}, events);
        runUntil([this] { return traffic_.completed() == wanted_; });
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

    /// A line for every tenth.
    void report(const char* what, std::size_t count) const {
        const std::size_t tenth = std::max<std::size_t>(wanted_ / 10, 1);
        if (count % tenth == 0) std::cout << what << " " << count << std::endl;
    }

    void isOpen(StreamClient&) override {}
    bool document(StreamClient& client, std::string_view text) override {
        if (!traffic_.arrived(client.nextDocument(), text)) return false;
        report("received", traffic_.completed());
        return true;
    }
    void ended(StreamClient&, std::string_view why) override {
        if (failure_.empty()) failure_ = "the session ended: " + std::string(why);
    }

    template <class Condition>
    void runUntil(Condition&& isReached) {
        bool isLate = false;
        const net::TimerId limit = loop_.after(kPatience, [&] { isLate = true; });
        const net::TimerId looking = loop_.every(kLook, [&] {
            peak_ = std::max(peak_, broker_.residentKilobytes());
            if (isLate || !failure_.empty() || !publisher_.failure().empty() || isReached()) {
                loop_.stop();
            }
        });
        loop_.run();
        loop_.cancel(limit);
        loop_.cancel(looking);
        if (isLate) throw std::runtime_error("not finished in time");
        if (!failure_.empty()) throw std::runtime_error(failure_);
        if (!publisher_.failure().empty()) throw std::runtime_error(publisher_.failure());
    }

    const std::size_t wanted_;
    const bool isUnchecked_;
    net::EventLoop loop_;
    BrokerProcess broker_;
    Traffic traffic_;
    Publisher publisher_;
    std::unique_ptr<StreamClient> client_;
    std::size_t answered_ = 0;
    double peak_ = 0;
    std::string failure_;
};

}  // namespace

int main(int argc, char** argv) {
    std::string complaint;
    Options defaults;
    defaults.sessions = 2;
    defaults.messages = 1'000'000;
    const auto options =
        readOptions({argv + 1, static_cast<std::size_t>(argc - 1)}, complaint, defaults);
    if (!options) {
        std::cerr << complaint << "\nbench_away --runneld FILE --plugins DIRECTORY"
                  << " [--messages 1000000] [--unchecked]\n";
        return kWrongUse;
    }
    try {
        return Absence(*options).run() ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::cout << "FAILED: " << error.what() << std::endl;
        return EXIT_FAILURE;
    }
}
