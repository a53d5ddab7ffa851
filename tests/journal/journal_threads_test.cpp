// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <thread>

#include "tests/journal/journal_files.h"

namespace runnel {
namespace {

constexpr Scope kDevice{Scope::Level::Device, Eui{1}};

/// The writer is the test; others read meanwhile.
class JournalThreadsTest : public test::JournalTest {
  protected:
    JournalThreadsTest() { open(); }

    /// Calls `read` again and again on a thread of its own until the object is gone, and once more.
    class Reader {
      public:
        explicit Reader(std::function<void()> read)
            : thread_([this, read = std::move(read)] {
                  while (!isOver_) read();
                  read();
              }) {}
        ~Reader() {
            isOver_ = true;
            thread_.join();
        }
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;

      private:
        std::atomic<bool> isOver_ = false;
        std::thread thread_;  // last: it uses the others
    };
};

TEST_F(JournalThreadsTest, LetsOthersReadWhileItWrites) {
    constexpr std::size_t kBatches = 60;
    constexpr std::size_t kBatch = 300;
    Position after = kOrigin;
    {
        const Reader reader([&] {
            const auto slice = journal_->read({after, std::nullopt, kBatches * kBatch});
            ASSERT_TRUE(slice) << slice.error().reason;
            for (const MessagePtr& message : slice->messages) {
                ASSERT_EQ(message->position, ++after);
            }
            ASSERT_GE(slice->through, after);
            static_cast<void>(journal_->before(kTime));
        });
        for (std::size_t i = 0; i < kBatches; ++i) appendMany(kBatch);
    }
    EXPECT_EQ(after, kOrigin + kBatches * kBatch);
}

TEST_F(JournalThreadsTest, ReadsOnWhileRetentionRemovesWhatIsRead) {
    for (int i = 0; i < 30; ++i) appendMany(1000);
    const auto readOldest = [&](std::optional<Scope> scope) {
        return [this, scope] {
            const auto slice = journal_->read({0, scope, 2000});
            ASSERT_TRUE(slice) << slice.error().reason;
            static_cast<void>(journal_->before(kTime));
        };
    };
    const Reader everything(readOldest(std::nullopt));
    const Reader device(readOldest(kDevice));
    for (int i = 0; i < 40; ++i) {
        appendMany(100);
        const Status status = journal_->trim(journal_->oldest() + 499);
        ASSERT_TRUE(status) << status.error().reason;
    }
    EXPECT_FALSE(journal_->isDamaged());
}

TEST_F(JournalThreadsTest, IsReplacedWhileOthersRead) {
    for (int i = 0; i < 12; ++i) appendMany(1000);
    for (int round = 0; round < 5; ++round) {
        const Position wrong = journal_->oldest() + 10;
        sqlite::Database(settings_.file)
            .run("update message set body=zeroblob(9) where position=" + std::to_string(wrong));
        {
            // Both meet the damage; what they say about the old file must not stick to the new one.
            const auto read = [&] { static_cast<void>(journal_->read({0, std::nullopt, 2000})); };
            const Reader one(read);
            const Reader two(read);
            while (!journal_->isDamaged()) std::this_thread::yield();
            const Status status = journal_->replace();
            ASSERT_TRUE(status) << status.error().reason;
            for (int i = 0; i < 12; ++i) appendMany(1000);
        }
        EXPECT_FALSE(journal_->isDamaged());
        EXPECT_EQ(test::readAll(*journal_, kDevice).size(), 12'000U);
    }
}

}  // namespace
}  // namespace runnel
