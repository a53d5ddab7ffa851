// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runnel/plugin.h"

namespace runnel {

/// Hosts that do nothing, for plugins that are only made or called on their own.
/// Thread safety: any thread.
class FakeHost final : public Host {
  public:
    void log(Level, std::string_view) override {}
    Instant now() const override { return Instant{}; }
    void health(std::string_view, Health, std::string_view) override {}
    Result<int> listener(std::string_view) override { return Error{"", "no listeners in tests"}; }
    std::shared_ptr<const Tls> tls() const override { return std::make_shared<const Tls>(); }
};

class FakeProtocolHost final : public ProtocolHost {
  public:
    Result<Grant, Denial> authenticate(std::string_view, std::string_view) override {
        return Denial{Denial::Why::UnknownToken, "unknown token"};
    }
    Result<std::shared_ptr<SessionHost>, Denial> attach(const Grant&, SessionRequest,
                                                        std::shared_ptr<Session>) override {
        return Denial{Denial::Why::Stopping, "stopping"};
    }
};

class FakeNetworkHost final : public NetworkHost {
  public:
    Admission publish(Message&&, Ticket) override {
        return {Admission::Verdict::Refused, "no messages in tests"};
    }
    void connected(bool) override {}
};

}  // namespace runnel
