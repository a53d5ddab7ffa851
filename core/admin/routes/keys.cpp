// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "admin/account_fields.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/paging.h"
#include "admin/routes/account_documents.h"
#include "admin/routes/accounts.h"
#include "registry/account_rules.h"

namespace runnel::admin {

namespace {

constexpr const char* kKeys = "/api/v1/keys";
constexpr const char* kKey = "/api/v1/keys/{key}";

ApiKey find(const ApiKeys& keys, const ApiRequest& request) {
    const std::string& id = request.parameter("key");
    const auto number = numberIn(id);
    auto key = number ? keys.find(*number) : std::nullopt;
    if (!key) throw Problem(404, "there is no API key with the id \"" + id + "\"");
    return *std::move(key);
}

ApiAnswer list(const ApiKeys& keys, const ApiRequest& request) {
    const Page page = pageOf(request);
    const auto after = page.after.empty() ? 0 : numberIn(page.after);
    if (!after) throw Problem(400, "after has to be what \"next\" of the page before says");
    ListBody body(page);
    for (const ApiKey& key : keys.list(*after, page.limit + 1)) {
        if (!body.add(std::to_string(key.id), jsonText(documentOf(key)))) break;
    }
    return {.body = body.text()};
}

ApiAnswer add(ApiKeys& keys, const ApiRequest& request) {
    AccountFields body(jsonObject(request));
    std::string name = body.requiredText("name");
    Rights rights = body.rights();
    const auto expires = body.time("expires");
    body.ignore({"id", "created", "lastUsed"});
    body.complain(keyNameComplaint(name));
    body.finish();
    const auto made =
        keys.add({.name = std::move(name), .rights = std::move(rights), .expires = expires});
    if (!made) throwAccountError(made.error());
    auto document = documentOf(made->key);
    ApiAnswer answer =
        created(jsonText(document), std::string(kKeys) + "/" + std::to_string(made->key.id));
    document->set("key", made->text);
    answer.body = jsonText(document);
    return answer;
}

ApiAnswer show(const ApiKeys& keys, const ApiRequest& request) {
    return document(request, jsonText(documentOf(find(keys, request))));
}

ApiAnswer remove(ApiKeys& keys, const ApiRequest& request) {
    const ApiKey key = find(keys, request);
    requireConditions(request, etagOf(jsonText(documentOf(key))));
    keys.remove(key.id);
    return {.status = 204};
}

}  // namespace

Routes keyRoutes(ApiKeys& keys) {
    const auto route = [&](const char* method, const char* pattern, auto handler) {
        return Route{.method = method,
                     .pattern = pattern,
                     .need = Need::Admin,
                     .query = {},
                     .handler = [&keys, handler](const ApiRequest& request) {
                         return handler(keys, request);
                     }};
    };
    Routes routes{route("GET", kKeys, list), route("POST", kKeys, add), route("GET", kKey, show),
                  route("DELETE", kKey, remove)};
    routes[0].query = {"limit", "after"};
    return routes;
}

}  // namespace runnel::admin
