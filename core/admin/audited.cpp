// SPDX-License-Identifier: Apache-2.0
#include "admin/audited.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace runnel::admin {

namespace {

using Outcome = AuditEntry::Outcome;

/// EUIs in one form, however they were asked for.
std::string inOneForm(std::string_view name, const std::string& value) {
    const bool isEui = name == "application" || name == "device" || name == "gateway";
    const auto eui = isEui ? parseEui(value) : std::nullopt;
    return eui ? text(*eui) : value;
}

/// The pattern with the request's parameters in it.
std::string objectOf(std::string_view pattern, const ApiRequest& request) {
    std::string out;
    while (!pattern.empty()) {
        const std::size_t open = std::min(pattern.find('{'), pattern.size());
        out += pattern.substr(0, open);
        pattern.remove_prefix(open);
        if (pattern.empty()) break;
        const std::size_t close = pattern.find('}');
        const std::string_view name = pattern.substr(1, close - 1);
        out += inOneForm(name, request.parameter(name));
        pattern.remove_prefix(close + 1);
    }
    return out;
}

class Witness final {
  public:
    Witness(const Route& route, AuditLog& log)
        : pattern_(route.pattern), handler_(route.handler), log_(log) {}

    ApiAnswer operator()(const ApiRequest& request) const {
        try {
            ApiAnswer answer = handler_(request);
            write(request, Outcome::Done, "");
            return answer;
        } catch (const Problem& problem) {
            if (problem.status() >= 500) write(request, Outcome::Failed, problem.what());
            throw;
        } catch (const std::exception&) {
            write(request, Outcome::Failed, "the broker's log says more");
            throw;
        }
    }

  private:
    void write(const ApiRequest& request, Outcome outcome, std::string detail) const {
        note(log_, {.who = request.who.name,
                    .address = request.address,
                    .action = request.method,
                    .object = objectOf(pattern_, request),
                    .outcome = outcome,
                    .detail = std::move(detail)});
    }

    std::string pattern_;
    Handler handler_;
    AuditLog& log_;
};

bool isWitnessed(const Route& route) {
    return route.handler && route.need != Need::Nothing && route.method != "GET" &&
           route.method != "HEAD";
}

}  // namespace

Routes audited(Routes routes, AuditLog& log) {
    for (Route& route : routes) {
        if (isWitnessed(route)) route.handler = Witness(route, log);
    }
    return routes;
}

void noteForbidden(const Route& route, const ApiRequest& request, int status, AuditLog& log) {
    constexpr int kForbidden = 403;
    if (status != kForbidden) return;
    note(log, {.who = request.who.name,
               .address = request.address,
               .action = request.method,
               .object = objectOf(route.pattern, request),
               .outcome = Outcome::Refused,
               .detail = "forbidden"});
}

void note(AuditLog& log, AuditEntry entry) {
    try {
        log.append(std::move(entry));
    } catch (const RegistryError&) {
        // RegistryFile has logged why. What was done is done.
    }
}

}  // namespace runnel::admin
