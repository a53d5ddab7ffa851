// SPDX-License-Identifier: Apache-2.0
#include "websocket_protocol.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace runnel::websocket {

namespace {

constexpr std::chrono::milliseconds kPatience{3500};  // with sessions, when stopping
// Far above what a session queues: one parcel may hold several large documents.
constexpr std::size_t kMaxPendingBytes = std::size_t{8} << 20U;

/// Eight looks at a session's silence before it gets a PING.
std::chrono::milliseconds sweepPeriod(const Settings& settings) {
    const std::chrono::milliseconds period = settings.idleTimeout / 8;
    return std::clamp(period, std::chrono::milliseconds(250), std::chrono::milliseconds(10'000));
}

net::HttpLimits httpLimits() {
    net::HttpLimits limits;
    limits.maxBodyBytes = kMaxMessageBytes;
    return limits;
}

}  // namespace

WebSocketProtocol::Station::Station(Host& host, ProtocolHost& core, const Settings& settings)
    : host_(host),
      sessions_(loop_, sweepPeriod(settings)),
      parts_{sessions_, pool_, settings},
      door_(core, parts_),
      http_(loop_, door_, httpLimits(),
            [&host](std::string_view text) { host.log(Level::Error, text); }) {}

void WebSocketProtocol::Station::listen(int fd, const sessions::ListenerWish& wish) {
    listener_.emplace(loop_, host_, fd, wish, [this](net::Connection::Ptr connection) {
        http_.serve(std::move(connection));
    });
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
    Result<int> fd = host_.listener(settings_.listen);
    if (!fd) return fd.error();
    try {
        sessions::ListenerWish wish;
        wish.options.connection.maxPendingBytes = kMaxPendingBytes;
        wish.options.connection.lowWatermark = WebSocketSession::kOutputBudget / 4;
        wish.options.admission = std::make_shared<net::Admission>(
            net::AdmissionLimits{.connections = settings_.maxConnections});
        wish.options.log = [&host = host_](std::string_view text) {
            host.log(Level::Warning, text);
        };
        startStations(*fd, wish);
    } catch (const std::exception& error) {
        stop();
        return Error{"", error.what()};
    }
    host_.health("listener", Health::Working, "listening on " + settings_.listen);
    return Done{};
}

void WebSocketProtocol::startStations(int fd, const sessions::ListenerWish& wish) {
    for (std::size_t i = 0; i < settings_.threads; ++i) {
        stations_.push_back(std::make_unique<Station>(host_, core_, settings_));
        stations_.back()->listen(fd, wish);
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
