// SPDX-License-Identifier: Apache-2.0
#include "admin/dispatch.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "registry/registry_file.h"

namespace runnel::admin {

namespace {

/// "192.0.2.1" of "192.0.2.1:443", "2001:db8::1" of "[2001:db8::1]:443".
std::string hostOf(std::string_view peer) {
    peer = peer.substr(0, peer.rfind(':'));
    if (peer.starts_with('[')) peer = peer.substr(1, peer.size() - 2);
    return std::string(peer);
}

bool isChange(std::string_view method) {
    return method != "GET" && method != "HEAD";
}

void requireRight(Need need, const ApiRequest& request) {
    const Principal& who = request.who;
    if (need == Need::SeeApplication || need == Need::ChangeApplication) {
        const Eui application = request.eui("application");
        if (!who.maySee(application)) {
            throw Problem(404, "there is no application " + text(application));
        }
        if (need == Need::ChangeApplication && !who.mayChange(application)) {
            throw Problem(403, "this needs an admin, or an operator of the application");
        }
    }
    if (need == Need::SeeEverything && !who.seesEverything()) {
        throw Problem(403, "this needs a login that is not limited to applications");
    }
    if (need == Need::Admin && !who.isAdmin()) throw Problem(403, "this needs an admin");
}

std::string knownQuery(const Route& route) {
    std::string known;
    for (const std::string& name : route.query) known += (known.empty() ? "" : ", ") + name;
    return known;
}

void requireKnownQuery(const Route& route, const net::Query& query) {
    for (const auto& [name, value] : query) {
        if (std::find(route.query.begin(), route.query.end(), name) != route.query.end()) continue;
        const std::string known = knownQuery(route);
        throw Problem(400, "there is no query parameter \"" + name + "\" here, " +
                               (known.empty() ? "nor any other" : "only " + known));
    }
}

net::HttpHeaders safetyHeaders(Dispatch::Door door) {
    net::HttpHeaders headers{{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
    if (door == Dispatch::Door::Https) {
        headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
    }
    return headers;
}

net::HttpResponse completed(net::HttpResponse response, Dispatch::Door door) {
    for (auto& header : safetyHeaders(door)) {
        const bool isThere =
            std::any_of(response.headers.begin(), response.headers.end(),
                        [&](const auto& each) { return each.first == header.first; });
        if (!isThere) response.headers.push_back(std::move(header));
    }
    return response;
}

net::HttpResponse responseOf(ApiAnswer answer) {
    return {answer.status, std::move(answer.contentType), std::move(answer.body),
            std::move(answer.headers)};
}

bool isSame(const Principal& a, const Principal& b) {
    return a.name == b.name && a.role == b.role && a.applications == b.applications;
}

}  // namespace

/// One request on its way.
struct Dispatch::Call {
    Door door;
    const Route& route;
    ApiRequest request;
    net::HttpResponder responder;
    bool isAdmitted = false;  ///< who asks is known, or need not be
};

Dispatch::Dispatch(Routes routes, Parts parts)
    : routes_(std::move(routes)), parts_(std::move(parts)) {
    parts_.log.write(Level::Debug, "admin", "routes: " + std::to_string(routes_.routes().size()));
}

void Dispatch::Entrance::handle(net::HttpRequest request, net::HttpResponder responder) {
    try {
        dispatch_.handle(door_, std::move(request), responder);
    } catch (const Problem& problem) {
        responder.respond(completed(problem.response(), door_));
    }
}

net::HttpResponse Dispatch::Entrance::failed(const net::HttpFailure& failure) {
    return completed(Problem(failure.status, failure.text).response(), door_);
}

void Dispatch::handle(Door door, net::HttpRequest http, const net::HttpResponder& responder) {
    RouteTable::Match match = routes_.find(http.method, http.path);
    ApiRequest request;
    request.address = hostOf(http.peer);
    request.method = std::move(http.method);
    request.path = std::move(match.path);
    request.query = std::move(http.query);
    request.headers = std::move(http.headers);
    request.body = std::move(http.body);
    const auto call =
        std::make_shared<Call>(Call{door, *match.route, std::move(request), responder});
    const auto pace = match.route->isSlow ? WorkerPool::Pace::Slow : WorkerPool::Pace::Quick;
    if (parts_.pool.run([this, call] { run(*call); }, pace)) return;
    Problem busy(503, "too many requests are waiting; try again");
    throw busy.with("Retry-After", "1");
}

void Dispatch::run(Call& call) {
    std::optional<net::HttpResponse> response = answerTo(call);
    const int status = response ? response->status : 200;
    if (parts_.audit && call.isAdmitted && isChange(call.request.method)) {
        parts_.audit(call.route, call.request, status);
    }
    if (response) call.responder.respond(completed(std::move(*response), call.door));
}

/// Nothing: the request has become an event stream. The only place where exceptions end.
std::optional<net::HttpResponse> Dispatch::answerTo(Call& call) {
    try {
        admit(call);
        if (call.route.handler) return responseOf(call.route.handler(call.request));
        return openEvents(call);
    } catch (const Problem& problem) {
        return problem.response();
    } catch (const RegistryError& error) {
        return withoutDisk(call, error.what());
    } catch (const sqlite::Failure& error) {
        return withoutDisk(call, error.what());
    } catch (const std::exception& error) {
        log(call, error.what());
        return Problem(500, "the broker made a mistake; its log says more").response();
    }
}

void Dispatch::admit(Call& call) {
    const Need need = call.route.need;
    if (call.door == Door::Local) {
        call.request.who = {"local", Role::Admin, {}};
    } else if (need != Need::Nothing) {
        Login login = parts_.identify(call.request.method, call.request.headers);
        call.request.who = std::move(login.who);
        call.request.session = std::move(login.session);
    }
    call.isAdmitted = true;
    requireRight(need, call.request);
    requireKnownQuery(call.route, call.request.query);
}

std::optional<net::HttpResponse> Dispatch::openEvents(const Call& call) {
    LiveFeed::Filter filter = call.route.events(call.request);
    if (call.request.method == "HEAD") return net::HttpResponse{200, "text/event-stream", {}, {}};
    EventStreams::Wish wish{std::move(filter), safetyHeaders(call.door), {}};
    if (call.door == Door::Https) {
        wish.check = [this, who = call.request.who,
                      headers = call.request.headers](const std::function<void()>& end) {
            // Too busy to ask now: at the next beat, then.
            (void)parts_.pool.run([this, who, headers, end] {
                if (!isStill(who, headers)) end();
            });
        };
    }
    parts_.streams.open(call.responder, std::move(wish));
    return std::nullopt;
}

bool Dispatch::isStill(const Principal& who, const net::HttpHeaders& headers) const {
    try {
        return isSame(who, parts_.identify("GET", headers).who);
    } catch (const Problem&) {
        return false;
    }
}

net::HttpResponse Dispatch::withoutDisk(const Call& call, std::string_view what) const {
    log(call, what);
    Problem problem(503, "the broker cannot use its disk; its log says more");
    return problem.with("Retry-After", "10").response();
}

void Dispatch::log(const Call& call, std::string_view what) const {
    parts_.log.write(Level::Error, "admin",
                     call.request.method + " " + call.route.pattern + ": " + std::string(what));
}

}  // namespace runnel::admin
