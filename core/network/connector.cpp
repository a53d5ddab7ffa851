// SPDX-License-Identifier: Apache-2.0
#include "network/connector.h"

#include "loader/guard.h"

namespace runnel {

Connector::Connector(NetworkSpec spec, Ingress& ingress, Downlinks& downlinks)
    : spec_(std::move(spec)),
      plugin_("network_" + spec_.plugin),
      ingress_(ingress),
      downlinks_(downlinks) {}

Status Connector::create(const LoadedPlugin& plugin, Host& host) {
    // First, as the plugin may say connected() while it is made.
    downlinks_.addCarrier(spec_.name, *this);
    auto made =
        guarded(plugin_, [&] { return plugin.descriptor->network(host, *this, spec_.options); });
    if (made) network_ = std::move(*made);
    if (network_) return Done{};
    downlinks_.removeCarrier(spec_.name);
    if (!made) return made.error();
    return Error{"", "plugin " + plugin_ + " made no connector and gave no reason"};
}

Status Connector::start() {
    return guarded(plugin_, [&] { return network_->start(); });
}

void Connector::stop() {
    if (network_) static_cast<void>(guarded(plugin_, [&] { network_->stop(); }));
}

Admission Connector::publish(Message&& message, Ticket ticket) {
    if (!spec_.region.empty()) message.region = spec_.region;
    return ingress_.publish(*this, std::move(message), ticket);
}

void Connector::connected(bool isConnected) {
    downlinks_.setConnected(spec_.name, isConnected);
}

void Connector::committed(std::span<const Ticket> tickets) {
    static_cast<void>(guarded(plugin_, [&] { network_->committed(tickets); }));
}

void Connector::resume() {
    static_cast<void>(guarded(plugin_, [&] { network_->resume(); }));
}

Status Connector::send(const Downlink& downlink) {
    return guarded(plugin_, [&] { return network_->send(downlink); });
}

}  // namespace runnel
