// SPDX-License-Identifier: Apache-2.0
#include "template/decoding.h"

#include <gmock/gmock.h>

#include "tests/support/template_bench.h"

namespace runnel::test {
namespace {

using ::testing::HasSubstr;

class Waiter final : public DecodingWaiter {
  public:
    void decoded() override { ++told; }
    int told = 0;
};

class DecodingTest : public ::testing::Test {
  protected:
    DecodingTest() { bench_.configure({TemplateBench::spec("acme")}); }
    DecodingPtr make(Bytes payload, const std::string& reference = "acme") {
        return std::make_shared<Decoding>(bench_.templates.find(reference),
                                          TemplateBench::uplink(std::move(payload)));
    }
    static void begin(std::vector<DecodingPtr> decodings) { Decoding::begin(decodings); }

    TemplateBench bench_;
};

TEST_F(DecodingTest, HasTheFieldsOnceItWasBegun) {
    const auto one = make({7});
    EXPECT_FALSE(one->isDone());
    begin({one});
    ASSERT_TRUE(one->isDone());
    ASSERT_NE(one->fields(), nullptr);
    EXPECT_EQ(valueOr<std::int64_t>(*one->fields(), "value", 0), 7);
    EXPECT_EQ(one->error(), nullptr);
}

TEST_F(DecodingTest, SaysWhyThereAreNone) {
    const auto one = make({});
    begin({one});
    EXPECT_EQ(one->fields(), nullptr);
    ASSERT_NE(one->error(), nullptr);
    EXPECT_THAT(one->error()->reason, HasSubstr("the payload is empty"));
}

TEST_F(DecodingTest, IsDecodedOnceHoweverManyBeginIt) {
    const auto one = make({7});
    begin({one, one});
    begin({one});
    EXPECT_EQ(bench_.codec.jobs().size(), 1U);
}

TEST_F(DecodingTest, ManyAreOneCallInTheirOrder) {
    begin({make({1}), make({2}), make({3})});
    const auto jobs = bench_.codec.jobs();
    ASSERT_EQ(jobs.size(), 3U);
    EXPECT_EQ(jobs[0].payload, Bytes{1});
    EXPECT_EQ(jobs[2].payload, Bytes{3});
    EXPECT_EQ(jobs[0].device, Eui{0xD1});
    EXPECT_EQ(jobs[0].port, 2);
}

TEST_F(DecodingTest, ATemplateInTroubleIsDoneAtOnceWithItsTrouble) {
    const auto one = make({7}, "forgotten");
    begin({one});
    ASSERT_TRUE(one->isDone());
    EXPECT_THAT(one->error()->reason, HasSubstr("there is no device template 'forgotten'"));
}

TEST_F(DecodingTest, TellsWhoWaitsOnceAndNobodyWhoCameTooLate) {
    bench_.codec.hold();
    const auto one = make({7});
    begin({one});
    const auto early = std::make_shared<Waiter>();
    const auto late = std::make_shared<Waiter>();
    EXPECT_TRUE(one->tell(early));
    EXPECT_EQ(early->told, 0);
    bench_.codec.release();
    EXPECT_EQ(early->told, 1);
    EXPECT_FALSE(one->tell(late));
    EXPECT_EQ(late->told, 0);
}

TEST_F(DecodingTest, WhoHasGoneIsNotTold) {
    bench_.codec.hold();
    const auto one = make({7});
    begin({one});
    EXPECT_TRUE(one->tell(std::make_shared<Waiter>()));
    bench_.codec.release();
    EXPECT_TRUE(one->isDone());
}

}  // namespace
}  // namespace runnel::test
