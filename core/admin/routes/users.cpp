// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "admin/account_fields.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/merge_patch.h"
#include "admin/paging.h"
#include "admin/routes/account_documents.h"
#include "admin/routes/accounts.h"
#include "registry/account_rules.h"
#include "registry/vault.h"

namespace runnel::admin {

namespace {

constexpr const char* kUsers = "/api/v1/users";
constexpr const char* kUser = "/api/v1/users/{user}";
constexpr const char* kPassword = "/api/v1/users/{user}/password";

class UserHandlers final {
  public:
    UserHandlers(Users& users, Sessions& sessions) : users_(users), sessions_(sessions) {}

    ApiAnswer list(const ApiRequest& request) const {
        const Page page = pageOf(request);
        ListBody body(page);
        for (const User& user : users_.list(page.after, page.limit + 1)) {
            if (!body.add(user.name, jsonText(documentOf(user)))) break;
        }
        return {.body = body.text()};
    }

    /// The password is in the answer only if it was made here.
    ApiAnswer add(const ApiRequest& request) const {
        constexpr std::size_t kMadeLength = 20;
        AccountFields body(jsonObject(request));
        const std::string name = body.requiredText("name");
        auto password = body.text("password");
        const Rights rights = body.rights();
        body.ignore({"created", "lastLogin", "isLocked"});
        body.complain(userNameComplaint(name));
        if (password) body.complain(passwordComplaint(*password));
        body.finish();
        const bool isMade = !password;
        if (isMade) password = makeSecret().substr(0, kMadeLength);
        const auto user = users_.add(name, rights, *password, isMade);
        if (!user) throwAccountError(user.error());
        auto document = documentOf(*user);
        ApiAnswer answer = created(jsonText(document), std::string(kUsers) + "/" + name);
        if (isMade) {
            document->set("password", *password);
            answer.body = jsonText(document);
        }
        return answer;
    }

    ApiAnswer show(const ApiRequest& request) const {
        return document(request, jsonText(documentOf(find(request))));
    }

    ApiAnswer change(const ApiRequest& request) const {
        const User user = find(request);
        const auto now = documentOf(user);
        requireConditions(request, etagOf(jsonText(now)));
        AccountFields body(mergePatch(now, jsonObject(request)));
        const Rights rights = body.rights();
        if (body.requiredText("name") != user.name) {
            body.complain("/name", "cannot be changed: add another user instead");
        }
        body.ignore({"created", "lastLogin", "isLocked"});
        body.finish();
        const auto changed = users_.change(user.name, rights);
        if (!changed) throwAccountError(changed.error());
        return document(request, jsonText(documentOf(*changed)));
    }

    ApiAnswer remove(const ApiRequest& request) const {
        const User user = find(request);
        requireConditions(request, etagOf(jsonText(documentOf(user))));
        const auto removed = users_.remove(user.name);
        if (!removed) throwAccountError(removed.error());
        sessions_.endAll(user.name);
        return {.status = 204};
    }

    ApiAnswer setPassword(const ApiRequest& request) const {
        const std::string& name = request.parameter("user");
        const auto session = sessions_.find(request.session);
        const bool isTheirOwn = session && session->user == name;
        if (!isTheirOwn && !request.who.isAdmin()) {
            throw Problem(403, "only an admin may change somebody else's password");
        }
        find(request);
        AccountFields body(jsonObject(request));
        const std::string password = body.requiredText("password");
        const std::string current =
            isTheirOwn ? body.requiredText("current") : body.text("current").value_or("");
        body.complain(passwordComplaint(password));
        body.finish();
        if (isTheirOwn) requirePassword(name, current, request.address);
        const auto changed = users_.setPassword(name, password);
        if (!changed) throwAccountError(changed.error());
        sessions_.endAll(name, isTheirOwn ? request.session : "", changed->credential);
        return {.status = 204};
    }

  private:
    User find(const ApiRequest& request) const {
        const std::string& name = request.parameter("user");
        auto user = users_.find(name);
        if (!user) throw Problem(404, "there is no user \"" + name + "\"");
        return *std::move(user);
    }

    void requirePassword(const std::string& name, const std::string& current,
                         const std::string& address) const {
        const auto proof = users_.verify(name, current, address);
        if (proof) return;
        if (proof.error().why != LoginFailure::Why::Wrong) throwLoginFailure(proof.error());
        throw Problem(422, "one thing is wrong in the body",
                      {{"/current", "is not the password that you have now"}});
    }

    Users& users_;
    Sessions& sessions_;
};

}  // namespace

Routes userRoutes(Users& users, Sessions& sessions) {
    const UserHandlers on(users, sessions);
    const auto route = [&](const char* method, const char* pattern,
                           ApiAnswer (UserHandlers::*handler)(const ApiRequest&) const) {
        return Route{
            .method = method,
            .pattern = pattern,
            .need = Need::Admin,
            .query = {},
            .handler = [on, handler](const ApiRequest& request) { return (on.*handler)(request); }};
    };
    Routes routes{route("GET", kUsers, &UserHandlers::list),
                  route("POST", kUsers, &UserHandlers::add),
                  route("GET", kUser, &UserHandlers::show),
                  route("PATCH", kUser, &UserHandlers::change),
                  route("DELETE", kUser, &UserHandlers::remove),
                  route("PUT", kPassword, &UserHandlers::setPassword)};
    routes[0].query = {"limit", "after"};
    routes[1].isSlow = true;
    routes[5].isSlow = true;
    routes[5].need = Need::Login;  // the handler lets users change their own
    return routes;
}

}  // namespace runnel::admin
