// SPDX-License-Identifier: Apache-2.0
#include "admin/account_fields.h"
#include "admin/audited.h"
#include "admin/json_body.h"
#include "admin/routes/account_documents.h"
#include "admin/routes/accounts.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

constexpr const char* kPath = "/api/v1/session";
/// The API is served by TLS and by a Unix socket, where nobody needs a cookie.
constexpr bool kIsTls = true;

Poco::JSON::Object::Ptr documentOf(const std::string& user, const Rights& rights,
                                   bool mustChangePassword) {
    auto out = newObject();
    out->set("user", user);
    putRights(*out, rights);
    out->set("mustChangePassword", mustChangePassword);
    return out;
}

void putSession(Poco::JSON::Object& document, const Sessions::Session& session) {
    document.set("csrf", session.csrf);
    document.set("expires", timeText(session.expires));
}

class SessionHandlers final {
  public:
    SessionHandlers(Users& users, Sessions& sessions, AuditLog& log)
        : users_(users), sessions_(sessions), log_(log) {}

    ApiAnswer logIn(const ApiRequest& request) const {
        AccountFields body(jsonObject(request));
        const std::string name = body.requiredText("user");
        const std::string password = body.requiredText("password");
        body.finish();
        const auto user = users_.login(name, password, request.address);
        if (!user) {
            noteRefusal(request, name, user.error());
            throwLoginFailure(user.error());
        }
        noteLogin(request, "user " + user->name, AuditEntry::Outcome::Done, "");
        sessions_.end(sessionIdIn(request.header("Cookie")));
        const auto started = sessions_.start(user->name, user->credential);
        auto document = documentOf(user->name, user->rights, user->mustChangePassword);
        putSession(*document, started.session);
        ApiAnswer answer{.body = jsonText(document)};
        answer.headers.emplace_back("Set-Cookie", sessionCookie(started.id, kIsTls));
        return answer;
    }

    ApiAnswer show(const ApiRequest& request) const {
        const auto session = sessions_.find(request.session);
        const auto user = session ? users_.find(session->user) : std::nullopt;
        const Principal& who = request.who;
        auto document = documentOf(user ? user->name : who.name, {who.role, who.applications},
                                   user && user->mustChangePassword);
        if (session) putSession(*document, *session);
        return {.body = jsonText(document)};
    }

    ApiAnswer logOut(const ApiRequest& request) const {
        if (!request.session.empty()) sessions_.end(request.session);
        ApiAnswer answer{.status = 204};
        answer.headers.emplace_back("Set-Cookie", endedSessionCookie(kIsTls));
        return answer;
    }

  private:
    void noteLogin(const ApiRequest& request, std::string who, AuditEntry::Outcome outcome,
                   std::string detail) const {
        note(log_, {.who = std::move(who),
                    .address = request.address,
                    .action = "login",
                    .object = kPath,
                    .outcome = outcome,
                    .detail = std::move(detail)});
    }
    /// Who is locked out could fill the log with attempts.
    void noteRefusal(const ApiRequest& request, const std::string& name,
                     const LoginFailure& failure) const {
        if (failure.why != LoginFailure::Why::Wrong) return;
        noteLogin(request, failure.isKnown ? "user " + name : "", AuditEntry::Outcome::Refused,
                  failure.isKnown ? "wrong password" : "there is no such user");
    }

    Users& users_;
    Sessions& sessions_;
    AuditLog& log_;
};

}  // namespace

Routes sessionRoutes(Users& users, Sessions& sessions, AuditLog& log) {
    const SessionHandlers on(users, sessions, log);
    return {{.method = "POST",
             .pattern = kPath,
             .need = Need::Nothing,
             .query = {},
             .handler = [on](const ApiRequest& request) { return on.logIn(request); },
             .isSlow = true},
            {.method = "GET",
             .pattern = kPath,
             .need = Need::Login,
             .query = {},
             .handler = [on](const ApiRequest& request) { return on.show(request); }},
            {.method = "DELETE",
             .pattern = kPath,
             .need = Need::Login,
             .query = {},
             .handler = [on](const ApiRequest& request) { return on.logOut(request); }}};
}

}  // namespace runnel::admin
