// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/fleet.h"

#include <algorithm>
#include <exception>
#include <numeric>

#include "tests/bench/broker_process.h"

namespace runnel::bench {

namespace {

constexpr std::size_t kOpeningAtOnce = 64;

}  // namespace

Fleet::Fleet(net::EventLoop& loop, std::string address, std::size_t streams, Traffic& traffic)
    : loop_(loop),
      address_(std::move(address)),
      streams_(streams),
      traffic_(traffic),
      tls_(net::TlsContext::client({.isVerifying = false, .caPem = {}, .identity = {}})) {}

void Fleet::open(std::size_t count) {
    wanted_ = count;
    traffic_.setSessions(count);
    clients_.reserve(count);
    openSome();
}

void Fleet::openSome() {
    if (isClosing_ || hasFailed()) return;
    ClientEvents& events = *this;
    try {
        while (clients_.size() < wanted_ && clients_.size() - open_ < kOpeningAtOnce) {
            const std::string token = tokenOf(clients_.size() % streams_);
            clients_.push_back(std::make_unique<StreamClient>(
                loop_, StreamClient::Target{address_, token, tls_, traffic_.posted()}, events));
        }
    } catch (const std::exception& error) {
        failure_ = error.what();
    }
}

void Fleet::closeAll() {
    isClosing_ = true;
    for (const auto& client : clients_) client->close();
}

void Fleet::reset() {
    clients_.clear();
    isClosing_ = false;
}

void Fleet::isOpen(StreamClient&) {
    ++open_;
    openSome();
}

bool Fleet::document(StreamClient& client, std::string_view text) {
    const std::size_t before = traffic_.completed();
    if (!traffic_.arrived(client.nextDocument(), text)) return false;
    if (traffic_.completed() != before && completed_) completed_();
    return true;
}

void Fleet::ended(StreamClient&, std::string_view why) {
    if (open_ > 0) --open_;
    if (!isClosing_ && !hasFailed()) failure_ = "a session ended: " + std::string(why);
}

bool Fleet::areAllCovered() const {
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const auto& client) { return client->isCovered(); });
}

std::uint64_t Fleet::pings() const {
    return std::accumulate(
        clients_.begin(), clients_.end(), std::uint64_t{0},
        [](std::uint64_t sum, const auto& client) { return sum + client->pings(); });
}

}  // namespace runnel::bench
