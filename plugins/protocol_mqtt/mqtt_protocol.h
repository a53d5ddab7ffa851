// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "entrance.h"
#include "net/admission.h"
#include "net/dialer.h"
#include "net/event_loop.h"
#include "publisher_session.h"
#include "runnel/plugin.h"
#include "runnel/protocol.h"
#include "sessions/session_loop.h"
#include "sessions/tls_listener.h"
#include "settings.h"
#include "subscriber_session.h"
#include "subscribers.h"

namespace runnel::mqtt {

/// The protocol: `threads` loops, which share the listening sockets and the streams of role client.
/// The sockets are opened with the first stream of role listener, so that who has none needs no
/// free port.
/// Thread safety: as Protocol says. stop() waits for the loops, at most about 4 s.
class MqttProtocol final : public Protocol {
  public:
    MqttProtocol(Host& host, ProtocolHost& core, Settings settings);
    ~MqttProtocol() override;

    Status start() override;
    Status open(const Grant& grant) override;
    void close(std::uint64_t stream, CloseReason reason) override;
    void quiesce() override;
    void resume() override;
    void stop() override;

  private:
    /// One loop with its thread, and everything that lives on it.
    class Station final {
      public:
        Station(Host& host, ProtocolHost& core, Subscribers& subscribers);

        void run();
        /// From any thread: what `order` says, on the loop, if it still runs.
        void post(std::function<void(Station&)> order);
        void join();

        void listen(int socket, const sessions::ListenerWish& wish);
        void publish(const Grant& grant, const PublisherOptions& options);
        void close(std::uint64_t stream, CloseReason reason) {
            sessions_.closeStream(stream, reason);
        }
        void pause();
        void resume();
        void stop();

      private:
        Host& host_;
        net::EventLoop loop_;
        net::Dialer dialer_;
        sessions::SessionLoop sessions_;
        SubscriberSession::Parts subscriberParts_;
        PublisherSession::Parts publisherParts_;
        Entrance entrance_;
        std::vector<std::unique_ptr<sessions::TlsListener>> listeners_;
        std::thread thread_;
    };

    Status listen();
    Status listenOn(const std::string& address, bool isTls);
    void forEach(const std::function<void(Station&)>& order);

    Host& host_;
    ProtocolHost& core_;
    const Settings settings_;
    Subscribers subscribers_;
    net::TlsClientContexts contexts_;  // of role client
    const std::shared_ptr<net::Admission> admission_;
    std::vector<std::unique_ptr<Station>> stations_;
    std::set<std::string> listening_;  ///< addresses
};

}  // namespace runnel::mqtt
