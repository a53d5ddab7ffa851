// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

#include "downlink_api.h"
#include "event_intake.h"
#include "net/event_loop.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "queue_items.h"
#include "runnel/network.h"
#include "runnel/plugin.h"
#include "settings.h"

namespace runnel::http {

/// The connector: an HTTP listener on its own thread, and a DownlinkApi if there is a way back.
/// Thread safety: as Network demands.
class HttpNetwork final : public Network {
  public:
    HttpNetwork(Host& host, NetworkHost& network, const Settings& settings);
    ~HttpNetwork() override;

    Status start() override;
    void committed(std::span<const Ticket> tickets) override;
    void resume() override;
    Status send(const Downlink& downlink) override;
    void stop() override;

  private:
    Result<net::ListenerOptions> listenerOptions();
    void renewCertificate();

    Host& host_;
    NetworkHost& network_;
    const Settings settings_;
    net::EventLoop loop_;
    QueueItems items_;
    EventIntake intake_;
    std::optional<DownlinkApi> api_;
    std::optional<net::HttpServer> server_;
    std::optional<net::Listener> listener_;
    std::uint64_t tlsGeneration_ = 0;  // the loop's thread
    std::thread thread_;
};

}  // namespace runnel::http
