// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/traffic_routes.h"

#include <gtest/gtest.h>

#include "tests/admin/route_call.h"
#include "tests/support/manual_clock.h"

namespace runnel::test {
namespace {

TEST(TrafficRoutesTest, ShowTheLastHourOldestFirst) {
    ManualClock clock;
    TrafficHistory history(clock);
    const admin::Routes routes = admin::trafficRoutes(history);
    const RouteCall call{.method = "GET", .pattern = "/api/v1/traffic"};
    EXPECT_EQ(call.routeOf(routes).need, admin::Need::SeeEverything);
    EXPECT_EQ(call.answer(routes).body, R"({"stepSeconds":10,"samples":[]})");
    for (const std::uint64_t taken : {7U, 8U}) {
        clock.advance(TrafficHistory::kStep);
        history.look([&] { return TrafficSample{{}, taken, 5, 2, 3}; });
    }
    EXPECT_EQ(call.answer(routes).body,
              R"({"stepSeconds":10,"samples":[{"time":"2023-11-14T22:13:30.000Z",)"
              R"("taken":7,"settled":5,"sessions":2,"pending":3},)"
              R"({"time":"2023-11-14T22:13:40.000Z",)"
              R"("taken":8,"settled":5,"sessions":2,"pending":3}]})");
}

}  // namespace
}  // namespace runnel::test
