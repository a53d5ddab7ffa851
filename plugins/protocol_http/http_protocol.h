// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "net/event_loop.h"
#include "runnel/plugin.h"
#include "runnel/protocol.h"
#include "sessions/session_loop.h"
#include "settings.h"
#include "transfers.h"
#include "webhook_session.h"

namespace runnel::http {

/// The protocol: `threads` loops, which share the streams.
/// Thread safety: as Protocol says. stop() waits for the loops, at most about 4 s.
class HttpProtocol final : public Protocol {
  public:
    HttpProtocol(Host& host, ProtocolHost& core, Settings settings);
    ~HttpProtocol() override;

    Status start() override;
    Status open(const Grant& grant) override;
    void close(std::uint64_t stream, CloseReason reason) override;
    void quiesce() override {}  // nobody comes to us
    void resume() override {}
    void stop() override;

  private:
    /// One loop with its thread, and everything that lives on it.
    class Station final {
      public:
        Station(Host& host, ProtocolHost& core);

        void run();
        /// From any thread: what `order` says, on the loop, if it still runs.
        void post(std::function<void(Station&)> order);
        void join();

        void open(const Grant& grant, const WebhookOptions& options);
        void close(std::uint64_t stream, CloseReason reason) {
            sessions_.closeStream(stream, reason);
        }
        void stop();

      private:
        net::EventLoop loop_;
        Transfers transfers_;
        sessions::SessionLoop sessions_;
        WebhookSession::Parts parts_;
        std::thread thread_;
    };

    Host& host_;
    ProtocolHost& core_;
    const Settings settings_;
    std::vector<std::unique_ptr<Station>> stations_;
};

}  // namespace runnel::http
