// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "config/config.h"
#include "downlink/downlinks.h"
#include "ingress/ingress.h"
#include "ingress/source.h"
#include "loader/plugins.h"
#include "runnel/network.h"

namespace runnel {

/// One entry of `networks:`: a network plugin's object and the two ways between it and the core.
/// Thread safety: as NetworkHost, Source and DownlinkCarrier: any thread.
class Connector final : public NetworkHost, public Source, public DownlinkCarrier {
  public:
    /// `ingress` and `downlinks` outlive it.
    Connector(NetworkSpec spec, Ingress& ingress, Downlinks& downlinks);

    /// Makes the plugin's object. An error is the plugin's own complaint.
    Status create(const LoadedPlugin& plugin, Host& host);
    Status start();
    void stop();

    Admission publish(Message&& message, Ticket ticket) override;
    void connected(bool isConnected) override;

    const std::string& name() const override { return spec_.name; }
    const std::map<std::string, Eui>& applications() const override { return spec_.applications; }
    void committed(std::span<const Ticket> tickets) override;
    void resume() override;

    Status send(const Downlink& downlink) override;
    const std::string& region() const override { return spec_.region; }

  private:
    const NetworkSpec spec_;
    const std::string plugin_;
    Ingress& ingress_;
    Downlinks& downlinks_;
    std::unique_ptr<Network> network_;
};

}  // namespace runnel
