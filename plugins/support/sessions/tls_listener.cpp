// SPDX-License-Identifier: Apache-2.0
#include "sessions/tls_listener.h"

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace runnel::sessions {

namespace {

constexpr std::chrono::seconds kTlsCheck{1};

net::TlsContext contextOf(const Tls& tls) {
    return net::TlsContext::server({.certificatePem = tls.certificatePem, .keyPem = tls.keyPem},
                                   tls.clientCaPem);
}

}  // namespace

TlsListener::TlsListener(net::EventLoop& loop, Host& host, int socket, const ListenerWish& wish,
                         net::Listener::Accept accept)
    : loop_(loop), host_(host) {
    net::ListenerOptions options = wish.options;
    if (wish.isTls) {
        const std::shared_ptr<const Tls> tls = host.tls();
        if (!tls) throw std::runtime_error("there is no certificate for TLS");
        generation_ = tls->generation;
        options.connection.tls = contextOf(*tls);
    }
    listener_.emplace(loop, socket, std::move(options), std::move(accept));
    if (wish.isTls) renewing_ = loop.every(kTlsCheck, [this] { renew(); });
}

TlsListener::~TlsListener() {
    loop_.cancel(renewing_);
}

void TlsListener::renew() {
    const std::shared_ptr<const Tls> tls = host_.tls();
    if (!tls || tls->generation == generation_) return;
    generation_ = tls->generation;
    try {
        listener_->setTls(contextOf(*tls));
    } catch (const std::exception& error) {
        host_.log(Level::Error, std::string("keeping the old certificate: ") + error.what());
    }
}

}  // namespace runnel::sessions
