// SPDX-License-Identifier: Apache-2.0
#include "mqtt/client.h"

#include <algorithm>
#include <limits>
#include <variant>

#include "mqtt/links.h"
#include "mqtt/reason.h"
#include "net/websocket_upgrade.h"

namespace runnel::mqtt {

namespace {

constexpr std::chrono::seconds kConnectDeadline{20};  // TCP, TLS and CONNACK together
constexpr const char* kDeadlineText = "20 s";
constexpr std::chrono::seconds kStopDeadline{2};
constexpr std::chrono::seconds kLasting{10};  // a shorter connection is a failed attempt
constexpr unsigned kBeatsPerKeepAlive = 2;
constexpr unsigned kMaxSilentBeats = 4;
constexpr std::size_t kMaxWords = 200;  // of a broker's own explanation

/// MQTT 3.1.1 has no receive maximum.
std::uint16_t receiveLimit(const ClientSettings& settings) {
    return settings.version == Version::V5 ? settings.receiveMaximum
                                           : std::numeric_limits<std::uint16_t>::max();
}

/// "not authorized", with the peer's own words behind it if it gave some.
std::string inWords(Reason reason, const Properties& properties) {
    std::string words(text(reason));
    const Property* own = find(properties, PropertyId::ReasonString);
    if (own == nullptr) return words;
    const std::string line = net::printableLine(own->text, kMaxWords);
    if (!line.empty()) words.append(": ").append(line);
    return words;
}

}  // namespace

Client::Client(net::EventLoop& loop, net::Dialer& dialer, ClientSettings settings,
               ClientEvents& events)
    : loop_(loop),
      dialer_(dialer),
      settings_(std::move(settings)),
      events_(events),
      incoming_(receiveLimit(settings_)),
      outgoing_(settings_.window),
      dice_(std::random_device{}()) {}

Client::~Client() {
    // A stopped client may be destroyed on any thread.
    if (state_ == State::Stopped) return;
    dialer_.cancel(call_);
    loop_.cancel(timer_);
    loop_.cancel(beat_);
}

void Client::start(std::vector<std::pair<std::string, Qos>> subscriptions) {
    subscriptions_ = std::move(subscriptions);
    dial();
}

void Client::dial() {
    state_ = State::Dialing;
    timer_ = net::TimerId::None;
    call_ = dialer_.dial({.address = settings_.address.target(),
                          .attempt = attempts_++,
                          .isPublicOnly = settings_.isPublicOnly},
                         [this](const net::Dialed& result) { dialed(result); });
    timer_ = loop_.after(kConnectDeadline, [this] {
        timer_ = net::TimerId::None;
        dialer_.cancel(std::exchange(call_, net::Dialer::Call::None));
        lost("no address for " + settings_.address.host + " within " + kDeadlineText);
    });
}

void Client::dialed(const net::Dialed& dialed) {
    call_ = net::Dialer::Call::None;
    loop_.cancel(std::exchange(timer_, net::TimerId::None));
    if (dialed.fd < 0) return lost(dialed.error);
    state_ = State::Opening;
    why_.clear();
    link_ = clientLink(loop_, dialed.fd, settings_, *this);
    timer_ = loop_.after(kConnectDeadline, [this] {
        timer_ = net::TimerId::None;
        giveUp("no answer to CONNECT within " + std::string(kDeadlineText));
    });
}

void Client::opened() {
    decoder_.emplace(Sender::Server, settings_.maxPacketBytes);
    decoder_->setVersion(settings_.version);
    Connect connect;
    connect.version = settings_.version;
    connect.isCleanStart = settings_.sessionExpiry.count() == 0;
    connect.keepAliveSeconds = static_cast<std::uint16_t>(settings_.keepAlive.count());
    connect.clientId = settings_.clientId;
    if (!settings_.userName.empty()) connect.userName = settings_.userName;
    if (!settings_.password.empty()) connect.password = settings_.password;
    const auto number = [&connect](PropertyId id, std::uint64_t value) {
        connect.properties.push_back({id, static_cast<std::uint32_t>(value), {}, {}});
    };
    number(PropertyId::SessionExpiryInterval,
           static_cast<std::uint64_t>(settings_.sessionExpiry.count()));
    number(PropertyId::ReceiveMaximum, settings_.receiveMaximum);
    number(PropertyId::MaximumPacketSize, settings_.maxPacketBytes);
    output_.clear();
    append(output_, connect);
    link_->send(output_);
}

void Client::received(std::span<const std::uint8_t> bytes) {
    hasHeard_ = true;
    decoder_->feed(bytes, *this);
    afterInput();
}

void Client::afterInput() {
    if (decoder_->failure()) return fail(decoder_->failure()->reason, decoder_->failure()->text);
    if (state_ != State::Connected) return;
    if (std::exchange(hasRoom_, false) && room() > 0) events_.writable();
}

void Client::packet(const Packet& packet) {
    std::visit([this](const auto& any) { take(any); }, packet);
}

void Client::take(const Connack& connack) {
    if (state_ != State::Opening) return fail(Reason::ProtocolError, "a second CONNACK came");
    if (isFailure(connack.reason)) {
        std::string why = "the broker refuses: " + inWords(connack.reason, connack.properties);
        if (connack.reason == Reason::UnsupportedProtocolVersion) {
            why += "; set version to the other one";
        }
        return giveUp(std::move(why));
    }
    if (std::string problem = limitsOf(connack); !problem.empty()) {
        return fail(Reason::QosNotSupported, std::move(problem));
    }
    begin(connack.isSessionPresent);
}

/// Takes over what the server says about itself; returns what makes it unusable, or "".
std::string Client::limitsOf(const Connack& connack) {
    using enum PropertyId;
    const Properties& properties = connack.properties;
    if (numberOr(properties, MaximumQos, 2) < 1) {
        return "the broker takes no QoS 1, without which messages would be lost";
    }
    const std::uint32_t all = std::numeric_limits<std::uint16_t>::max();
    const std::uint32_t theirs = numberOr(properties, ReceiveMaximum, all);
    limit_ = static_cast<std::uint16_t>(std::min<std::uint32_t>(theirs, settings_.window));
    maxServerPacket_ = numberOr(properties, MaximumPacketSize, 0);
    const auto own = static_cast<std::uint32_t>(settings_.keepAlive.count());
    const std::uint32_t keepAlive = numberOr(properties, ServerKeepAlive, own);
    if (keepAlive > 0) {
        const std::chrono::milliseconds period{keepAlive * 1000 / kBeatsPerKeepAlive};
        beat_ = loop_.every(period, [this] { beat(); });
    }
    return {};
}

void Client::begin(bool isSessionPresent) {
    state_ = State::Connected;
    loop_.cancel(std::exchange(timer_, net::TimerId::None));
    connectedAt_ = loop_.now();
    silentBeats_ = 0;
    hasHeard_ = hasSent_ = true;
    isSessionPresent_ = isSessionPresent;
    incoming_.restart(isSessionPresent);
    outgoing_.setLimit(limit_);
    subscribe();
    resends_.clear();
    nextResend_ = onWire_ = 0;
    for (std::size_t place = 0; place < outgoing_.size(); ++place) {
        if (const auto entry = outgoing_.at(place); entry.token != 0) resends_.push_back(entry);
    }
    if (isPaused_) pause();
    events_.connected(isSessionPresent);
    resendSome();
    hasRoom_ = true;  // writable() comes when this input is done
}

void Client::take(const Ack& ack) {
    if (ack.type == PacketType::Pubrel) return send(incoming_.released(ack.packetId));
    if (ack.type != PacketType::Puback) {
        return fail(Reason::ProtocolError, "an answer to QoS 2 came, which was never sent");
    }
    const auto token = outgoing_.tokenOf(ack.packetId);
    if (!token) return;
    const std::string why = isFailure(ack.reason) ? inWords(ack.reason, ack.properties) : "";
    if (!events_.published(*token, ack.reason, why)) {
        return fail(Reason::Success, "the broker did not take a message: " + why);
    }
    static_cast<void>(outgoing_.acknowledged(ack.packetId));
    if (onWire_ > 0) --onWire_;
    hasRoom_ = true;
    resendSome();
}

void Client::take(const Disconnect& disconnect) {
    giveUp("the broker ends the connection: " + inWords(disconnect.reason, disconnect.properties));
}

template <class Other>
void Client::take(const Other&) {
    fail(Reason::ProtocolError, "a packet came that no broker sends");
}

/// While paused nothing can be heard.
void Client::beat() {
    if (state_ != State::Connected) return;
    silentBeats_ = std::exchange(hasHeard_, false) || isPaused_ ? 0 : silentBeats_ + 1;
    if (silentBeats_ >= kMaxSilentBeats) {
        state_ = State::Closing;
        why_ = "nothing heard from the broker for twice the keep-alive time";
        decoder_->stop();
        return link_->abort();
    }
    if (!std::exchange(hasSent_, false) || silentBeats_ > 0) {
        send(Pingreq{});
        hasSent_ = false;
    }
}

/// Says why first, which only MQTT 5 can.
void Client::fail(Reason reason, std::string why) {
    if (state_ == State::Connected && settings_.version == Version::V5) {
        send(Disconnect{reason, {}});
    }
    giveUp(std::move(why));
}

/// closed() comes later and does the rest.
void Client::giveUp(std::string why) {
    if (state_ == State::Closing || !link_) return;
    state_ = State::Closing;
    why_ = std::move(why);
    if (decoder_) decoder_->stop();
    link_->close();
}

void Client::closed(std::string_view why) {
    const std::string reason = why_.empty() ? std::string(why) : why_;
    link_.reset();
    decoder_.reset();
    lost(reason);
}

void Client::lost(std::string_view why) {
    loop_.cancel(std::exchange(timer_, net::TimerId::None));
    loop_.cancel(std::exchange(beat_, net::TimerId::None));
    if (stopped_) return finish();
    const bool hasLasted = connectedAt_ != Time{} && loop_.now() - connectedAt_ >= kLasting;
    connectedAt_ = {};
    state_ = State::Waiting;
    const std::chrono::milliseconds retry = nextRetry(hasLasted);
    timer_ = loop_.after(retry, [this] { dial(); });
    events_.disconnected(why, retry);
}

/// Doubles with each failure in a row; half of it is chance, so that many do not come at once.
std::chrono::milliseconds Client::nextRetry(bool hasLasted) {
    if (hasLasted) failures_ = 0;
    std::chrono::milliseconds whole = settings_.firstRetry;
    for (unsigned i = 0; i < failures_ && whole < settings_.lastRetry; ++i) whole *= 2;
    whole = std::min(whole, settings_.lastRetry);
    ++failures_;
    std::uniform_int_distribution<std::int64_t> chance(whole.count() / 2, whole.count());
    return std::chrono::milliseconds(chance(dice_));
}

void Client::stop(std::function<void()> done) {
    stopped_ = std::move(done);
    loop_.cancel(std::exchange(timer_, net::TimerId::None));
    dialer_.cancel(std::exchange(call_, net::Dialer::Call::None));
    if (!link_) return finish();
    if (state_ == State::Connected) send(Disconnect{});
    giveUp("stopped");
    timer_ = loop_.after(kStopDeadline, [this] {
        timer_ = net::TimerId::None;
        if (link_) link_->abort();
    });
}

void Client::abort() {
    loop_.cancel(std::exchange(timer_, net::TimerId::None));
    loop_.cancel(std::exchange(beat_, net::TimerId::None));
    dialer_.cancel(std::exchange(call_, net::Dialer::Call::None));
    link_.reset();
    decoder_.reset();
    stopped_ = nullptr;
    state_ = State::Stopped;
}

void Client::finish() {
    state_ = State::Stopped;
    if (const auto done = std::exchange(stopped_, nullptr)) done();
}

}  // namespace runnel::mqtt
