// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/stages.h"

#include <algorithm>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>

#include "tests/bench/floor.h"

namespace runnel::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFrameHeader = 4;  // of a document between 126 and 65,535 bytes
constexpr std::size_t kPostingConnections = 32;
constexpr std::chrono::seconds kPatience{120};  // without anything getting done
constexpr std::chrono::milliseconds kLook{5};

double ownMicroseconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

void say(const std::string& text) {
    std::cout << text << std::endl;
}

}  // namespace

Stages::Stages(const Options& options)
    : options_(options),
      broker_(loop_, options),
      fleet_(loop_, broker_.streamAddress(), streamsFor(options.sessions), traffic_),
      publisher_(loop_, broker_.postAddress(), kPostingConnections) {
    figures_.streams = streamsFor(options.sessions);
    figures_.documentBytes = traffic_.documentSize();
}

Figures Stages::run() {
    say("runneld is ready, process " + std::to_string(broker_.pid()));
    openSessions();
    if (options_.seconds > 0) {
        say("steady: " + std::to_string(options_.rate) + " messages/s for " +
            std::to_string(options_.seconds) + " s");
        figures_.steady = steady();
    }
    if (options_.messages > 0) {
        say("backlog: " + std::to_string(options_.messages) + " messages, " +
            std::to_string(options_.window) + " at once");
        figures_.backlog = backlog();
    }
    awaitSettled();
    figures_.pongs = fleet_.pings();
    figures_.afterKilobytes = (broker_.residentKilobytes() - figures_.baseKilobytes) /
                              static_cast<double>(options_.sessions - figures_.streams);
    comeBack();
    measureFloors();
    return figures_;
}

/// The same traffic by bare OpenSSL, as far as the limit of open files goes for both ends.
void Stages::measureFloors() {
    say("the same by bare OpenSSL");
    FloorSize size{.sessions = std::min<std::size_t>(options_.sessions, 2000),
                   .frameBytes = figures_.documentBytes + kFrameHeader,
                   .framesPerRound = 1,
                   .rounds = options_.rate * std::min<std::size_t>(options_.seconds, 5),
                   .roundsPerSecond = options_.rate};
    if (figures_.steady) figures_.steady->floorMicroseconds = measureFloor(size);
    size.framesPerRound = options_.window;
    size.rounds = std::clamp<std::size_t>(options_.messages / options_.window, 1, 40);
    size.roundsPerSecond = 0;
    if (figures_.backlog) figures_.backlog->floorMicroseconds = measureFloor(size);
}

/// Runs the loop until the condition holds.
void Stages::until(const char* what, std::chrono::seconds patience,
                   const std::function<bool()>& condition) {
    const auto end = Clock::now() + patience;
    const auto isBroken = [&] { return fleet_.hasFailed() || !publisher_.failure().empty(); };
    const net::TimerId look = loop_.every(kLook, [&] {
        if (condition() || isBroken() || Clock::now() >= end) loop_.stop();
    });
    loop_.run();
    loop_.cancel(look);
    if (isBroken()) {
        throw std::runtime_error(std::string(what) + ": " +
                                 (fleet_.hasFailed() ? fleet_.failure() : publisher_.failure()));
    }
    if (condition()) return;
    throw std::runtime_error(std::string(what) + ": not finished in time; " +
                             std::to_string(fleet_.openSessions()) + " sessions, " +
                             std::to_string(traffic_.posted()) + " messages posted, " +
                             std::to_string(traffic_.completed()) + " of them at every session");
}

void Stages::deliverOne(const char* what) {
    until(what, kPatience, [&] { return publisher_.canPost(); });
    publisher_.post(traffic_.next());
    until(what, kPatience, [&] { return traffic_.underWay() == 0; });
}

