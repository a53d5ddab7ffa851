// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "mqtt/client.h"
#include "net/dialer.h"
#include "net/event_loop.h"
#include "network_mqtt/calm_log.h"
#include "network_mqtt/dialect.h"
#include "network_mqtt/downlinks.h"
#include "network_mqtt/publisher.h"
#include "runnel/network.h"
#include "runnel/plugin.h"

namespace runnel::network_mqtt {

/// A connector to a network server behind an MQTT broker: one event loop on a thread of its own,
/// one client.
///
/// A message is acknowledged to the broker when it is on disk; at once when it cannot be understood
/// or is refused, as sending it again would not help, or when there is nothing in it for runnel.
/// While the core is busy nothing is read. Until the connection is there, downlinks stay with the
/// core.
/// Thread safety: as Network demands.
class MqttNetwork final : public Network, private mqtt::ClientEvents {
  public:
    /// `host` and `network` outlive it.
    MqttNetwork(Host& host, NetworkHost& network, mqtt::ClientSettings settings,
                std::unique_ptr<const Dialect> dialect);
    ~MqttNetwork() override;

    Status start() override;
    void committed(std::span<const Ticket> tickets) override;
    void resume() override;
    Status send(const Downlink& downlink) override;
    void stop() override;

  private:
    void connected(bool isSessionPresent) override;
    void message(const mqtt::Publish& publish, mqtt::Receipt receipt) override;
    bool published(std::uint64_t token, mqtt::Reason reason, std::string_view text) override;
    void resend(std::uint64_t token) override;
    void writable() override;
    void disconnected(std::string_view why, std::chrono::milliseconds retry) override;
    void refused(std::string_view filter, mqtt::Reason reason) override;

    Host& host_;
    NetworkHost& network_;
    const std::unique_ptr<const Dialect> dialect_;
    net::EventLoop loop_;
    net::Dialer dialer_;
    mqtt::Client client_;
    CalmLog log_;
    Publisher publisher_;
    Downlinks downlinks_;
    std::thread thread_;
};

}  // namespace runnel::network_mqtt
