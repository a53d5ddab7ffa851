// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/json.h"
#include "ctl/target.h"

namespace runnel::ctl {

/// Parameters of a query; those with an empty value are left out.
using Query = std::vector<std::pair<std::string, std::string>>;

/// "/api/v1/applications/70…/streams/my%20one" of {"applications", "70…", "streams", "my one"}.
std::string apiPath(const std::vector<std::string>& segments, const Query& query = {});

/// One of the API's server-sent events.
struct ServerEvent {
    std::string kind;  ///< "message", "stream", "health", "lost"
    std::string data;  ///< JSON
};

/// The broker's management API, one connection that is kept for all requests. Each call blocks, at
/// most for the target's time-out. Whatever is not success is thrown as Failure, with the problem
/// document's texts. Thread safety: one thread.
class Client final {
  public:
    explicit Client(Target target) : target_(std::move(target)) {}

    /// The body.
    std::string get(const std::string& path);
    /// nullopt if there is no such object (404).
    std::optional<std::string> find(const std::string& path);
    std::string post(const std::string& path, const Var& body = {});
    std::string put(const std::string& path, const Var& body);
    /// A JSON merge patch (RFC 7396).
    std::string patch(const std::string& path, const Var& body);
    void remove(const std::string& path);

    /// All objects of a list, page after page. `atMost` 0: no limit.
    std::vector<Object::Ptr> list(const std::vector<std::string>& segments, Query query = {},
                                  std::size_t atMost = 0);

    /// Calls `take` with every event until it returns false. Throws Failure(Unreachable) if the
    /// broker ends the connection.
    void follow(const std::string& path, const std::function<bool(const ServerEvent&)>& take);

  private:
    struct Request {
        const char* method;
        const std::string& path;
        std::string body;
        std::string type;
    };
    struct Answer {
        int status;
        std::string body;
    };
    Answer exchange(const Request& request);
    Answer exchangeOnce(const Request& request);
    std::istream& begin(const Request& request, Poco::Net::HTTPResponse& response);
    std::string succeed(const Request& request);

    Target target_;
    std::unique_ptr<Poco::Net::HTTPClientSession> session_;
    bool isReused_ = false;
};

}  // namespace runnel::ctl
