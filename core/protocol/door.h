// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "delivery/streams.h"
#include "loader/plugins.h"
#include "protocol/wrong_tokens.h"
#include "registry/tokens.h"

namespace runnel {

/// One protocol plugin's object and its way in: tokens become grants, grants become sessions.
/// Thread safety: ProtocolHost by any thread; the rest by the broker's.
class Door final : public ProtocolHost {
  public:
    struct Parts {
        Tokens& tokens;
        const Streams& streams;
        WrongTokens& wrongTokens;
        const Clock& clock;
        /// Where a protocol listens, for people: "port 8883"; "" = not known.
        std::function<std::string(const std::string& protocol)> whereIs;
    };
    Door(std::string protocol, Parts parts);

    /// Makes the plugin's object. An error is the plugin's own complaint.
    Status create(const LoadedPlugin& plugin, Host& host, const Fields& settings);
    Status start();
    const std::string& name() const { return name_; }
    /// Tells the plugin of a stream.
    Status open(const Grant& grant);
    /// Ends the stream's sessions at this door; there may be some of another protocol's stream.
    Status close(std::uint64_t stream, CloseReason reason);
    void stop();

    Result<Grant, Denial> authenticate(std::string_view token, std::string_view peer,
                                       bool isSendOnly) override;
    Result<std::shared_ptr<SessionHost>, Denial> attach(const Grant& grant, SessionRequest request,
                                                        std::shared_ptr<Session> session) override;

  private:
    const std::string name_;
    const std::string plugin_;
    const Parts parts_;
    std::unique_ptr<Protocol> protocol_;
};

}  // namespace runnel
