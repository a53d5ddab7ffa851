// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin/problem.h"
#include "net/http_message.h"
#include "observe/live_feed.h"
#include "registry/principal.h"
#include "runnel/values.h"

namespace runnel::admin {

/// One request that may go on to its handler: the route was found, who asks is known and has the
/// right that the route needs.
struct ApiRequest {
    Principal who;
    std::string address;  ///< the other side's, without port; "": by the Unix socket
    std::string session;  ///< the cookie's; "" with an API key or by the Unix socket
    std::string method;
    std::map<std::string, std::string, std::less<>> path;  ///< the route's {parameters}
    net::Query query;
    net::HttpHeaders headers;
    std::string body;

    /// A path parameter as it is written in the route; asking for another one is a fault in us.
    const std::string& parameter(std::string_view name) const;
    /// The same as an EUI; a Problem 404 if it is none: nothing can have that name.
    Eui eui(std::string_view name) const;
    /// The value of a query parameter; "" if it is absent.
    std::string queryText(std::string_view name) const;
    std::string_view header(std::string_view name) const;
};

struct ApiAnswer {
    int status = 200;
    std::string body{};
    std::string contentType = "application/json";
    net::HttpHeaders headers{};
};

/// What a route asks of whoever calls it. `Application` in a name: the route's {application}
/// parameter is the one that counts; one that may not be seen is not found (404).
enum class Need : std::uint8_t {
    Nothing,            ///< anybody, without login
    Login,              ///< whoever is known; the handler shows what may be seen
    SeeApplication,     ///
    ChangeApplication,  ///< admins, and operators of the application
    SeeEverything,      ///< admins, and viewers that are not limited to applications
    Admin
};

/// Runs on a worker thread: it may wait for the disk. What is wrong with the request it throws as a
/// Problem; a RegistryError becomes 503.
using Handler = std::function<ApiAnswer(const ApiRequest&)>;

/// Instead of a Handler, for a route that answers with live server-sent events: says which ones
/// this request gets. Runs where a Handler does, and throws what a Handler throws.
using EventChoice = std::function<LiveFeed::Filter(const ApiRequest&)>;

struct Route {
    std::string method;   ///< "GET"; a GET route answers HEAD too
    std::string pattern;  ///< "/api/v1/applications/{application}"
    Need need{};
    std::vector<std::string> query;  ///< the parameters that it knows; others are a Problem 400
    Handler handler;                 ///< empty: `events` counts
    bool isSlow = false;             ///< computes for long (a login): only few may run at once
    EventChoice events{};
};

using Routes = std::vector<Route>;

}  // namespace runnel::admin
