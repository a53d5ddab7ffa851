// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "broker/certificate_store.h"
#include "broker/listeners.h"
#include "observe/health_board.h"
#include "runnel/plugin.h"

namespace runnel {

/// What one plugin object sees of the broker. Thread safety: any thread.
class PluginHost final : public Host {
  public:
    struct Parts {
        Log& log;
        const Clock& clock;
        HealthBoard& health;
        Listeners& listeners;
        const CertificateStore& certificates;
    };
    /// `name` is for people: "websocket" for a protocol, the connector's name for a network.
    PluginHost(std::string name, Parts parts) : name_(std::move(name)), parts_(parts) {}

    void log(Level level, std::string_view text) override { parts_.log.write(level, name_, text); }
    Instant now() const override { return parts_.clock.now(); }
    void health(std::string_view part, Health health, std::string_view text) override;
    Result<int> listener(std::string_view address) override {
        return parts_.listeners.get(name_, address);
    }
    std::shared_ptr<const Tls> tls() const override { return parts_.certificates.current(); }

  private:
    const std::string name_;
    const Parts parts_;
};

}  // namespace runnel
