// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "net/address.h"

namespace runnel::net {

struct AdmissionLimits {
    /// Open connections in total; 0: three quarters of the process's limit of open files.
    std::size_t connections = 0;
    /// Connections in the TLS handshake per IPv4 address or IPv6 /64 network. Generous, since a
    /// whole site may reconnect through one address at once.
    std::size_t handshakesPerAddress = 1024;
};

/// Counts connections and pending handshakes; may be shared by several listeners and loops.
/// Thread safety: all methods from any thread.
class Admission final {
  public:
    explicit Admission(AdmissionLimits limits = {});

    /// False when a limit is reached; nothing has been counted then.
    [[nodiscard]] bool enter(const PeerAddress& peer);
    void handshakeDone(const PeerAddress& peer);
    void leave();

    std::size_t connections() const;
    std::size_t pendingHandshakes() const;

  private:
    using Key = std::array<std::uint8_t, 16>;
    static Key keyOf(const PeerAddress& peer);

    const std::size_t maxConnections_;
    const std::size_t maxHandshakesPerAddress_;
    mutable std::mutex mutex_;
    std::size_t connections_ = 0;
    std::size_t pending_ = 0;
    std::map<Key, std::size_t> pendingByAddress_;  // only addresses with pending handshakes
};

}  // namespace runnel::net
