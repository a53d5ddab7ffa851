// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "net/event_loop.h"
#include "tests/bench/broker_process.h"
#include "tests/bench/fleet.h"
#include "tests/bench/options.h"
#include "tests/bench/publisher.h"
#include "tests/bench/report.h"
#include "tests/bench/traffic.h"

namespace runnel::bench {

/// One run, stage by stage. Every stage throws std::runtime_error when something is missing, wrong
/// or too late. Thread safety: none.
class Stages final {
  public:
    explicit Stages(const Options& options);

    Figures run();

  private:
    void openSessions();
    Spent steady();
    Spent backlog();
    void awaitSettled();
    void comeBack();
    void measureFloors();
    void postIfPossible(std::size_t end);
    Spent measured(const std::function<void()>& work);
    void until(const char* what, std::chrono::seconds patience,
               const std::function<bool()>& condition);
    void deliverOne(const char* what);

    const Options options_;
    net::EventLoop loop_;
    Traffic traffic_;
    BrokerProcess broker_;
    Fleet fleet_;
    Publisher publisher_;
    Figures figures_;
};

}  // namespace runnel::bench
