// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "admin/admin_server.h"
#include "base/guarded.h"
#include "net/address.h"
#include "net/tls_context.h"
#include "tests/support/blocking_client.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel::admin {

inline constexpr Eui kMine{0x0102030405060708};
inline constexpr Eui kOther{0x1112131415161718};

/// An AdminServer on a TCP port and a Unix socket. Its keys are "admin", "operator" (of kMine),
/// "viewer" (of everything) and "guest" (a viewer of kMine), unless they are in `ended`.
class ServerFixture : public testing::Test {
  protected:
    using Mode = test::BlockingClient::Mode;

    ServerFixture() : https_(net::listenOn("127.0.0.1:0")) { setTls(1); }
    ~ServerFixture() override {
        server_.reset();
        ::close(https_);
    }

    void start(Routes routes, AdminLimits limits = {}) {
        AdminServer::Parts parts{.identify = identify(),
                                 .feed = feed_,
                                 .log = log_,
                                 .tls = [this] { return *tls_.lock(); },
                                 .audit = audit_};
        server_ = std::make_unique<AdminServer>(
            std::move(routes), std::move(parts),
            AdminServer::Listen{.httpsSocket = https_, .socket = socket_}, limits);
    }
    void setTls(std::uint64_t generation) {
        const net::TlsIdentity made = net::makeSelfSigned("localhost", 30);
        auto tls = std::make_shared<Tls>();
        tls->generation = generation;
        tls->certificatePem = made.certificatePem;
        tls->keyPem = made.keyPem;
        *tls_.lock() = tls;
    }
    void setBadTls(std::uint64_t generation) {
        auto tls = std::make_shared<Tls>();
        tls->generation = generation;
        *tls_.lock() = tls;
    }
    void stop() { server_.reset(); }
    std::string address() const { return net::boundAddress(https_); }

    static std::string head(std::string_view line, std::string_view more = {}) {
        return std::string(line) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
    }
    static std::string as(std::string_view key) {
        return "Authorization: Bearer " + std::string(key) + "\r\n";
    }
    /// The whole response to one request.
    std::string https(const std::string& request, bool hasBody = true) {
        test::BlockingClient client(address(), Mode::Tls);
        client.write(request);
        return client.readHttpResponse(hasBody);
    }
    std::string local(const std::string& request, bool hasBody = true) {
        test::BlockingClient client(socket_.string(), Mode::Plain);
        client.write(request);
        return client.readHttpResponse(hasBody);
    }
    static std::string statusOf(const std::string& response) { return response.substr(9, 3); }
    static std::string bodyOf(const std::string& response) {
        return response.substr(response.find("\r\n\r\n") + 4);
    }

    TemporaryDirectory directory_;
    std::filesystem::path socket_ = directory_.path() / "admin.sock";
    RecordingLog log_;
    LiveFeed feed_;
    Audit audit_;
    Guarded<std::string> ended_;

  private:
    Identify identify() {
        return [this](std::string_view, const net::HttpHeaders& headers) {
            ApiRequest request;
            request.headers = headers;
            const std::string_view given = request.header("Authorization");
            const std::string_view key = given.starts_with("Bearer ") ? given.substr(7) : "";
            const auto known = principals_.find(key);
            if (known != principals_.end() && key != *ended_.lock())
                return Login{known->second, {}};
            throw Problem(401, "log in").with("WWW-Authenticate", "Bearer");
        };
    }

    const std::map<std::string, Principal, std::less<>> principals_{
        {"admin", {"admin", Role::Admin, {}}},
        {"operator", {"operator", Role::Operator, {kMine}}},
        {"viewer", {"viewer", Role::Viewer, {}}},
        {"guest", {"guest", Role::Viewer, {kMine}}}};
    int https_;
    Guarded<std::shared_ptr<const Tls>> tls_;
    std::unique_ptr<AdminServer> server_;
};

}  // namespace runnel::admin
