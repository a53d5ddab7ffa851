// SPDX-License-Identifier: Apache-2.0
#include "mqtt_protocol.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace runnel::mqtt {

namespace {

constexpr std::chrono::milliseconds kPatience{3500};  // with sessions, when stopping
constexpr std::chrono::seconds kSweepPeriod{1};       // for keep-alive
// Far above what a session queues: one parcel may hold several large documents.
constexpr std::size_t kMaxPendingBytes = std::size_t{8} << 20U;

}  // namespace

MqttProtocol::Station::Station(Host& host, ProtocolHost& core, Subscribers& subscribers)
    : host_(host),
      dialer_(loop_),
      sessions_(loop_, kSweepPeriod),
      subscriberParts_{core, sessions_, subscribers, {}},
      publisherParts_{host, core, sessions_, dialer_},
      entrance_(loop_, subscriberParts_,
                [&host](std::string_view text) { host.log(Level::Error, text); }) {}

void MqttProtocol::Station::run() {
    thread_ = std::thread([this] { loop_.run(); });
}

void MqttProtocol::Station::post(std::function<void(Station&)> order) {
    loop_.post([this, order = std::move(order)] { order(*this); });
}

void MqttProtocol::Station::join() {
    if (thread_.joinable()) thread_.join();
}

void MqttProtocol::Station::listen(int socket, const sessions::ListenerWish& wish) {
    try {
        listeners_.push_back(std::make_unique<sessions::TlsListener>(
            loop_, host_, socket, wish,
            [this](net::Connection::Ptr connection) { entrance_.arrive(std::move(connection)); }));
    } catch (const std::exception& error) {
        host_.health("listener", Health::Failing, error.what());
    }
}

void MqttProtocol::Station::publish(const Grant& grant, const PublisherOptions& options) {
    std::make_shared<PublisherSession>(publisherParts_, grant, options)->begin();
}

void MqttProtocol::Station::pause() {
    for (const auto& listener : listeners_) listener->pause();
}

void MqttProtocol::Station::resume() {
    for (const auto& listener : listeners_) listener->resume();
}

void MqttProtocol::Station::stop() {
    pause();
    entrance_.shut();
    sessions_.closeAll(CloseReason::Shutdown, kPatience, [this] { loop_.stop(); });
}

MqttProtocol::MqttProtocol(Host& host, ProtocolHost& core, Settings settings)
    : host_(host),
      core_(core),
      settings_(std::move(settings)),
      admission_(std::make_shared<net::Admission>(
          net::AdmissionLimits{.connections = settings_.maxConnections})) {}

MqttProtocol::~MqttProtocol() {
    stop();
}

Status MqttProtocol::start() {
    for (const std::string& address : settings_.listenPlain) {
        const auto& other = settings_.listen;
        if (std::find(other.begin(), other.end(), address) == other.end()) continue;
        return Error{"listenPlain", "must not have " + address +
                                        ", which is in listen, too: a port has TLS or has not"};
    }
    for (std::size_t i = 0; i < settings_.threads; ++i) {
        stations_.push_back(std::make_unique<Station>(host_, core_, subscribers_));
    }
    for (const auto& station : stations_) station->run();
    return Done{};
}

Status MqttProtocol::open(const Grant& grant) {
    if (stations_.empty()) return Error{"", "the protocol is stopped"};
    if (roleOf(*grant.stream) == Role::Listener) return listen();
    auto options = readPublisherOptions(*grant.stream, settings_, contexts_);
    if (!options) return options.error();
    Station& station = *stations_[grant.stream->stream % stations_.size()];
    station.post(
        [grant, options = *std::move(options)](Station& there) { there.publish(grant, options); });
    return Done{};
}

Status MqttProtocol::listen() {
    for (const bool isTls : {true, false}) {
        for (const std::string& address : isTls ? settings_.listen : settings_.listenPlain) {
            if (auto status = listenOn(address, isTls); !status) {
                host_.health("listener", Health::Failing, status.error().reason);
                return status;
            }
        }
    }
    return Done{};
}

Status MqttProtocol::listenOn(const std::string& address, bool isTls) {
    if (listening_.contains(address)) return Done{};
    const Result<int> socket = host_.listener(address);
    if (!socket) return socket.error();
    listening_.insert(address);
    sessions::ListenerWish wish;
    wish.isTls = isTls;
    wish.options.connection.maxPendingBytes = kMaxPendingBytes;
    wish.options.connection.lowWatermark = 0;  // QoS 0 is settled when all is written
    wish.options.admission = admission_;
    wish.options.log = [&host = host_](std::string_view text) { host.log(Level::Warning, text); };
    forEach([socket = *socket, wish](Station& station) { station.listen(socket, wish); });
    host_.health(isTls ? "listener" : "plain listener", Health::Working, "listening on " + address);
    return Done{};
}

void MqttProtocol::forEach(const std::function<void(Station&)>& order) {
    for (const auto& station : stations_) station->post(order);
}

void MqttProtocol::close(std::uint64_t stream, CloseReason reason) {
    forEach([stream, reason](Station& station) { station.close(stream, reason); });
}

void MqttProtocol::quiesce() {
    forEach([](Station& station) { station.pause(); });
}

void MqttProtocol::resume() {
    forEach([](Station& station) { station.resume(); });
}

void MqttProtocol::stop() {
    forEach([](Station& station) { station.stop(); });
    for (const auto& station : stations_) station->join();
    stations_.clear();
    listening_.clear();
}

}  // namespace runnel::mqtt
