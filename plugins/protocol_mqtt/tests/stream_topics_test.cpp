// SPDX-License-Identifier: Apache-2.0
#include "stream_topics.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace runnel::mqtt {
namespace {

constexpr Eui kApplication{0x70B3D57ED0000001};
constexpr Eui kDevice{0x0080E1150529E258};
const std::string kApp = "70B3D57ED0000001";
const std::string kDev = "0080E1150529E258";
const std::string kOther = "0000000000000009";

StreamConfig applicationStream() {
    StreamConfig stream;
    stream.application = kApplication;
    return stream;
}
StreamConfig deviceStream() {
    StreamConfig stream;
    stream.device = kDevice;
    return stream;
}
StreamConfig gatewayStream() {
    StreamConfig stream;
    stream.gateway = Eui{5};
    return stream;
}

Verdict judged(const StreamConfig& stream, const std::string& filter, Qos qos = 1) {
    return judge(stream, {.filter = filter, .qos = qos});
}

TEST(StreamTopicsTest, AMessageHasATopicOfItsOwn) {
    Message message;
    message.application = kApplication;
    message.device = kDevice;
    const StreamConfig stream = applicationStream();
    EXPECT_EQ(topicOf(stream, &message), kApp + "/" + kDev + "/up");
    message.kind = Kind::Join;
    message.application.reset();
    EXPECT_EQ(topicOf(stream, &message), "-/" + kDev + "/event");
}

TEST(StreamTopicsTest, AGapNoticeHasTheScopesTopic) {
    EXPECT_EQ(topicOf(applicationStream(), nullptr), kApp + "/-/event");
    EXPECT_EQ(topicOf(deviceStream(), nullptr), "-/" + kDev + "/event");
    EXPECT_EQ(topicOf(gatewayStream(), nullptr), "-/-/event");
}

struct ScopeRow {
    std::string filter;
    const char* application;  ///< of an application's stream: "messages", "receipts", "no"
    const char* device;
    const char* gateway;
};

const std::vector<ScopeRow>& scopeTable() {
    static const std::vector<ScopeRow> table{
        {"#", "messages", "messages", "messages"},
        {"+/#", "messages", "messages", "messages"},
        {"+/+/+", "messages", "messages", "messages"},
        {"+/+/#", "messages", "messages", "messages"},
        {"+/+/up/#", "messages", "messages", "messages"},
        {"+/+/event", "messages", "messages", "messages"},
        {"+/+/receipt", "receipts", "receipts", "receipts"},
        {kApp + "/#", "messages", "messages", "messages"},
        {kApp + "/+/up", "messages", "messages", "messages"},
        {kOther + "/+/up", "no", "messages", "messages"},
        {"-/+/up", "no", "messages", "messages"},
        {"+/" + kDev + "/up", "messages", "messages", "messages"},
        {"+/" + kOther + "/up", "messages", "no", "messages"},
        {"+/-/event", "messages", "no", "messages"},
        {kApp + "/" + kDev + "/down", "no", "no", "no"},
        {"+/+/down", "no", "no", "no"},
        {"+/+/up/more", "no", "no", "no"},
        {"+/+/status", "no", "no", "no"},
        {"+", "no", "no", "no"},
        {"+/+", "no", "no", "no"},
        {"$SYS/#", "no", "no", "no"},
        {"/" + kApp + "/+/up", "no", "no", "no"},
        {"70b3d57ed0000001/+/up", "no", "no", "no"},
        {"70-B3-D5-7E-D0-00-00-01/+/up", "no", "no", "no"},
        {kApp + "0/+/up", "no", "no", "no"},
        {kApp + "/+/up/", "no", "no", "no"},
        {kApp + "/+//up", "no", "no", "no"},
    };
    return table;
}

std::string inWords(const Verdict& verdict) {
    if (verdict.reason == Reason::NotAuthorized) return "no";
    EXPECT_EQ(verdict.reason, Reason::GrantedQos1);
    return verdict.wantsParcels ? "messages" : "receipts";
}

TEST(StreamTopicsTest, FiltersStayWithinTheScope) {
    for (const ScopeRow& row : scopeTable()) {
        EXPECT_EQ(inWords(judged(applicationStream(), row.filter)), row.application) << row.filter;
        EXPECT_EQ(inWords(judged(deviceStream(), row.filter)), row.device) << row.filter;
        EXPECT_EQ(inWords(judged(gatewayStream(), row.filter)), row.gateway) << row.filter;
    }
}

TEST(StreamTopicsTest, Qos2IsGrantedAsOne) {
    EXPECT_EQ(judged(applicationStream(), "#", 0).reason, Reason::Success);
    EXPECT_EQ(judged(applicationStream(), "#", 1).reason, Reason::GrantedQos1);
    EXPECT_EQ(judged(applicationStream(), "#", 2).reason, Reason::GrantedQos1);
}

TEST(StreamTopicsTest, SharedSubscriptionsAreRefused) {
    EXPECT_EQ(judged(applicationStream(), "$share/group/#").reason,
              Reason::SharedSubscriptionsNotSupported);
}

TEST(StreamTopicsTest, ADownlinkFindsItsDeviceAndItsReceiptsTopic) {
    const auto topic = parseDownTopic(applicationStream(), kApp + "/" + kDev + "/down");
    ASSERT_TRUE(topic);
    EXPECT_EQ(topic->device, kDevice);
    EXPECT_EQ(topic->receiptTopic, kApp + "/" + kDev + "/receipt");
}

TEST(StreamTopicsTest, ReceiptsGoToATopicThatAFilterCanName) {
    const auto topic =
        parseDownTopic(applicationStream(), "70b3d57ed0000001/0080e1150529e258/down");
    ASSERT_TRUE(topic) << "EUIs in any case";
    EXPECT_EQ(topic->receiptTopic, kApp + "/" + kDev + "/receipt");
}

TEST(StreamTopicsTest, DownlinksStayWithinTheScope) {
    const auto isTaken = [](const StreamConfig& stream, const std::string& topic) {
        return parseDownTopic(stream, topic).has_value();
    };
    EXPECT_TRUE(isTaken(applicationStream(), kApp + "/" + kOther + "/down"));
    EXPECT_FALSE(isTaken(applicationStream(), kOther + "/" + kDev + "/down"));
    EXPECT_FALSE(isTaken(applicationStream(), "-/" + kDev + "/down"));
    EXPECT_TRUE(isTaken(deviceStream(), "-/" + kDev + "/down"));
    EXPECT_TRUE(isTaken(deviceStream(), kApp + "/" + kDev + "/down"));
    EXPECT_FALSE(isTaken(deviceStream(), kApp + "/" + kOther + "/down"));
    for (const std::string topic : {"down", "/down", "//down", "a/b/down", "x"}) {
        EXPECT_FALSE(isTaken(gatewayStream(), topic)) << topic;
    }
    for (const std::string end : {"", "/", "/up", "/down/", "/down/more", "/Down"}) {
        EXPECT_FALSE(isTaken(applicationStream(), kApp + "/" + kDev + end)) << end;
    }
    EXPECT_FALSE(isTaken(applicationStream(), kApp + "/-/down")) << "a downlink has a device";
}

}  // namespace
}  // namespace runnel::mqtt
