// SPDX-License-Identifier: Apache-2.0
#include "websocket_protocol.h"

#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "websocket_session.h"

namespace runnel::websocket {

namespace {

constexpr std::chrono::milliseconds kPatience{3500};  // with sessions, when stopping
constexpr std::chrono::seconds kTlsCheck{1};
// Far above what a session queues: one parcel may hold several large documents.
constexpr std::size_t kMaxPendingBytes = std::size_t{8} << 20U;

net::TlsContext contextOf(const Tls& tls) {
    return net::TlsContext::server({.certificatePem = tls.certificatePem, .keyPem = tls.keyPem},
                                   tls.clientCaPem);
}

net::HttpLimits httpLimits() {
    net::HttpLimits limits;
    limits.maxBodyBytes = kMaxMessageBytes;
    return limits;
}

}  // namespace

WebSocketProtocol::Station::Station(Host& host, ProtocolHost& core, const Settings& settings)
    : host_(host),
      sessions_(loop_, settings),
      door_(core, sessions_),
      http_(loop_, door_, httpLimits(),
            [&host](std::string_view text) { host.log(Level::Error, text); }) {}

WebSocketProtocol::Station::~Station() {
    loop_.cancel(renewing_);
}

void WebSocketProtocol::Station::listen(int fd, const net::ListenerOptions& options,
                                        std::uint64_t tlsGeneration) {
    tlsGeneration_ = tlsGeneration;
    listener_ = std::make_unique<net::Listener>(
        loop_, fd, options,
        [this](net::Connection::Ptr connection) { http_.serve(std::move(connection)); });
    renewing_ = loop_.every(kTlsCheck, [this] { renewTls(); });
}

void WebSocketProtocol::Station::run() {
    thread_ = std::thread([this] { loop_.run(); });
}

void WebSocketProtocol::Station::post(std::function<void(Station&)> order) {
    loop_.post([this, order = std::move(order)] { order(*this); });
}

void WebSocketProtocol::Station::join() {
    if (thread_.joinable()) thread_.join();
}

/// New connections get the new certificate; a bad one changes nothing.
void WebSocketProtocol::Station::renewTls() {
    const std::shared_ptr<const Tls> tls = host_.tls();
    if (!tls || tls->generation == tlsGeneration_) return;
    tlsGeneration_ = tls->generation;
    try {
        listener_->setTls(contextOf(*tls));
    } catch (const std::exception& error) {
        host_.log(Level::Error, std::string("keeping the old certificate: ") + error.what());
    }
}

void WebSocketProtocol::Station::stop() {
    if (listener_) listener_->pause();
    door_.shut();
    sessions_.closeAll(CloseReason::Shutdown, kPatience, [this] { loop_.stop(); });
}

WebSocketProtocol::WebSocketProtocol(Host& host, ProtocolHost& core, Settings settings)
    : host_(host), core_(core), settings_(std::move(settings)) {}

WebSocketProtocol::~WebSocketProtocol() {
    stop();
}

Status WebSocketProtocol::start() {
    const std::shared_ptr<const Tls> tls = host_.tls();
    if (!tls) return Error{"", "there is no certificate for TLS"};
    Result<int> fd = host_.listener(settings_.listen);
    if (!fd) return fd.error();
    try {
        net::ListenerOptions options;
        options.connection.tls = contextOf(*tls);
        options.connection.maxPendingBytes = kMaxPendingBytes;
        options.connection.lowWatermark = WebSocketSession::kOutputBudget / 4;
        options.admission = std::make_shared<net::Admission>(
            net::AdmissionLimits{.connections = settings_.maxConnections});
        options.log = [&host = host_](std::string_view text) { host.log(Level::Warning, text); };
        startStations(*fd, options, tls->generation);
    } catch (const std::exception& error) {
        stop();
        return Error{"", error.what()};
    }
    host_.health("listener", Health::Working, "listening on " + settings_.listen);
    return Done{};
}

void WebSocketProtocol::startStations(int fd, const net::ListenerOptions& options,
                                      std::uint64_t tlsGeneration) {
    for (std::size_t i = 0; i < settings_.threads; ++i) {
        stations_.push_back(std::make_unique<Station>(host_, core_, settings_));
        stations_.back()->listen(fd, options, tlsGeneration);
    }
    for (const auto& station : stations_) station->run();
}

void WebSocketProtocol::forEach(const std::function<void(Station&)>& order) {
    for (const auto& station : stations_) station->post(order);
}

void WebSocketProtocol::close(std::uint64_t stream, CloseReason reason) {
    forEach([stream, reason](Station& station) { station.close(stream, reason); });
}

void WebSocketProtocol::quiesce() {
    forEach([](Station& station) { station.pause(); });
}

void WebSocketProtocol::resume() {
    forEach([](Station& station) { station.resume(); });
}

void WebSocketProtocol::stop() {
    forEach([](Station& station) { station.stop(); });
    for (const auto& station : stations_) station->join();
    stations_.clear();
}

}  // namespace runnel::websocket
