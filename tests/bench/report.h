// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>

#include "tests/bench/options.h"

namespace runnel::bench {

/// Where the CPU of one stage went.
struct Spent {
    std::uint64_t deliveries = 0;
    std::uint64_t writes = 0;       // calls of write(2) by runneld
    double seconds = 0;             // wall clock
    double brokerMicroseconds = 0;  // user and system
    double brokerSystemMicroseconds = 0;
    double floorMicroseconds = 0;  // per delivery, measured afterwards
    double benchMicroseconds = 0;  // this program's own

    double perDelivery() const { return brokerMicroseconds / static_cast<double>(deliveries); }
};

struct Figures {
    std::size_t streams = 0;
    std::size_t documentBytes = 0;
    double baseKilobytes = 0;          // runneld before the sessions came
    double idleKilobytes = 0;          // per idle session
    double afterKilobytes = 0;         // per session, after all traffic
    double handshakeMicroseconds = 0;  // per session: TLS, upgrade, stream
    std::optional<Spent> steady;
    std::optional<Spent> backlog;
    std::uint64_t pongs = 0;
    bool isSettled = false;  // nothing came again after everybody had left
};

void printTable(std::ostream& out, const Options& options, const Figures& figures);
void writeJson(const Options& options, const Figures& figures);

}  // namespace runnel::bench
