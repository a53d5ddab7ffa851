// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "child_process.h"
#include "inbox.h"
#include "runnel/plugin.h"
#include "shelf.h"
#include "strikes.h"

namespace runnel::javascript {

/// Keeps the child at work: starts it when there is the first order, sends it jobs, hands its
/// answers to the broker, and replaces it when it ends, hangs or grows. What the child had not
/// begun is sent to the next one; what it was working on fails. Thread safety: run() on one thread,
/// everything else is private to it.
class Worker final {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kSilence{500};  ///< with jobs open: it hangs
    static constexpr std::chrono::seconds kStart{5};           ///< until its Hello

    Worker(Host& host, CodecHost& answers, Inbox& inbox, std::span<const std::uint8_t> image)
        : host_(host), codecHost_(answers), inbox_(inbox), image_(image) {}

    /// Returns after Inbox::stop(), with every job answered and no child left.
    void run();

  private:
    struct Job {
        Order order;
        std::uint64_t number{};  // given when it is sent
    };

    void takeOrders();
    void tend();  // a child, if one is needed and due
    void fill();  // out_, from waiting_
    void send();
    void wait();
    bool receive();  // false at the end of the child's stream
    bool understandAll();
    bool understand(const FrameBuffer::Cut& cut);
    bool takeAnswer(Reader& body);
    void watch();
    void lose(const std::string& why);
    void putBack(const std::string& how);
    void failAll(const Error& error);
    void finish(Job& job, CodecAnswer answer);
    void fail(Job& job, Error error);
    void count(std::uint32_t program, Ending how);
    void deliver();
    Clock::time_point deadline() const;

    Host& host_;
    CodecHost& codecHost_;
    Inbox& inbox_;
    std::span<const std::uint8_t> image_;

    std::unique_ptr<ChildProcess> child_;
    bool isReady_ = false;         // it said Hello
    bool hasAnswered_ = false;     // this child, anything
    int failures_ = 0;             // children in a row that answered nothing
    Clock::time_point heard_;      // newest sign of life while it has something to do
    Clock::time_point nextStart_;  // not before
    Shelf shelf_;
    Strikes strikes_;
    std::deque<Job> waiting_;
    std::deque<Job> flight_;  // sent, in the order of their numbers
    std::uint64_t number_ = 0;
    std::string out_;
    std::size_t sent_ = 0;  // of out_
    FrameBuffer input_;
    std::vector<CodecAnswer> answers_;
};

}  // namespace runnel::javascript
