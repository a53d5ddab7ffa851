// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "admin/event_stream.h"
#include "admin/login.h"
#include "admin/route.h"
#include "admin/route_table.h"
#include "admin/worker_pool.h"
#include "base/log.h"
#include "net/http_server.h"

namespace runnel::admin {

/// Called after each request that might have changed something (not GET or HEAD), on a worker
/// thread, unless it was refused for want of a login (401). `who.name` is "" where the route asks
/// for no login. Must not throw.
using Audit = std::function<void(const Route&, const ApiRequest&, int status)>;

/// From an HTTP request to a handler and back: finds the route, who asks and whether they may, runs
/// the handler on a worker, and makes a response of what it answers or throws. Everything that goes
/// wrong becomes a problem document, also what core/net finds wrong by itself.
/// Thread safety: handle() on the loop's thread; destroy after the pool has stopped.
class Dispatch final {
  public:
    struct Parts {
        Identify identify;
        WorkerPool& pool;
        EventStreams& streams;
        Log& log;
        Audit audit;  ///< may be empty
    };
    /// By which listener a request came.
    enum class Door : std::uint8_t {
        Https,
        Local  ///< the Unix socket: whoever can connect to it is an admin called "local"
    };

    Dispatch(Routes routes, Parts parts);

    /// What the HttpServer of this door calls; as long-lived as the dispatch.
    net::HttpHandler& at(Door door) { return door == Door::Local ? local_ : https_; }

  private:
    class Entrance final : public net::HttpHandler {
      public:
        Entrance(Dispatch& dispatch, Door door) : dispatch_(dispatch), door_(door) {}
        void handle(net::HttpRequest request, net::HttpResponder responder) override;
        net::HttpResponse failed(const net::HttpFailure& failure) override;

      private:
        Dispatch& dispatch_;
        const Door door_;
    };
    struct Call;

    void handle(Door door, net::HttpRequest request, const net::HttpResponder& responder);
    void run(Call& call);
    std::optional<net::HttpResponse> answerTo(Call& call);
    void admit(Call& call);
    std::optional<net::HttpResponse> openEvents(const Call& call);
    bool isStill(const Principal& who, const net::HttpHeaders& headers) const;
    net::HttpResponse withoutDisk(const Call& call, std::string_view what) const;
    void log(const Call& call, std::string_view what) const;

    const RouteTable routes_;
    Parts parts_;
    Entrance https_{*this, Door::Https};
    Entrance local_{*this, Door::Local};
};

}  // namespace runnel::admin
