// SPDX-License-Identifier: Apache-2.0
#include "admin/admin_server.h"

#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "admin/public_routes.h"
#include "base/config_error.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "net/tls_context.h"
#include "net/unix_socket.h"

namespace runnel::admin {

namespace {

constexpr std::chrono::seconds kTlsCheck{1};
constexpr mode_t kSocketMode = 0660;

/// Without client certificates: those are for streams, people have logins.
net::TlsContext contextOf(const Tls& tls) {
    return net::TlsContext::server({.certificatePem = tls.certificatePem, .keyPem = tls.keyPem});
}

Routes withOurs(Routes routes) {
    for (Routes more : {publicRoutes(), eventRoutes()}) {
        std::move(more.begin(), more.end(), std::back_inserter(routes));
    }
    return routes;
}

}  // namespace

class AdminServer::Inside final {
  public:
    Inside(Routes routes, Parts parts, const AdminLimits& limits)
        : parts_(std::move(parts)),
          limits_(limits),
          pool_(parts_.log, limits.workers),
          streams_(loop_, parts_.feed, limits.events),
          dispatch_(withOurs(std::move(routes)),
                    {parts_.identify, pool_, streams_, parts_.log, parts_.audit}),
          https_(loop_, dispatch_.at(Dispatch::Door::Https), limits.http, logger()),
          local_(loop_, dispatch_.at(Dispatch::Door::Local), limits.http, logger()) {}

    ~Inside() {
        pool_.stop();
        if (!thread_.joinable()) return;
        loop_.stop();
        thread_.join();
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

    void listenOnHttps(int socket) {
        const std::shared_ptr<const Tls> tls = parts_.tls();
        if (!tls) throw ConfigError("admin: there is no certificate for HTTPS");
        generation_ = tls->generation;
        net::ListenerOptions options = optionsFor(limits_.connections);
        options.limits.handshakesPerAddress = limits_.handshakesPerAddress;
        options.connection.tls = contextOf(*tls);
        httpsListener_.emplace(loop_, socket, std::move(options),
                               [this](net::Connection::Ptr c) { https_.serve(std::move(c)); });
        loop_.every(kTlsCheck, [this] { renewTls(); });
    }
    void listenOnSocket(const std::filesystem::path& path) {
        socket_.emplace(net::listenOnUnix(path, kSocketMode));
        localListener_.emplace(loop_, socket_->fd(), optionsFor(limits_.localConnections),
                               [this](net::Connection::Ptr c) { local_.serve(std::move(c)); });
    }
    void start() {
        thread_ = std::thread([this] { loop_.run(); });
    }

  private:
    std::function<void(std::string_view)> logger() {
        return [this](std::string_view text) { parts_.log.write(Level::Warning, "admin", text); };
    }
    net::ListenerOptions optionsFor(std::size_t connections) {
        net::ListenerOptions options;
        options.connection.handshakeDeadline = limits_.handshake;
        options.limits.connections = connections;
        options.log = logger();
        return options;
    }
    void renewTls() {
        const std::shared_ptr<const Tls> tls = parts_.tls();
        if (!tls || tls->generation == generation_) return;
        generation_ = tls->generation;
        try {
            httpsListener_->setTls(contextOf(*tls));
        } catch (const std::exception& error) {
            parts_.log.write(Level::Error, "admin",
                             std::string("keeping the old certificate: ") + error.what());
        }
    }

    const Parts parts_;
    const AdminLimits limits_;
    net::EventLoop loop_;
    WorkerPool pool_;
    EventStreams streams_;
    Dispatch dispatch_;
    net::HttpServer https_;
    net::HttpServer local_;
    std::uint64_t generation_ = 0;
    std::optional<net::UnixSocket> socket_;
    std::optional<net::Listener> httpsListener_;
    std::optional<net::Listener> localListener_;
    std::thread thread_;
};

AdminServer::AdminServer(Routes routes, Parts parts, const Listen& listen, AdminLimits limits)
    : inside_(std::make_unique<Inside>(std::move(routes), std::move(parts), limits)) {
    try {
        if (listen.httpsSocket >= 0) inside_->listenOnHttps(listen.httpsSocket);
        if (!listen.socket.empty()) inside_->listenOnSocket(listen.socket);
    } catch (const ConfigError&) {
        throw;
    } catch (const std::exception& error) {
        throw ConfigError(std::string("admin: ") + error.what());
    }
    inside_->start();
}

AdminServer::~AdminServer() = default;

}  // namespace runnel::admin
