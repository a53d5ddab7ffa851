// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace runnel::javascript {
namespace {

constexpr std::size_t kWindow = 256;         // jobs that the child may have
constexpr std::size_t kMaxOut = 512 * 1024;  // bytes that wait for the socket
constexpr int kMaxWarnings = 16;

constexpr std::chrono::milliseconds kPauses[] = {
    std::chrono::milliseconds{0}, std::chrono::milliseconds{250}, std::chrono::milliseconds{500},
    std::chrono::milliseconds{1'000}};

bool readAnswer(Reader& body, CodecAnswer& answer) {
    answer.fields = body.fields();
    answer.port = body.number<std::uint8_t>();
    const std::string_view payload = body.text();
    answer.payload.assign(payload.begin(), payload.end());
    const auto warnings = body.number<std::uint32_t>();
    if (warnings > kMaxWarnings) return false;
    for (std::uint32_t i = 0; i < warnings; ++i) answer.warnings.emplace_back(body.text());
    return body.isGood() && body.isAtEnd();
}

}  // namespace

void Worker::run() {
    while (!inbox_.isStopping()) {
        takeOrders();
        tend();
        fill();
        deliver();
        send();
        wait();
        if (child_ && !receive()) lose("");
        watch();
        deliver();
    }
    takeOrders();
    putBack("");
    failAll({"", "is not decoded: the codec is stopped"});
    deliver();
    child_.reset();
}

void Worker::takeOrders() {
    for (Order& order : inbox_.take()) {
        Writer out{out_};
        if (order.frame == Frame::Forget) {
            shelf_.remove(order.program, out);
            strikes_.forgive(order.program);
            continue;
        }
        if (order.frame == Frame::Define) {
            shelf_.put(order.program, std::move(order.body));
            order.frame = Frame::Check;
            order.body.clear();
            Writer{order.body}.number(order.program);
        }
        waiting_.push_back({std::move(order)});
    }
}

void Worker::tend() {
    if (child_ || waiting_.empty() || Clock::now() < nextStart_) return;
    auto child = ChildProcess::start(image_);
    heard_ = Clock::now();
    if (!child) {
        nextStart_ = heard_ + std::chrono::seconds{1};
        host_.health("child", Health::Failing, child.error().reason);
        failAll(child.error());
        return;
    }
    child_ = std::move(*child);
    isReady_ = false;
    hasAnswered_ = false;
    host_.health("child", Health::Connecting, "starts");
}

void Worker::fill() {
    while (child_ && !waiting_.empty() && flight_.size() < kWindow && out_.size() < kMaxOut) {
        Job job = std::move(waiting_.front());
        waiting_.pop_front();
        const std::uint32_t program = job.order.program;
        if (!shelf_.has(program)) {
            fail(job, {"script", "is not loaded"});
            continue;
        }
        if (strikes_.isSuspended(program, Clock::now())) {
            fail(job, {"script", "was stopped 3 times in a row and is suspended for 10 s"});
            continue;
        }
        if (flight_.empty() && isReady_) heard_ = Clock::now();
        Writer out{out_};
        shelf_.bring(program, out);
        const std::size_t begin = out.beginFrame(job.order.frame);
        out.number(job.number = ++number_);
        out.bytes(job.order.body);
        out.endFrame(begin);
        flight_.push_back(std::move(job));
    }
}

void Worker::send() {
    while (child_ && sent_ < out_.size()) {
        const ssize_t size = ::send(child_->socket(), out_.data() + sent_, out_.size() - sent_,
                                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0) break;  // full, or at its end, which receive() notices
        sent_ += static_cast<std::size_t>(size);
    }
    if (sent_ == out_.size()) {
        out_.clear();
        sent_ = 0;
    }
}

Worker::Clock::time_point Worker::deadline() const {
    if (child_ && !isReady_) return heard_ + kStart;
    if (child_ && !flight_.empty()) return heard_ + kSilence;
    if (!child_ && !waiting_.empty()) return nextStart_;
    return Clock::time_point::max();
}

void Worker::wait() {
    std::array<pollfd, 2> files{};
    files[0] = {inbox_.event(), POLLIN, 0};
    files[1] = {child_ ? child_->socket() : -1, POLLIN, 0};
    if (sent_ < out_.size()) files[1].events |= POLLOUT;
    int timeout = -1;
    if (const auto until = deadline(); until != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }
    (void)poll(files.data(), files.size(), timeout);
}

bool Worker::receive() {
    std::array<char, 64 * 1024> bytes;  // NOLINT: filled before it is read
    while (true) {
        const ssize_t size = recv(child_->socket(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return true;
        if (size <= 0) return false;
        heard_ = Clock::now();
        input_.append({bytes.data(), static_cast<std::size_t>(size)});
        if (!understandAll()) return false;
    }
}

bool Worker::understandAll() {
    for (auto cut = input_.next(); cut; cut = input_.next()) {
        if (!understand(*cut)) return false;
    }
    return input_.isGood();
}

bool Worker::understand(const FrameBuffer::Cut& cut) {
    Reader body{cut.body};
    if (cut.frame == Frame::Answer) return takeAnswer(body);
    if (cut.frame != Frame::Hello || isReady_) return false;
    isReady_ = true;
    host_.health("child", Health::Working, "");
    return true;
}

bool Worker::takeAnswer(Reader& body) {
    // What answers another job, or is no answer, comes from a child that a script has taken over.
    if (flight_.empty() || body.number<std::uint64_t>() != flight_.front().number) return false;
    Job& job = flight_.front();
    const auto how = body.number<Ending>();
    CodecAnswer answer;
    if (how == Ending::Fine) {
        if (!readAnswer(body, answer)) return false;
    } else {
        Error error{std::string{body.text()}, std::string{body.text()}};
        if (!body.isGood() || how > Ending::Suspended) return false;
        answer.fields = std::move(error);
    }
    hasAnswered_ = true;
    count(job.order.program, how);
    finish(job, std::move(answer));
    flight_.pop_front();
    return true;
}

void Worker::count(std::uint32_t program, Ending how) {
    if (how == Ending::Slow || how == Ending::Hungry) {
        strikes_.strike(program, Clock::now());
    } else if (how != Ending::Suspended) {
        strikes_.forgive(program);
    }
}

void Worker::watch() {
    if (!child_ || (isReady_ && flight_.empty())) return;
    if (Clock::now() < heard_ + (isReady_ ? std::chrono::milliseconds{kSilence} : kStart)) return;
    lose("gave no answer for " + std::to_string(kSilence.count()) + " ms and ");
}

void Worker::lose(const std::string& why) {
    const std::string how = why + child_->end();
    const bool hasEndedWell = child_->hasEndedWell();
    failures_ = hasAnswered_ || hasEndedWell ? 0 : failures_ + 1;
    nextStart_ =
        Clock::now() +
        kPauses[std::min<std::size_t>(static_cast<std::size_t>(failures_), std::size(kPauses) - 1)];
    const bool hasStarted = isReady_;
    putBack(hasStarted && !hasEndedWell ? how : "");
    if (hasEndedWell) {
        host_.log(Level::Info, "the child makes room for a fresh one: memory was short");
        return;
    }
    host_.log(Level::Warning, "the child " + how + (hasStarted ? "; a new one follows" : ""));
    host_.health("child", Health::Failing, how);
    if (!hasStarted) {
        failAll(
            {"child", "cannot be started (is the package libmozjs-102-0 installed?); it " + how});
    }
}

void Worker::putBack(const std::string& how) {
    while (!flight_.empty()) {
        Job& job = flight_.back();
        if (!how.empty() && job.number == child_->begun()) {
            strikes_.strike(job.order.program, Clock::now());
            fail(job, {"script", "was running when its process " + how});
        } else {
            waiting_.push_front(std::move(job));
        }
        flight_.pop_back();
    }
    shelf_.childHasEnded();
    child_.reset();
    isReady_ = false;
    out_.clear();
    sent_ = 0;
    input_ = {};
}

void Worker::failAll(const Error& error) {
    for (Job& job : waiting_) fail(job, error);
    waiting_.clear();
}

void Worker::fail(Job& job, Error error) {
    CodecAnswer answer;
    answer.fields = std::move(error);
    finish(job, std::move(answer));
}

void Worker::finish(Job& job, CodecAnswer answer) {
    if (job.order.loaded != nullptr) {
        job.order.loaded->set_value(answer.fields ? Status{Done{}} : Status{answer.fields.error()});
        return;
    }
    answer.ticket = job.order.ticket;
    answers_.push_back(std::move(answer));
}

void Worker::deliver() {
    if (answers_.empty()) return;
    inbox_.close(answers_.size());
    codecHost_.answer(answers_);
    answers_.clear();
}

}  // namespace runnel::javascript
