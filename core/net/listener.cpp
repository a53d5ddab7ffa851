// SPDX-License-Identifier: Apache-2.0
#include "net/listener.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace runnel::net {

namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kBackOff{100};
constexpr std::chrono::seconds kComplaintInterval{1};

int duplicate(int fd) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw std::system_error(errno, std::generic_category(), "listening socket");
    ::fcntl(copy, F_SETFL, ::fcntl(copy, F_GETFL) | O_NONBLOCK);
    return copy;
}

/// Errors of the connection that was about to be accepted, not of the listening socket (accept(2)).
bool isPassing(int error) {
    return error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM ||
           error == ENETDOWN || error == EHOSTUNREACH || error == ENETUNREACH;
}

}  // namespace

Listener::Listener(EventLoop& loop, std::string_view address, ListenerOptions options,
                   Accept accept)
    : loop_(loop),
      fd_(listenOn(address)),
      options_(std::move(options)),
      accept_(std::move(accept)) {
    start();
}

Listener::Listener(EventLoop& loop, int listeningFd, ListenerOptions options, Accept accept)
    : loop_(loop),
      fd_(duplicate(listeningFd)),
      options_(std::move(options)),
      accept_(std::move(accept)) {
    start();
}

Listener::~Listener() {
    loop_.cancel(backOff_);
    watch(false);
    ::close(fd_);
}

void Listener::start() {
    if (!options_.admission) options_.admission = std::make_shared<Admission>(options_.limits);
    try {
        watch(true);
    } catch (...) {
        ::close(fd_);
        throw;
    }
}

std::string Listener::address() const {
    return boundAddress(fd_);
}

void Listener::watch(bool isWanted) {
    if (isWanted == isWatched_) return;
    if (isWanted) {
        // Several loops may accept from the same socket: wake one of them, not all.
        loop_.add(fd_, EPOLLIN | EPOLLEXCLUSIVE, *this);
    } else {
        loop_.remove(fd_, *this);
    }
    isWatched_ = isWanted;
}

void Listener::pause() {
    isPaused_ = true;
    loop_.cancel(std::exchange(backOff_, TimerId::None));
    watch(false);
}

void Listener::resume() {
    isPaused_ = false;
    watch(true);
}

void Listener::ready(std::uint32_t) {
    for (int count = 0; count < kAcceptsPerTurn && isWatched_; ++count) {
        if (!acceptOne()) return;
    }
}

bool Listener::acceptOne() {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        admit(fd);
        return true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    if (isPassing(errno)) return true;
    rest(errno);
    return false;
}

void Listener::admit(int fd) {
    const PeerAddress peer = PeerAddress::of(fd);
    if (!options_.admission->enter(peer)) {
        ::close(fd);
        ++refused_;
        return complain("refused " + (peer.port == 0 ? "a client" : peer.text()) +
                        ": limit of connections or pending handshakes (" +
                        std::to_string(refused_) + " refused so far)");
    }
    accept_(Connection::open(loop_, fd, options_.connection, options_.admission));
}

void Listener::rest(int error) {
    complain("cannot accept on " + address() + ": " + std::generic_category().message(error));
    watch(false);
    backOff_ = loop_.after(kBackOff, [this] {
        backOff_ = TimerId::None;
        if (!isPaused_) watch(true);
    });
}

void Listener::complain(std::string_view text) {
    if (!options_.log) return;
    if (lastComplaint_ && loop_.now() - *lastComplaint_ < kComplaintInterval) return;
    lastComplaint_ = loop_.now();
    options_.log(text);
}

}  // namespace runnel::net
