// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "tests/bench/frame_reader.h"

namespace runnel::bench {

class StreamClient;

/// What the clients report. No call may destroy the client.
class ClientEvents {
  public:
    virtual void isOpen(StreamClient& client) = 0;
    /// False: that was the wrong document.
    virtual bool document(StreamClient& client, std::string_view text) = 0;
    /// The connection has ended, wanted or not.
    virtual void ended(StreamClient& client, std::string_view why) = 0;

  protected:
    ~ClientEvents() = default;
};

/// One WebSocket session over TLS, as an application has it: reads documents, answers PINGs.
/// Thread safety: none; the loop's thread.
class StreamClient final : private net::ConnectionHandler, private FrameReader::Events {
  public:
    struct Target {
        std::string address;
        std::string token;
        net::TlsContext tls;
        std::size_t firstDocument;  // the index of the first one that it has to get
    };

    StreamClient(net::EventLoop& loop, const Target& target, ClientEvents& events);

    std::size_t nextDocument() const { return nextDocument_; }
    std::uint32_t pings() const { return pings_; }
    /// Every document so far has a PING behind it, which was answered: it is settled.
    bool isCovered() const { return isCovered_; }
    void close();

  private:
    void opened() override;
    void received(std::span<const std::uint8_t> bytes) override;
    void closed(net::CloseReason reason, std::string_view detail) override;
    void frame(const FrameReader::Frame& frame) override;
    bool readHead(std::string_view& bytes);
    void fail(std::string why);

    ClientEvents& events_;
    net::Connection::Ptr connection_;
    std::string token_;  // until the upgrade is sent
    std::string head_;   // of the answer, until it is complete
    std::string failure_;
    FrameReader frames_;
    std::size_t nextDocument_;
    std::uint32_t pings_ = 0;
    bool isUpgraded_ = false;
    bool isCovered_ = true;
};

}  // namespace runnel::bench
