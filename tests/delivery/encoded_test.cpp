// SPDX-License-Identifier: Apache-2.0
#include "delivery/encoded.h"

#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Documents are "<rssi>", "none" without reception, empty for -1; a gap cannot be said.
class ReceptionFormat final : public Format {
  public:
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }
    Result<std::string> encode(const EncodeInput& input) const override {
        if (input.reception == nullptr) return std::string("none");
        if (input.reception->rssiDbm == -1) return std::string();
        if (input.reception->rssiDbm == 0) return Error{"RSSI", "zero"};
        return std::to_string(input.reception->rssiDbm);
    }
    std::string encode(const Receipt&) const override { return {}; }
    std::string encode(const Gap&) const override { throw std::runtime_error("no words"); }
    std::vector<Request> decode(const DecodeInput&) const override { return {}; }
};

Reception heard(std::optional<Eui> gateway, int rssi, float snr) {
    return {
        .gateway = gateway, .rssiDbm = static_cast<std::int16_t>(rssi), .snrDb = snr, .time = {}};
}

class EncodedTest : public ::testing::Test {
  protected:
    std::vector<std::string> documents(std::vector<Reception> receptions, View view) {
        auto message = std::make_shared<Message>();
        message->receptions = std::move(receptions);
        return Encoded(message, use_, view).documents().texts;
    }

    static constexpr View kAll{}, kBest{View::Which::Best, {}};
    static constexpr View kGateway{View::Which::Gateway, Eui{1}};
    FormatUse use_{"format_reception", std::make_unique<ReceptionFormat>()};
};

TEST_F(EncodedTest, ShowsEveryReceptionOrTheBestOrOneGateways) {
    const std::vector<Reception> three{heard(Eui{2}, -50, 3), heard(Eui{1}, -70, 9),
                                       heard(Eui{3}, -60, 9)};
    EXPECT_THAT(documents(three, kAll), ElementsAre("-50", "-70", "-60"));
    EXPECT_THAT(documents(three, kBest), ElementsAre("-60")) << "SNR first, then RSSI";
    EXPECT_THAT(documents(three, kGateway), ElementsAre("-70"));
}

TEST_F(EncodedTest, ShowsOneReceptionOfAGatewayWithTwoAntennas) {
    EXPECT_THAT(documents({heard(Eui{1}, -50, 3), heard(Eui{1}, -40, 3)}, kGateway),
                ElementsAre("-50"));
}

TEST_F(EncodedTest, HasOneDocumentWithoutReceptions) {
    for (const View view : {kAll, kBest, kGateway}) {
        EXPECT_THAT(documents({}, view), ElementsAre("none"));
    }
    EXPECT_THAT(documents({heard(std::nullopt, -50, 3)}, kGateway), ElementsAre("none"));
}

TEST_F(EncodedTest, LeavesOutEmptyDocumentsAndGivesUpAtAnError) {
    EXPECT_THAT(documents({heard(Eui{1}, -1, 0), heard(Eui{1}, -2, 0)}, kAll), ElementsAre("-2"));
    EXPECT_THAT(documents({heard(Eui{1}, -2, 0), heard(Eui{1}, 0, 0)}, kAll), IsEmpty());
}

TEST_F(EncodedTest, KeepsTheReasonOfAGapThatCannotBeSaid) {
    const Encoded gap(Gap{5, 9, 3, "retention"}, use_);
    EXPECT_EQ(gap.position(), 9U);
    ASSERT_NE(gap.gap(), nullptr);
    EXPECT_EQ(gap.gap()->messages, 3U);
    EXPECT_EQ(gap.message(), nullptr);
    ASSERT_TRUE(gap.documents().error);
    EXPECT_THAT(gap.documents().error->reason, HasSubstr("no words"));
    EXPECT_THAT(gap.documents().texts, IsEmpty());
}

TEST_F(EncodedTest, GivesAllThreadsTheSameDocuments) {
    for (int round = 0; round < 100; ++round) {
        const Encoded encoded(std::make_shared<Message>(), use_, kAll);
        std::latch start(2);
        const Encoded::Documents* other = nullptr;
        std::thread thread([&] {
            start.arrive_and_wait();
            other = &encoded.documents();
        });
        start.arrive_and_wait();
        const Encoded::Documents* mine = &encoded.documents();
        thread.join();
        EXPECT_EQ(mine, other);
    }
}

}  // namespace
}  // namespace runnel::test
