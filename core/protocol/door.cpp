// SPDX-License-Identifier: Apache-2.0
#include "protocol/door.h"

#include "loader/guard.h"

namespace runnel {

namespace {

/// A changed stream has a new number, and the token is its own a moment later.
Denial justChanged() {
    return {Denial::Why::Stopping, "the stream was just changed or removed; connect again"};
}

}  // namespace

Door::Door(std::string protocol, Parts parts)
    : name_(std::move(protocol)), plugin_("protocol_" + name_), parts_(std::move(parts)) {}

Status Door::create(const LoadedPlugin& plugin, Host& host, const Fields& settings) {
    auto made =
        guarded(plugin_, [&] { return plugin.descriptor->protocol(host, *this, settings); });
    if (!made) return made.error();
    protocol_ = std::move(*made);
    if (!protocol_) return Error{"", "plugin " + plugin_ + " made no protocol and gave no reason"};
    return Done{};
}

Status Door::start() {
    return guarded(plugin_, [&] { return protocol_->start(); });
}

Status Door::open(const Grant& grant) {
    return guarded(plugin_, [&] { return protocol_->open(grant); });
}

Status Door::close(std::uint64_t stream, CloseReason reason) {
    return guarded(plugin_, [&] { protocol_->close(stream, reason); });
}

void Door::stop() {
    if (protocol_) static_cast<void>(guarded(plugin_, [&] { protocol_->stop(); }));
}

Result<Grant, Denial> Door::authenticate(std::string_view token, std::string_view peer,
                                         bool isSendOnly) {
    const auto holder = parts_.tokens.find(token);
    if (!holder) {
        if (parts_.wrongTokens.isTooMany(peer, parts_.clock.now())) {
            return Denial{Denial::Why::Throttled, "too many unknown tokens from this address"};
        }
        return Denial{Denial::Why::UnknownToken, "no stream has this token"};
    }
    const Streams::Entry entry = parts_.streams.find(holder->stream);
    if (!entry.stream) return justChanged();
    if (!entry.isEnabled) return Denial{Denial::Why::Disabled, "this stream is switched off"};
    const StreamSetup& setup = entry.stream->setup();
    if (setup.config->protocol != name_ && !isSendOnly) {
        const std::string where = parts_.whereIs(setup.config->protocol);
        return Denial{Denial::Why::OtherProtocol,
                      "this token belongs to a stream of protocol " + setup.config->protocol +
                          (where.empty() ? "" : ", which listens on " + where)};
    }
    const bool maySend = holder->maySend && setup.scope.level != Scope::Level::Gateway;
    return Grant{holder->token, !isSendOnly && holder->mayReceive, maySend, setup.config};
}

Result<std::shared_ptr<SessionHost>, Denial> Door::attach(const Grant& grant,
                                                          SessionRequest request,
                                                          std::shared_ptr<Session> session) {
    const Streams::Entry entry = parts_.streams.find(grant.stream->stream);
    if (entry.stream && !entry.isEnabled) {
        return Denial{Denial::Why::Disabled, "this stream is switched off"};
    }
    auto host = entry.stream
                    ? entry.stream->attach(grant, request, std::move(session), parts_.clock.now())
                    : nullptr;
    if (!host) return justChanged();
    const Tokens::Holder granted{grant.token, grant.stream->stream, grant.mayReceive,
                                 grant.maySend};
    if (parts_.tokens.allows(granted)) return host;
    // Whoever revoked or changed it did not see this session yet, or will see it too.
    host->closed("token revoked");
    return Denial{Denial::Why::UnknownToken,
                  "this token was just revoked or changed, or has expired"};
}

}  // namespace runnel
