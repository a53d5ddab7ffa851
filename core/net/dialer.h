// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/event_loop.h"

struct addrinfo;

namespace runnel::net {

/// Where a client wants to connect.
struct DialTarget {
    std::string address;  ///< "host:port", "192.0.2.1:1883", "[2001:db8::1]:1883"
    /// Of a name's addresses the one at `attempt` modulo their number, or, when that one fails at
    /// once, the next.
    unsigned attempt = 0;
    /// Refuse addresses that are not of the public internet: loopback, link-local, private, unique
    /// local, multicast, unspecified (address.h: isPublic).
    bool isPublicOnly = false;
};

/// A socket whose connect has been started, for Connection::open, or the reason why there is none.
struct Dialed {
    int fd = -1;        ///< belongs to who gets it
    std::string error;  ///< names the address, says why; "": there is a socket
};

/// Starts to connect to one of the addresses that a name was resolved to (never none). Does not
/// block.
Dialed connectToOneOf(const addrinfo& list, const DialTarget& target);

/// Turns names into connecting sockets without blocking the loop: names are resolved on threads
/// that live while there are names to resolve, numeric addresses at once.
/// Thread safety: the loop's thread, or any one thread while the loop does not run. Destroying it
/// does not wait for the resolver.
class Dialer final {
  public:
    using Done = std::function<void(Dialed)>;
    enum class Call : std::uint64_t { None = 0 };
    /// At once; others wait. The C library gives up on a name server that is silent after 10 s or
    /// so.
    static constexpr std::size_t kMaxLookups = 16;

    explicit Dialer(EventLoop& loop);
    /// No callback comes any more.
    ~Dialer();
    Dialer(const Dialer&) = delete;
    Dialer& operator=(const Dialer&) = delete;

    /// Calls `done` once, on the loop's thread, never from within dial().
    Call dial(DialTarget target, Done done);
    /// `done` is not called any more. Finished and None calls are ignored.
    void cancel(Call call);

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace runnel::net
