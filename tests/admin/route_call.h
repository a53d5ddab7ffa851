// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <map>
#include <stdexcept>
#include <string>

#include "admin/json_body.h"
#include "admin/route.h"

namespace runnel::test {

/// A handler, called as the dispatch would, without server, login or workers.
struct RouteCall {
    std::string method;
    std::string pattern;
    std::map<std::string, std::string, std::less<>> path{};
    net::Query query{};
    std::string body{};
    Principal who{.name = "local", .role = Role::Admin, .applications = {}};

    const admin::Route& routeOf(const admin::Routes& routes) const {
        for (const admin::Route& route : routes) {
            if (route.method == method && route.pattern == pattern) return route;
        }
        throw std::runtime_error("no route " + method + " " + pattern);
    }
    admin::ApiAnswer answer(const admin::Routes& routes) const {
        admin::ApiRequest request;
        request.who = who;
        request.method = method;
        request.path = path;
        request.query = query;
        request.body = body;
        if (!body.empty()) request.headers = {{"Content-Type", "application/json"}};
        return routeOf(routes).handler(request);
    }
    /// The answer's object.
    Poco::JSON::Object::Ptr json(const admin::Routes& routes) const {
        return admin::parseJson(answer(routes).body).extract<Poco::JSON::Object::Ptr>();
    }
    /// The status that it is refused with; 0: it is not.
    int refusal(const admin::Routes& routes) const {
        try {
            answer(routes);
            return 0;
        } catch (const admin::Problem& problem) {
            return problem.status();
        }
    }
};

}  // namespace runnel::test
