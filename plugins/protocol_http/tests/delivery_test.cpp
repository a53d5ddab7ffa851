// SPDX-License-Identifier: Apache-2.0
#include "delivery.h"

#include <Poco/InflatingStream.h>
#include <gmock/gmock.h>

#include <iterator>
#include <sstream>

#include "parcels.h"

namespace runnel::http {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class DeliveryTest : public ::testing::Test {
  protected:
    /// Of all that is in the lanes.
    Delivery make(const std::vector<Parcel>& parcels) {
        Lanes lanes;
        for (const Parcel& each : parcels) lanes.add(each);
        options_ = *readOptions(stream_, {});
        return makeDelivery(lanes.pick(options_.batch), stream_, options_);
    }
    void set(const std::string& name, Value value) {
        std::erase_if(stream_.options, [&](const Field& one) { return one.name == name; });
        stream_.options.push_back({name, std::move(value)});
    }
    StreamConfig stream_ = erp();
    WebhookOptions options_;
};

TEST_F(DeliveryTest, ADocumentIsTheBodyAndItsMessageFillsTheAddress) {
    set("url", {std::string("https://erp.example/{event}/{DeviceEUI}?name={DeviceName}")});
    set("headers", {Fields{{"X-Port", {std::string("{Port}")}}}});
    const Delivery delivery = make({parcel(1, {R"({"a":1})"})});
    EXPECT_EQ(delivery.url, "https://erp.example/up/0080E1150529E258?name=Bay%201%2Fnorth");
    EXPECT_EQ(delivery.body, R"({"a":1})");
    EXPECT_THAT(delivery.headers, Contains("X-Port: 2"));
    EXPECT_THAT(delivery.headers, Contains("Content-Type: application/json"));
    EXPECT_THAT(delivery.headers, Contains("webhook-id: 70B3D57ED0000001/erp:1001"));
}

TEST_F(DeliveryTest, TheIdIsTheSameForTheSameDocumentAndAnotherForWhatIsAskedForAgain) {
    Parcel redelivered = parcel(9, {"{}"});
    redelivered.message = parcel(1, {"{}"}).message;
    redelivered.isRedelivered = true;
    EXPECT_EQ(make({redelivered}).id, make({parcel(1, {"{}"})}).id);
    Parcel replayed = parcel(1, {"{}"});
    replayed.isReplay = true;
    const Delivery again = make({replayed});
    EXPECT_EQ(again.id, "70B3D57ED0000001/erp:1001:again-1");
    EXPECT_THAT(again.headers, Contains("runnel-replay: true"));
    EXPECT_EQ(make({parcel(1, {"{}", "{}"})}).id, "70B3D57ED0000001/erp:1001-0");
}

TEST_F(DeliveryTest, ABatchIsAnArrayOrLinesAlsoOfOne) {
    set("batch", {std::int64_t{10}});
    EXPECT_EQ(make({parcel(1, {"{\n}"})}).body, "[{\n}]");
    const Delivery two = make({parcel(1, {"1"}), parcel(2, {"2"})});
    EXPECT_EQ(two.body, "[1,2]");
    EXPECT_EQ(two.id, "70B3D57ED0000001/erp:1001+1");
    set("batchAs", {std::string("lines")});
    const Delivery lines = make({parcel(1, {"{\n}"}), parcel(2, {"2"})});
    EXPECT_EQ(lines.body, "{ }\n2\n");
    EXPECT_THAT(lines.headers, Contains("Content-Type: application/x-ndjson"));
}

TEST_F(DeliveryTest, ABodyMayBeCompressed) {
    set("gzip", {true});
    const Delivery delivery = make({parcel(1, {std::string(1000, 'x')})});
    EXPECT_LT(delivery.body.size(), 100U);
    EXPECT_THAT(delivery.headers, Contains("Content-Encoding: gzip"));
    std::istringstream in(delivery.body);
    Poco::InflatingInputStream inflated(in, Poco::InflatingStreamBuf::STREAM_GZIP);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(inflated), {}), std::string(1000, 'x'));
}

TEST_F(DeliveryTest, ATrySaysWhenItIsAndIsSignedOverWhatIsSent) {
    set("signingSecret", {std::string("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")});
    set("bearer", {std::string("let-me-in")});
    set("gzip", {true});
    const Delivery delivery = make({parcel(1, {"{}"})});
    const auto headers = headersOf(delivery, options_, 1'700'000'000);
    EXPECT_THAT(headers, Contains("webhook-timestamp: 1700000000"));
    EXPECT_THAT(headers, Contains("Authorization: Bearer let-me-in"));
    EXPECT_THAT(headers, Contains("webhook-signature: " +
                                  options_.signer.sign(delivery.id, 1'700'000'000, delivery.body)));
    set("signingSecret", {std::string()});
    const Delivery plain = make({parcel(1, {"{}"})});
    EXPECT_THAT(headersOf(plain, options_, 1), Not(Contains(StartsWith("webhook-signature"))));
}

TEST_F(DeliveryTest, ReceiptsAreADeliveryOfTheirOwn) {
    set("receiptUrl", {std::string("https://erp.example/receipts")});
    options_ = *readOptions(stream_, {});
    const Delivery one = makeReceipts({"{}"}, 7, stream_, options_);
    EXPECT_EQ(one.body, "{}");
    EXPECT_EQ(one.id, "70B3D57ED0000001/erp:receipt-7");
    EXPECT_TRUE(one.items.empty());
    EXPECT_EQ(makeReceipts({"1", "2"}, 8, stream_, options_).body, "[1,2]");
}

}  // namespace
}  // namespace runnel::http
