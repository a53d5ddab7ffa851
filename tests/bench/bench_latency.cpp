// SPDX-License-Identifier: Apache-2.0
// bench_latency: from the start of a POST to the document at the client, at a steady rate. See
// README.md.
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "tests/bench/broker_process.h"
#include "tests/bench/disk_floor.h"
#include "tests/bench/fleet.h"
#include "tests/bench/options.h"
#include "tests/bench/publisher.h"

using namespace runnel;
using namespace runnel::bench;

namespace {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kWrongUse = 2;
constexpr std::size_t kConnections = 128;  // posts that may be under way
constexpr double kAllowedMilliseconds = 10;
constexpr double kAllowedFloors = 3;
constexpr std::size_t kFloorSyncs = 500;
constexpr std::size_t kFloorBytes = 4096;  // a group of nine messages
constexpr std::chrono::seconds kPatience{60};

/// Posts at a rate, whatever becomes of earlier posts, and times each from the moment at which it
/// was due.
class Course final {
  public:
    explicit Course(const Options& options)
        : options_(options),
          broker_(loop_, options),
          publisher_(loop_, broker_.postAddress(), kConnections),
          fleet_(loop_, broker_.streamAddress(), 1, traffic_) {}

    std::vector<double> run() {
        fleet_.setCompleted([this] { arrived(); });
        fleet_.open(1);
        runUntil([this] { return fleet_.isComplete() && publisher_.canPost(); });
        start_ = loop_.now();
        const double cpuBefore = broker_.cpuMicroseconds();
        const net::TimerId timer =
            loop_.every(std::chrono::milliseconds(1), [this] { postWhatIsDue(); });
        runUntil([this] { return traffic_.completed() == wanted(); });
        loop_.cancel(timer);
        cpu_ = (broker_.cpuMicroseconds() - cpuBefore) / static_cast<double>(wanted());
        return milliseconds_;
    }
    double cpuPerMessage() const { return cpu_; }

  private:
    std::size_t wanted() const { return options_.rate * options_.seconds; }
    Time dueTime(std::size_t number) const {
        const auto after = std::chrono::duration<double>(static_cast<double>(number) /
                                                         static_cast<double>(options_.rate));
        return start_ + std::chrono::duration_cast<Time::duration>(after);
    }

    void postWhatIsDue() {
        while (traffic_.posted() < wanted() && publisher_.canPost() &&
               dueTime(traffic_.posted()) <= std::chrono::steady_clock::now()) {
            publisher_.post(traffic_.next());
        }
    }

    void arrived() {
        const Milliseconds took =
            std::chrono::steady_clock::now() - dueTime(traffic_.lastCompleted());
        milliseconds_.push_back(took.count());
    }

    template <class Condition>
    void runUntil(Condition&& isReached) {
        bool isLate = false;
        const net::TimerId limit =
            loop_.after(std::chrono::seconds(options_.seconds) + kPatience, [&] { isLate = true; });
        const net::TimerId looking = loop_.every(std::chrono::milliseconds(1), [&] {
            if (isLate || fleet_.hasFailed() || !publisher_.failure().empty() || isReached()) {
                loop_.stop();
            }
        });
        loop_.run();
        loop_.cancel(limit);
        loop_.cancel(looking);
        if (isLate) throw std::runtime_error("not finished in time");
        if (fleet_.hasFailed()) throw std::runtime_error(fleet_.failure());
        if (!publisher_.failure().empty()) throw std::runtime_error(publisher_.failure());
    }

    const Options options_;
    net::EventLoop loop_;
    BrokerProcess broker_;
    Traffic traffic_;
    Publisher publisher_;
    Fleet fleet_;
    Time start_;
    std::vector<double> milliseconds_;
    double cpu_ = 0;
};

void print(const char* what, const std::vector<double>& values) {
    std::cout << std::left << std::setw(34) << what << std::right << std::fixed
              << std::setprecision(2) << std::setw(9) << quantile(values, 0.5) << std::setw(9)
              << quantile(values, 0.99) << std::setw(9) << quantile(values, 1) << "\n";
}

/// False if the budget is exceeded.
bool measure(const Options& options) {
    const TemporaryDirectory directory;
    std::vector<double> floor = syncEach(directory.path(), kFloorSyncs, kFloorBytes);
    Course course(options);
    const std::vector<double> took = course.run();
    const std::vector<double> after = syncEach(directory.path(), kFloorSyncs, kFloorBytes);
    floor.insert(floor.end(), after.begin(), after.end());
    const double budget = kAllowedMilliseconds + kAllowedFloors * quantile(floor, 0.99);
    const double p99 = quantile(took, 0.99);
    std::cout << options.rate << " messages/s for " << options.seconds
              << " s, one WebSocket client\n"
              << std::setw(43) << "p50 ms" << std::setw(9) << "p99 ms" << std::setw(9) << "max ms"
              << "\n";
    print("POST to the client's receipt", took);
    print("bare write + fdatasync, before+after", floor);
    std::cout << "p99 budget (10 ms + 3 fdatasync p99) " << budget
              << " ms: " << (p99 <= budget ? "met" : "NOT MET") << "\n"
              << "CPU of runneld per message           " << course.cpuPerMessage() << " us\n";
    return p99 <= budget || options.isUnchecked;
}

}  // namespace

int main(int argc, char** argv) {
    std::string complaint;
    Options defaults;
    defaults.sessions = 2;
    defaults.rate = 1000;
    const auto options =
        readOptions({argv + 1, static_cast<std::size_t>(argc - 1)}, complaint, defaults);
    if (!options) {
        std::cerr << complaint << "\nbench_latency --runneld FILE --plugins DIRECTORY"
                  << " [--rate 1000] [--seconds 10] [--unchecked]\n";
        return kWrongUse;
    }
    try {
        return measure(*options) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::cout << "FAILED: " << error.what() << std::endl;
        return EXIT_FAILURE;
    }
}
