// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "events/network_event.h"

namespace runnel::events::test {

inline void expectSameFields(const Fields& a, const Fields& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].name, b[i].name);
        ASSERT_EQ(a[i].value.is.index(), b[i].value.is.index()) << a[i].name;
        if (const auto* number = std::get_if<double>(&a[i].value.is)) {
            EXPECT_EQ(*number, std::get<double>(b[i].value.is)) << a[i].name;
        } else if (const auto* flag = std::get_if<bool>(&a[i].value.is)) {
            EXPECT_EQ(*flag, std::get<bool>(b[i].value.is)) << a[i].name;
        } else {
            EXPECT_EQ(std::get<std::string>(a[i].value.is), std::get<std::string>(b[i].value.is));
        }
    }
}

/// Every member that a connector fills is equal, or both are to be ignored for the same reason.
inline void expectSameEvent(const NetworkEvent& a, const NetworkEvent& b) {
    EXPECT_EQ(a.queueItem, b.queueItem);
    EXPECT_EQ(a.ignored, b.ignored);
    if (!a.ignored.empty()) return;
    const Message& x = a.message;
    const Message& y = b.message;
    EXPECT_EQ(x.kind, y.kind);
    EXPECT_EQ(x.isConfirmed, y.isConfirmed);
    EXPECT_EQ(x.port, y.port);
    EXPECT_EQ(x.device, y.device);
    EXPECT_EQ(x.application, y.application);
    EXPECT_EQ(x.frameCounter, y.frameCounter);
    EXPECT_EQ(x.frequencyHz, y.frequencyHz);
    EXPECT_EQ(x.region, y.region);
    EXPECT_EQ(x.dataRate, y.dataRate);
    EXPECT_EQ(x.networkTime, y.networkTime);
    EXPECT_EQ(x.payload, y.payload);
    EXPECT_EQ(x.networkApplication, y.networkApplication);
    EXPECT_EQ(x.networkDevice, y.networkDevice);
    EXPECT_EQ(x.deviceName, y.deviceName);
    EXPECT_EQ(x.originId, y.originId);
    EXPECT_EQ(x.downlinkId, y.downlinkId);
    EXPECT_EQ(x.text, y.text);
    expectSameFields(x.extra, y.extra);
    ASSERT_EQ(x.receptions.size(), y.receptions.size());
    for (std::size_t i = 0; i < x.receptions.size(); ++i) {
        EXPECT_EQ(x.receptions[i].gateway, y.receptions[i].gateway);
        EXPECT_EQ(x.receptions[i].rssiDbm, y.receptions[i].rssiDbm);
        EXPECT_EQ(x.receptions[i].snrDb, y.receptions[i].snrDb);
        EXPECT_EQ(x.receptions[i].time, y.receptions[i].time);
    }
}

}  // namespace runnel::events::test
