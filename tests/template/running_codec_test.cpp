// SPDX-License-Identifier: Apache-2.0
#include "template/running_codec.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/support/fake_codec.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Keeps what it was answered; asks again from inside the answer, if told to.
class Asker final : public CodecClient {
  public:
    void answered(CodecAnswer&& answer) override {
        answers.push_back(std::move(answer));
        if (onAnswer) std::exchange(onAnswer, nullptr)();
    }
    std::vector<CodecAnswer> answers;
    std::function<void()> onAnswer;
};

class RunningCodecTest : public ::testing::Test {
  protected:
    std::shared_ptr<Asker> decode(const std::vector<std::uint8_t>& bytes) {
        auto asker = std::make_shared<Asker>();
        std::vector<RunningCodec::Task> tasks;
        for (const std::uint8_t byte : bytes) {
            CodecJob job;
            job.program = program_;
            job.payload = {byte};
            tasks.push_back({std::move(job), asker});
        }
        codec_->decode(tasks);
        return asker;
    }
    static std::vector<std::int64_t> values(const Asker& asker) {
        std::vector<std::int64_t> list;
        for (const CodecAnswer& answer : asker.answers) {
            list.push_back(answer.fields ? valueOr<std::int64_t>(*answer.fields, "value", -1) : -2);
        }
        return list;
    }

    FakeCodec fake_;
    std::shared_ptr<RunningCodec> codec_ = *RunningCodec::make(fake_.plugin(), fake_);
    std::uint32_t program_ = *codec_->load({});
};

TEST_F(RunningCodecTest, AnswersEachTaskInOneCallOfThePlugin) {
    const auto asker = decode({7, 8, 9});
    EXPECT_THAT(values(*asker), ElementsAre(7, 8, 9));
    EXPECT_EQ(codec_->counters().answered, 3U);
    EXPECT_EQ(codec_->counters().failed, 0U);
}

TEST_F(RunningCodecTest, GivesEachAnswerToWhoAskedWhateverTheirOrder) {
    fake_.hold();
    const auto first = decode({1});
    const auto second = decode({2});
    fake_.release(1);
    EXPECT_THAT(values(*first), ElementsAre());
    EXPECT_THAT(values(*second), ElementsAre(2));
    fake_.release();
    EXPECT_THAT(values(*first), ElementsAre(1));
}

TEST_F(RunningCodecTest, WhoIsAnsweredMayAskAgainAtOnce) {
    auto asker = std::make_shared<Asker>();
    std::shared_ptr<Asker> inner;
    asker->onAnswer = [&] { inner = decode({5}); };
    CodecJob job;
    job.program = program_;
    job.payload = {4};
    std::vector<RunningCodec::Task> tasks{{job, asker}};
    codec_->decode(tasks);
    ASSERT_TRUE(inner);
    EXPECT_THAT(values(*inner), ElementsAre(5));
}

TEST_F(RunningCodecTest, WhatThePluginThrowsFailsTheTasksAndNothingElse) {
    fake_.setThrow("on fire");
    const auto asker = decode({1, 2});
    ASSERT_EQ(asker->answers.size(), 2U);
    EXPECT_THAT(asker->answers[1].fields.error().reason, HasSubstr("on fire"));
    EXPECT_EQ(codec_->counters().failed, 2U);
    fake_.setThrow("");
    EXPECT_THAT(values(*decode({3})), ElementsAre(3));
}

TEST_F(RunningCodecTest, AnswersTwiceForATicketCountOnce) {
    fake_.hold();
    const auto asker = decode({1});
    CodecAnswer again;
    again.ticket = fake_.jobs().back().ticket;
    fake_.release();
    codec_->answer({&again, 1});
    EXPECT_EQ(asker->answers.size(), 1U);
    EXPECT_EQ(codec_->counters().answered, 1U);
}

TEST_F(RunningCodecTest, TheEndAnswersWhatIsOpenAndWhatComesLater) {
    fake_.hold();
    const auto open = decode({1});
    codec_->stop();
    const auto late = decode({2});
    for (const auto& asker : {open, late}) {
        ASSERT_EQ(asker->answers.size(), 1U);
        EXPECT_THAT(asker->answers[0].fields.error().reason, HasSubstr("has been stopped"));
    }
    EXPECT_FALSE(codec_->load({}));
    EXPECT_TRUE(fake_.isStopped());
}

TEST_F(RunningCodecTest, AProgramMayEndOnAThreadThatTheCallItselfWaitsFor) {
    const std::uint32_t other = *codec_->load({});
    fake_.setOnCall([&] { std::thread([&] { codec_->unload(other); }).join(); });
    decode({1});
    EXPECT_EQ(fake_.programs(), 1U) << "at the end of the call";
    fake_.setOnCall([&] { std::thread([&] { codec_->unload(program_); }).join(); });
    codec_->stop();
    EXPECT_TRUE(fake_.isStopped());
}

TEST_F(RunningCodecTest, ManyThreadsGetTheirOwnAnswers) {
    std::vector<std::thread> threads;
    std::array<std::vector<std::int64_t>, 4> seen;
    for (std::uint8_t i = 0; i < seen.size(); ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 500; ++round) {
                for (const std::int64_t value : values(*decode({i, i}))) seen[i].push_back(value);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(seen[i], std::vector<std::int64_t>(1000, static_cast<std::int64_t>(i)));
    }
}

}  // namespace
}  // namespace runnel::test