/// The first session of each stream and the first message bring runneld's code and buffers into
/// memory; they count as what runneld needs without sessions.
void Stages::openSessions() {
    fleet_.open(figures_.streams);
    until("first sessions", kPatience, [&] { return fleet_.isComplete(); });
    deliverOne("first message");
    awaitSettled();
    figures_.baseKilobytes = broker_.residentKilobytes();
    const double before = broker_.cpuMicroseconds();
    fleet_.open(options_.sessions);
    std::size_t said = 0;
    until("opening sessions", kPatience * 5, [&] {
        if (fleet_.openSessions() >= said + 1000) {
            said = fleet_.openSessions() / 1000 * 1000;
            say(std::to_string(said) + " sessions are open");
        }
        return fleet_.isComplete();
    });
    const auto sessions = static_cast<double>(options_.sessions - figures_.streams);
    figures_.handshakeMicroseconds = (broker_.cpuMicroseconds() - before) / sessions;
    figures_.idleKilobytes = (broker_.residentKilobytes() - figures_.baseKilobytes) / sessions;
    say("all " + std::to_string(options_.sessions) + " sessions are open");
}

Spent Stages::measured(const std::function<void()>& work) {
    const auto began = Clock::now();
    const Spent before{traffic_.deliveries(),        broker_.writes(), 0, broker_.cpuMicroseconds(),
                       broker_.systemMicroseconds(), ownMicroseconds()};
    work();
    Spent spent;
    spent.deliveries = traffic_.deliveries() - before.deliveries;
    spent.writes = broker_.writes() - before.writes;
    spent.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    spent.brokerMicroseconds = broker_.cpuMicroseconds() - before.brokerMicroseconds;
    spent.brokerSystemMicroseconds = broker_.systemMicroseconds() - before.brokerSystemMicroseconds;
    spent.benchMicroseconds = ownMicroseconds() - before.benchMicroseconds;
    return spent;
}

Spent Stages::steady() {
    const std::size_t end = traffic_.posted() + options_.rate * options_.seconds;
    return measured([&] {
        const net::TimerId beat = loop_.every(std::chrono::milliseconds(1000 / options_.rate), [&] {
            // One at a time in this order: a post that has to wait is made up for later.
            if (traffic_.posted() < end && publisher_.canPost()) {
                publisher_.post(traffic_.next());
            }
        });
        until("steady", kPatience + 4 * std::chrono::seconds(options_.seconds),
              [&] { return traffic_.posted() == end && traffic_.underWay() == 0; });
        loop_.cancel(beat);
    });
}

void Stages::postIfPossible(std::size_t end) {
    while (traffic_.posted() < end && traffic_.underWay() < options_.window &&
           publisher_.canPost()) {
        publisher_.post(traffic_.next());
    }
}

Spent Stages::backlog() {
    const std::size_t end = traffic_.posted() + options_.messages;
    const auto post = [this, end] { postIfPossible(end); };
    return measured([&] {
        publisher_.setAnswered(post);
        fleet_.setCompleted(post);
        loop_.post(post);
        std::size_t said = traffic_.completed();
        until("backlog", kPatience * 10, [&] {
            if (traffic_.completed() >= said + options_.messages / 4) {
                said = traffic_.completed();
                say(std::to_string(end - said) + " messages to go");
            }
            return traffic_.completed() == end;
        });
        publisher_.setAnswered(nullptr);
        fleet_.setCompleted(nullptr);
    });
}

/// A PING behind the last document of every session, answered.
void Stages::awaitSettled() {
    until("PINGs behind the last documents", kPatience, [&] { return fleet_.areAllCovered(); });
}

/// Everybody leaves, one session of each stream comes back. What had not been settled would come
/// again, before the next message.
void Stages::comeBack() {
    say("everybody leaves, one session of each stream comes back");
    fleet_.closeAll();
    until("closing", kPatience, [&] { return fleet_.openSessions() == 0; });
    fleet_.reset();
    fleet_.open(figures_.streams);
    until("coming back", kPatience, [&] { return fleet_.isComplete(); });
    deliverOne("one more message");
    figures_.isSettled = true;
}

}  // namespace runnel::bench
