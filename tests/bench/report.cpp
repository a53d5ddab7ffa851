// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/report.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

namespace runnel::bench {

namespace {

/// What the design allows, and what bare epoll and OpenSSL needed on the machine that it was
/// measured on: README.md. On another machine, or a busy one, only budget divided by floor holds.
struct Budget {
    double allowed;
    double floor;
    double ratio() const { return allowed / floor; }
};
constexpr Budget kIdle{16.5, 14.0};
constexpr Budget kSteady{7.5, 5.3};
constexpr Budget kBacklog{0.6, 0.42};

std::string number(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

void printLine(std::ostream& out, const std::string& what, double measured, const Budget& budget) {
    std::array<char, 128> text{};
    std::snprintf(text.data(), text.size(), "  %-44s %9.2f %8.2f %7.2f", what.c_str(), measured,
                  budget.allowed, measured / budget.allowed);
    out << text.data();
}

void printSpentLine(std::ostream& out, const std::string& what, const Spent& spent,
                    const Budget& budget) {
    printLine(out, what, spent.perDelivery(), budget);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), " %9.2f %8.2f %8.2f\n", spent.floorMicroseconds,
                  spent.perDelivery() / spent.floorMicroseconds, budget.ratio());
    out << text.data();
}

void printSpent(std::ostream& out, const char* stage, const Spent& spent) {
    const double wall = spent.seconds * 1e6;
    out << "  " << stage << ": " << spent.deliveries << " documents in " << number(spent.seconds, 2)
        << " s, "
        << number(static_cast<double>(spent.deliveries) / static_cast<double>(spent.writes), 1)
        << " for a write; runneld used " << number(100 * spent.brokerMicroseconds / wall, 0)
        << " % of a core ("
        << number(100 * spent.brokerSystemMicroseconds / spent.brokerMicroseconds, 0)
        << " % of it in the kernel), the clients "
        << number(100 * spent.benchMicroseconds / wall, 0) << " %\n";
}

std::string json(const Spent& spent, const Budget& budget) {
    return "{\"microsecondsPerDelivery\":" + number(spent.perDelivery(), 4) +
           ",\"budget\":" + number(budget.allowed, 2) +
           ",\"ratio\":" + number(spent.perDelivery() / budget.allowed, 3) +
           ",\"floor\":" + number(spent.floorMicroseconds, 4) +
           ",\"timesFloor\":" + number(spent.perDelivery() / spent.floorMicroseconds, 3) +
           ",\"timesFloorAllowed\":" + number(budget.ratio(), 3) +
           ",\"deliveries\":" + std::to_string(spent.deliveries) +
           ",\"writes\":" + std::to_string(spent.writes) +
           ",\"seconds\":" + number(spent.seconds, 3) +
           ",\"brokerMicroseconds\":" + number(spent.brokerMicroseconds, 0) +
           ",\"brokerSystemMicroseconds\":" + number(spent.brokerSystemMicroseconds, 0) +
           ",\"benchMicroseconds\":" + number(spent.benchMicroseconds, 0) + "}";
}

}  // namespace

void printTable(std::ostream& out, const Options& options, const Figures& figures) {
    out << "\n"
        << options.sessions << " TLS WebSocket sessions, " << figures.streams
        << " streams, documents of " << figures.documentBytes << " bytes\n";
    out << "                                                measured   budget   ratio"
           "     floor  x floor  allowed\n";
    printLine(out, "resident KB per idle session", figures.idleKilobytes, kIdle);
    out << "\n";
    if (figures.steady) {
        printSpentLine(out, "CPU us per document, " + std::to_string(options.rate) + " messages/s",
                       *figures.steady, kSteady);
    }
    if (figures.backlog) {
        printSpentLine(out, "CPU us per document, backlog of " + std::to_string(options.window),
                       *figures.backlog, kBacklog);
    }
    out << "\n  runneld without sessions: " << number(figures.baseKilobytes / 1024, 1)
        << " MB; after all traffic " << number(figures.afterKilobytes, 1) << " KB per session\n"
        << "  opening a session: " << number(figures.handshakeMicroseconds, 0) << " us CPU\n";
    if (figures.steady) printSpent(out, "steady", *figures.steady);
    if (figures.backlog) printSpent(out, "backlog", *figures.backlog);
    out << "  PINGs answered: " << figures.pongs
        << "; everything settled: " << (figures.isSettled ? "yes" : "no") << "\n";
}

void writeJson(const Options& options, const Figures& figures) {
    std::ofstream out(options.json);
    out << "{\"sessions\":" << options.sessions << ",\"streams\":" << figures.streams
        << ",\"documentBytes\":" << figures.documentBytes
        << ",\"idleKilobytes\":{\"measured\":" << number(figures.idleKilobytes, 2)
        << ",\"budget\":" << number(kIdle.allowed, 2)
        << ",\"ratio\":" << number(figures.idleKilobytes / kIdle.allowed, 3) << "}"
        << ",\"afterTrafficKilobytes\":" << number(figures.afterKilobytes, 2)
        << ",\"baseKilobytes\":" << number(figures.baseKilobytes, 0)
        << ",\"openingMicroseconds\":" << number(figures.handshakeMicroseconds, 1);
    if (figures.steady) {
        out << ",\"rate\":" << options.rate << ",\"steady\":" << json(*figures.steady, kSteady);
    }
    if (figures.backlog) {
        out << ",\"window\":" << options.window
            << ",\"backlog\":" << json(*figures.backlog, kBacklog);
    }
    out << ",\"pongs\":" << figures.pongs
        << ",\"isSettled\":" << (figures.isSettled ? "true" : "false") << "}\n";
    out.close();
    if (!out) throw std::runtime_error("cannot write " + options.json.string());
}

}  // namespace runnel::bench
