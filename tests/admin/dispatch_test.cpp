// SPDX-License-Identifier: Apache-2.0
#include "admin/dispatch.h"

#include <latch>
#include <semaphore>
#include <stdexcept>

#include "admin/json_body.h"
#include "registry/registry_file.h"
#include "tests/admin/server_fixture.h"

namespace runnel::admin {
namespace {

ApiAnswer echo(const ApiRequest& request) {
    std::string text = request.who.name + "|" + request.address + "|" + request.method;
    for (const auto& [name, value] : request.path) {
        text.append("|").append(name).append("=").append(value);
    }
    return {.body = text + "|" + request.body, .contentType = "text/plain"};
}

ApiAnswer toss(const ApiRequest& request) {
    const std::string kind = request.queryText("kind");
    if (kind == "problem") throw Problem(409, "it is taken");
    if (kind == "disk") throw RegistryError("disk full: secret detail");
    if (kind == "sqlite") throw sqlite::Failure("secret detail", 5);
    throw std::runtime_error("secret detail");
}

class DispatchTest : public ServerFixture {
  protected:
    static Routes routes() {
        const std::string of = "/api/v1/applications/{application}";
        return {{"GET", "/free", Need::Nothing, {}, echo},
                {"GET", "/login", Need::Login, {"limit"}, echo},
                {"POST", "/login", Need::Login, {}, echo},
                {"GET", of, Need::SeeApplication, {}, echo},
                {"PUT", of, Need::ChangeApplication, {}, echo},
                {"GET", "/all", Need::SeeEverything, {}, echo},
                {"PUT", "/admin", Need::Admin, {}, echo},
                {"GET", "/toss", Need::Nothing, {"kind"}, toss}};
    }
    std::string status(std::string_view line, std::string_view key) {
        return statusOf(https(head(line, key.empty() ? "" : as(key))));
    }
};

TEST_F(DispatchTest, WhoComesByTheUnixSocketIsALocalAdmin) {
    start(routes());
    EXPECT_EQ(bodyOf(local(head("GET /login"))), "local||GET|");
    EXPECT_EQ(statusOf(local(head("PUT /admin", "Content-Length: 0\r\n"))), "200");
    EXPECT_EQ(statusOf(local(head("GET /login", as("nonsense")))), "200");
}

TEST_F(DispatchTest, ByHttpsALoginIsNeededWhereTheRouteSaysSo) {
    start(routes());
    EXPECT_EQ(bodyOf(https(head("GET /free"))), "|127.0.0.1|GET|");
    EXPECT_EQ(bodyOf(https(head("GET /free", as("nonsense")))), "|127.0.0.1|GET|");
    EXPECT_EQ(bodyOf(https(head("GET /login", as("guest")))), "guest|127.0.0.1|GET|");
    const std::string refused = https(head("GET /login?unknown=1"));
    EXPECT_EQ(statusOf(refused), "401");
    EXPECT_NE(refused.find("\r\nWWW-Authenticate: Bearer\r\n"), std::string::npos);
    EXPECT_EQ(status("GET /login", "nonsense"), "401");
}

TEST_F(DispatchTest, WhatOneMayNotSeeIsNotThereAndWhatOneMayNotChangeIsForbidden) {
    start(routes());
    const std::string mine = " /api/v1/applications/01-02-03-04-05-06-07-08";
    const std::string other = " /api/v1/applications/1112131415161718";
    struct Case {
        std::string line;
        const char* admin;
        const char* operating;
        const char* viewer;
        const char* guest;
    };
    const Case cases[] = {
        {"GET" + mine, "200", "200", "200", "200"},
        {"GET" + other, "200", "404", "200", "404"},
        {"PUT" + mine, "200", "200", "403", "403"},
        {"PUT" + other, "200", "404", "403", "404"},
        {"GET /all", "200", "403", "200", "403"},
        {"PUT /admin", "200", "403", "403", "403"},
        {"GET /api/v1/applications/x", "404", "404", "404", "404"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(status(one.line, "admin"), one.admin) << one.line;
        EXPECT_EQ(status(one.line, "operator"), one.operating) << one.line;
        EXPECT_EQ(status(one.line, "viewer"), one.viewer) << one.line;
        EXPECT_EQ(status(one.line, "guest"), one.guest) << one.line;
        EXPECT_EQ(status(one.line, ""), "401") << one.line;
    }
}

TEST_F(DispatchTest, UnknownPathsMethodsAndParametersAreProblems) {
    start(routes());
    for (const char* line :
         {"GET /nothing", "GET /login?limi=1", "DELETE /login", "OPTIONS /free", "GET /free?x"}) {
        const std::string response = https(head(line, as("admin")));
        const auto body = parseJson(bodyOf(response)).extract<Poco::JSON::Object::Ptr>();
        EXPECT_EQ(body->getValue<std::string>("status"), statusOf(response)) << line;
        EXPECT_NE(response.find("\r\nContent-Type: application/problem+json\r\n"),
                  std::string::npos);
    }
    EXPECT_NE(https(head("PUT /login")).find("\r\nAllow: GET, HEAD, POST\r\n"), std::string::npos);
    EXPECT_NE(bodyOf(https(head("GET /login?x=1", as("admin")))).find("only limit"),
              std::string::npos);
}

TEST_F(DispatchTest, HeadIsGetWithoutTheBody) {
    start(routes());
    const std::string response = https(head("HEAD /free"), false);
    EXPECT_NE(response.find("\r\nContent-Length: 16\r\n"), std::string::npos) << response;
    EXPECT_EQ(bodyOf(response), "");
}

TEST_F(DispatchTest, WhatHandlersThrowNeverGetsOut) {
    start(routes());
    EXPECT_EQ(statusOf(local(head("GET /toss?kind=problem"))), "409");
    for (const char* kind : {"disk", "sqlite", "other"}) {
        const std::string response = local(head(std::string("GET /toss?kind=") + kind));
        EXPECT_EQ(statusOf(response), std::string_view(kind) == "other" ? "500" : "503");
        EXPECT_EQ(response.find("secret"), std::string::npos) << response;
    }
    EXPECT_EQ(log_.linesWithout("admin: routes").size(), 3U);
    EXPECT_EQ(log_.lines().back(), "admin: GET /toss: secret detail");
}

TEST_F(DispatchTest, WhatTheHttpParserRefusesIsAProblemToo) {
    start(routes());
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"400", "nonsense\r\n\r\n"},
        {"400", "GET / HTTP/1.1\r\n\r\n"},
        {"413", head("POST /login", "Content-Length: 1048577\r\n")},
        {"431", head("GET /", "X: " + std::string(20'000, 'x') + "\r\n")},
        {"414", head("GET /" + std::string(10'000, 'x'))},
        {"501", head("TRACE /")},
        {"400", head("GET /%zz")},
    };
    for (const auto& [status, request] : wrong) {
        const std::string response = https(request);
        EXPECT_EQ(statusOf(response), status) << request.substr(0, 40);
        const auto body = parseJson(bodyOf(response)).extract<Poco::JSON::Object::Ptr>();
        EXPECT_EQ(body->getValue<std::string>("status"), status);
        EXPECT_NE(response.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos);
    }
}

TEST_F(DispatchTest, EveryAnswerHasItsSafetyHeaders) {
    start(routes());
    for (const char* line : {"GET /free", "GET /nothing", "GET /login"}) {
        const std::string secure = https(head(line));
        EXPECT_NE(secure.find("\r\nCache-Control: no-store\r\n"), std::string::npos);
        EXPECT_NE(secure.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos);
        EXPECT_NE(secure.find("\r\nStrict-Transport-Security: max-age="), std::string::npos);
        EXPECT_EQ(local(head(line)).find("Strict-Transport-Security"), std::string::npos);
    }
}

TEST_F(DispatchTest, ChangesAreAuditedWithWhatCameOfThem) {
    Guarded<std::vector<std::string>> seen;
    audit_ = [&](const Route&, const ApiRequest& request, int status) {
        seen.lock()->push_back(request.who.name + " " + request.method + " " +
                               std::to_string(status));
    };
    start(routes());
    const std::string empty = "Content-Length: 0\r\n";
    https(head("GET /login", as("admin")));
    https(head("HEAD /login", as("admin")), false);
    https(head("POST /login", empty + as("operator")));
    https(head("POST /login", empty));
    https(head("PUT /admin", empty + as("viewer")));
    local(head("PUT /admin", empty));
    EXPECT_EQ(*seen.lock(),
              (std::vector<std::string>{"operator POST 200", "viewer PUT 403", "local PUT 200"}));
}

TEST_F(DispatchTest, SlowLoginsDoNotStopTheOthers) {
    std::counting_semaphore<> begun(0);
    std::latch end(1);
    Routes all = routes();
    all.push_back({"POST",
                   "/slow",
                   Need::Nothing,
                   {},
                   [&](const ApiRequest&) {
                       begun.release();
                       end.wait();
                       return ApiAnswer{};
                   },
                   true});
    AdminLimits limits;
    limits.workers.slowWaiting = 1;
    start(std::move(all), limits);
    std::vector<std::unique_ptr<test::BlockingClient>> clients;
    const auto post = [&] {
        clients.push_back(std::make_unique<test::BlockingClient>(address(), Mode::Tls));
        clients.back()->write(head("POST /slow", "Content-Length: 0\r\n"));
    };
    post();
    begun.acquire();  // one that is not begun would fill the queue
    post();
    begun.acquire();
    post();
    EXPECT_EQ(statusOf(https(head("GET /free"))), "200");  // the third is in the queue by now
    const std::string busy = https(head("POST /slow", "Content-Length: 0\r\n"));
    EXPECT_EQ(statusOf(busy), "503");
    EXPECT_NE(busy.find("\r\nRetry-After: 1\r\n"), std::string::npos);
    end.count_down();
    for (const auto& client : clients) EXPECT_EQ(statusOf(client->readHttpResponse()), "200");
    stop();  // before what its handlers use
}

}  // namespace
}  // namespace runnel::admin
