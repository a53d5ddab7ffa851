// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Parser.h>

#include <string>

#include "admin/authenticator.h"
#include "admin/route.h"
#include "admin/route_table.h"
#include "admin/routes/accounts.h"
#include "tests/registry/registry_fixture.h"

namespace runnel::test {

/// Everything that accounts are made of, with the user "anna", an admin, and "ben", an operator of
/// kApplication. Their passwords are kPassword. Thread safety: one thread.
struct AccountFixture : RegistryFixture {
    static constexpr Eui kApplication{0x70B3D57ED0000001};
    static constexpr const char* kPassword = "correct horse battery";

    AccountFixture() {
        addUser("anna", {Role::Admin, {}});
        addUser("ben", {Role::Operator, {kApplication}});
    }

    void addUser(std::string_view name, Rights rights) {
        const auto added = users.add(name, std::move(rights), kPassword);
        EXPECT_TRUE(added) << added.error().text;
    }
    admin::Sessions::Started logIn(std::string_view name) {
        return sessions.start(std::string(name), users.find(name)->credential);
    }

    const Vault vault{directory.path() / "key"};
    Passwords passwords{{.iterations = 16, .blockSize = 1, .parallel = 1}};
    Users users{file, passwords, clock};
    ApiKeys keys{file, vault, clock};
    AuditLog audit{file, clock};
    admin::Sessions sessions{file, vault, clock};
};

/// What a route answered, or the Problem that it threw.
struct Answer {
    int status{};
    std::string body;
    net::HttpHeaders headers;

    std::string header(std::string_view name) const {
        for (const auto& [key, value] : headers) {
            if (key == name) return value;
        }
        return "";
    }
    Poco::JSON::Object::Ptr json() const {
        return Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
    }
    std::string text(const std::string& key) const { return json()->getValue<std::string>(key); }
};

/// Calls the route of `request.method` and `path`; "application/json" unless the request says
/// otherwise. Rights are not checked: that is the dispatch's.
inline Answer call(const admin::Routes& routes, const std::string& path,
                   admin::ApiRequest request) {
    const admin::RouteTable table(routes);
    const auto match = table.find(request.method, path);
    request.path = match.path;
    request.headers.emplace_back("Content-Type", "application/json");
    try {
        admin::ApiAnswer answer = match.route->handler(request);
        return {answer.status, answer.body, answer.headers};
    } catch (const admin::Problem& problem) {
        const net::HttpResponse response = problem.response();
        return {response.status, response.body, response.headers};
    }
}

}  // namespace runnel::test
