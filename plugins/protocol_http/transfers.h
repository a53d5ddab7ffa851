// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "settings.h"
#include "verdict.h"

using CURLM = void;

namespace runnel::http {

/// Requests of one event loop, any number at once, over connections that are kept for the next
/// ones. Names are resolved on threads of libcurl's own; which address one has is judged when it is
/// connected to. Redirects are not followed, proxies of the environment are not used.
/// Thread safety: the loop's thread, or any one thread while the loop does not run.
class Transfers final {
  public:
    static constexpr std::size_t kMaxAnswer = std::size_t{64} * 1024;  ///< bytes read of a body

    explicit Transfers(net::EventLoop& loop);
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    struct Request {
        std::string url;
        std::vector<std::string> headers;
        const std::string& body;  ///< stays the caller's until `done` or cancel()
        const Endpoint& endpoint;
    };
    using Done = std::function<void(Answer&&)>;
    using Id = std::uint64_t;
    /// `done` is called once, later, by the loop; not after cancel().
    Id start(const Request& request, Done done);
    void cancel(Id id);
    std::size_t count() const { return running_.size(); }

  private:
    struct Transfer;
    class Watch;
    void watch(int fd, int what);
    void setTimer(long milliseconds);
    void act(int fd, int events);
    void collect();
    std::unique_ptr<Transfer> release(Id id);

    net::EventLoop& loop_;
    CURLM* const multi_;
    net::TimerId timer_ = net::TimerId::None;
    Id last_ = 0;
    std::map<Id, std::unique_ptr<Transfer>> running_;
    std::map<int, std::shared_ptr<Watch>> watches_;
    std::vector<void*> spare_;  ///< handles for the next requests
};

}  // namespace runnel::http
