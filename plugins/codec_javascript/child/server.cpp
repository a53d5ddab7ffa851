// SPDX-License-Identifier: Apache-2.0
#include "child/server.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace runnel::javascript {
namespace {

// An answer waits for others no longer than this, and never for one that has not begun.
constexpr std::chrono::milliseconds kPatience{1};
constexpr std::size_t kBatch = 64 * 1024;       // bytes
constexpr std::uint32_t kJobsPerCheckup = 256;  // a look at the memory costs some microseconds

}  // namespace

void Server::serve() {
    Writer{answers_}.endFrame(Writer{answers_}.beginFrame(Frame::Hello));
    bool isGoing = flush();
    while (isGoing) {
        isGoing = receive();
        for (auto cut = input_.next(); isGoing && cut; cut = input_.next()) isGoing = handle(*cut);
        isGoing = isGoing && input_.isGood();
    }
    (void)flush();
}

bool Server::receive() {
    std::array<char, 64 * 1024> bytes;  // NOLINT: filled before it is read
    ssize_t size = recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (!flush()) return false;
        size = recv(socket_, bytes.data(), bytes.size(), 0);
    }
    if (size <= 0) return size < 0 && errno == EINTR;
    input_.append({bytes.data(), static_cast<std::size_t>(size)});
    return true;
}

bool Server::handle(const FrameBuffer::Cut& cut) {
    Reader body{cut.body};
    switch (cut.frame) {
        case Frame::Define:
            programs_.define(body);
            return true;
        case Frame::Forget:
            programs_.forget(body);
            return true;
        case Frame::Check:
        case Frame::Decode:
        case Frame::Encode: {
            const auto job = body.number<std::uint64_t>();
            begun_.store(job, std::memory_order_release);
            programs_.run(cut.frame, job, body, answers_);
            const bool isDue = answers_.size() >= kBatch ||
                               std::chrono::steady_clock::now() - flushed_ >= kPatience;
            return (!isDue || flush()) && hasHealth();
        }
        default:
            return false;
    }
}

bool Server::hasHealth() {
    if (engine_.isHungry()) return false;
    return ++jobs_ % kJobsPerCheckup != 0 || !engine_.isFull();
}

bool Server::flush() {
    std::size_t sent = 0;
    while (sent < answers_.size()) {
        const ssize_t size =
            send(socket_, answers_.data() + sent, answers_.size() - sent, MSG_NOSIGNAL);
        if (size < 0 && errno != EINTR) return false;
        if (size > 0) sent += static_cast<std::size_t>(size);
    }
    answers_.clear();
    flushed_ = std::chrono::steady_clock::now();
    return true;
}

}  // namespace runnel::javascript
