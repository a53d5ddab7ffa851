// SPDX-License-Identifier: Apache-2.0
#include "http_protocol.h"

#include <chrono>
#include <utility>

namespace runnel::http {

namespace {

constexpr std::chrono::milliseconds kPatience{3500};  // with requests under way, when stopping
constexpr std::chrono::hours kSweepPeriod{1};         // requests have time-outs of their own

}  // namespace

HttpProtocol::Station::Station(Host& host, ProtocolHost& core)
    : transfers_(loop_),
      sessions_(loop_, kSweepPeriod),
      parts_{host, core, sessions_, transfers_} {}

void HttpProtocol::Station::run() {
    thread_ = std::thread([this] { loop_.run(); });
}

void HttpProtocol::Station::post(std::function<void(Station&)> order) {
    loop_.post([this, order = std::move(order)] { order(*this); });
}

void HttpProtocol::Station::join() {
    if (thread_.joinable()) thread_.join();
}

void HttpProtocol::Station::open(const Grant& grant, const WebhookOptions& options) {
    std::make_shared<WebhookSession>(parts_, grant, options)->begin();
}

void HttpProtocol::Station::stop() {
    sessions_.closeAll(CloseReason::Shutdown, kPatience, [this] { loop_.stop(); });
}

HttpProtocol::HttpProtocol(Host& host, ProtocolHost& core, Settings settings)
    : host_(host), core_(core), settings_(settings) {}

HttpProtocol::~HttpProtocol() {
    stop();
}

Status HttpProtocol::start() {
    for (std::size_t i = 0; i < settings_.threads; ++i) {
        stations_.push_back(std::make_unique<Station>(host_, core_));
    }
    for (const auto& station : stations_) station->run();
    return Done{};
}

Status HttpProtocol::open(const Grant& grant) {
    if (stations_.empty()) return Error{"", "the protocol is stopped"};
    auto options = readOptions(*grant.stream, settings_);
    if (!options) return options.error();
    Station& station = *stations_[grant.stream->stream % stations_.size()];
    station.post(
        [grant, options = *std::move(options)](Station& there) { there.open(grant, options); });
    return Done{};
}

void HttpProtocol::close(std::uint64_t stream, CloseReason reason) {
    for (const auto& station : stations_) {
        station->post([stream, reason](Station& there) { there.close(stream, reason); });
    }
}

void HttpProtocol::stop() {
    for (const auto& station : stations_) station->post([](Station& there) { there.stop(); });
    for (const auto& station : stations_) station->join();
    stations_.clear();
}

}  // namespace runnel::http
