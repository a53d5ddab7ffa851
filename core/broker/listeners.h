// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "base/log.h"
#include "runnel/values.h"

namespace runnel {

/// The broker's listening sockets, by the address as configured: a plugin that is replaced gets the
/// same one again. Thread safety: any thread.
class Listeners {
  public:
    explicit Listeners(Log& log) : log_(log) {}
    ~Listeners();
    Listeners(const Listeners&) = delete;
    Listeners& operator=(const Listeners&) = delete;

    /// `owner` is for people: "websocket". Logs where it listens.
    Result<int> get(const std::string& owner, std::string_view address);
    /// "127.0.0.1:8443" of an owner's first listener; "" if it has none.
    std::string addressOf(const std::string& owner) const;

  private:
    struct Socket {
        int fd = -1;
        std::string owner;
        std::string bound;
    };
    Log& log_;
    mutable Guarded<std::map<std::string, Socket, std::less<>>> sockets_;
};

}  // namespace runnel
