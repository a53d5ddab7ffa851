// SPDX-License-Identifier: Apache-2.0
#include "http_network.h"

#include <exception>
#include <string>
#include <utility>

namespace runnel::http {

namespace {

constexpr std::size_t kMaxBody = 256 * 1024;
constexpr std::chrono::seconds kCertificateCheck{5};

net::TlsContext contextFor(const Tls& tls) {
    return net::TlsContext::server({tls.certificatePem, tls.keyPem}, tls.clientCaPem);
}

}  // namespace

HttpNetwork::HttpNetwork(Host& host, NetworkHost& network, const Settings& settings)
    : host_(host),
      network_(network),
      settings_(settings),
      intake_(loop_, host, network, settings.token) {
    if (settings_.api.server == ApiSettings::Server::None) return;
    api_.emplace(host_, network_, settings_.api, items_,
                 [this] { loop_.post([this] { intake_.callEnded(); }); });
    intake_.setDownlinks(items_, [this] { return api_->isCalling(); });
}

HttpNetwork::~HttpNetwork() {
    stop();
}

Status HttpNetwork::start() {
    const auto socket = host_.listener(settings_.listen);
    if (!socket) return socket.error();
    auto options = listenerOptions();
    if (!options) return options.error();
    try {
        net::HttpLimits limits;
        limits.maxBodyBytes = kMaxBody;
        server_.emplace(loop_, intake_, limits,
                        [this](std::string_view text) { host_.log(Level::Error, text); });
        listener_.emplace(loop_, *socket, *std::move(options),
                          [this](net::Connection::Ptr peer) { server_->serve(std::move(peer)); });
    } catch (const std::exception& exception) {
        return Error{"listen", exception.what()};
    }
    if (settings_.isTls) loop_.every(kCertificateCheck, [this] { renewCertificate(); });
    host_.health("listener", Health::Working, "listening on " + listener_->address());
    thread_ = std::thread([this] { loop_.run(); });
    if (api_) api_->start();
    network_.connected(true);
    return Done{};
}

void HttpNetwork::committed(std::span<const Ticket> tickets) {
    intake_.committed(tickets);
}

void HttpNetwork::resume() {
    loop_.post([this] { intake_.resume(); });
    if (api_) api_->resume();
}

Status HttpNetwork::send(const Downlink& downlink) {
    if (api_) return api_->send(downlink);
    return makeCall(settings_.api, downlink).error();
}

void HttpNetwork::stop() {
    if (api_) api_->stop();
    if (thread_.joinable()) {
        loop_.stop();
        thread_.join();
    }
    listener_.reset();
    server_.reset();
}

Result<net::ListenerOptions> HttpNetwork::listenerOptions() {
    net::ListenerOptions options;
    options.log = [this](std::string_view text) { host_.log(Level::Warning, text); };
    if (!settings_.isTls) return options;
    const auto tls = host_.tls();
    if (!tls) return Error{"tls", "is on, but the broker has no certificate"};
    try {
        options.connection.tls = contextFor(*tls);
    } catch (const std::exception& exception) {
        return Error{"tls", exception.what()};
    }
    tlsGeneration_ = tls->generation;
    return options;
}

/// For new connections; a bad certificate leaves the old one in use.
void HttpNetwork::renewCertificate() {
    const auto tls = host_.tls();
    if (!tls || tls->generation == tlsGeneration_) return;
    tlsGeneration_ = tls->generation;
    try {
        listener_->setTls(contextFor(*tls));
    } catch (const std::exception& exception) {
        host_.log(Level::Error,
                  std::string("the new certificate is not used: ") + exception.what());
    }
}

}  // namespace runnel::http
