// SPDX-License-Identifier: Apache-2.0
#include "broker/listeners.h"

#include <unistd.h>

#include "net/address.h"

namespace runnel {

Listeners::~Listeners() {
    auto sockets = sockets_.lock();
    for (const auto& [address, socket] : *sockets) ::close(socket.fd);
}

Result<int> Listeners::get(const std::string& owner, std::string_view address) {
    const std::string key = owner + ' ' + std::string(address);
    auto sockets = sockets_.lock();
    const auto known = sockets->find(key);
    if (known != sockets->end()) return known->second.fd;
    try {
        const int fd = net::listenOn(address);
        const std::string bound = net::boundAddress(fd);
        sockets->emplace(key, Socket{fd, owner, bound});
        log_.write(Level::Info, "broker", owner + " listens on " + bound);
        return fd;
    } catch (const std::exception& error) {
        return Error{"listen", error.what()};
    }
}

std::string Listeners::addressOf(const std::string& owner) const {
    auto sockets = sockets_.lock();
    for (const auto& [key, socket] : *sockets) {
        if (socket.owner == owner) return socket.bound;
    }
    return {};
}

}  // namespace runnel
