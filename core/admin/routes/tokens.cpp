// SPDX-License-Identifier: Apache-2.0
#include "admin/checks.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/merge_patch.h"
#include "admin/paging.h"
#include "admin/routes/object_routes.h"
#include "admin/routes/of_stream.h"
#include "admin/stream_document.h"
#include "base/time_text.h"
#include "config/read_config.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

constexpr std::chrono::seconds kUsualOverlap{std::chrono::hours(24)};
constexpr std::chrono::seconds kLongestOverlap{std::chrono::hours(30 * 24)};
constexpr std::size_t kMostTokens = 100;

Object::Ptr grantOf(const TokenSpec& spec) {
    Object::Ptr grant = newObject();
    putTokenGrant(spec, *grant);
    return grant;
}

std::string tagOf(const TokenSpec& spec) {
    return etagOf(jsonText(grantOf(spec)));
}

class TokenHandlers final {
  public:
    explicit TokenHandlers(ObjectParts parts) : parts_(std::move(parts)) {}

    ApiAnswer list(const ApiRequest& request) const {
        const Page page = pageOf(request);
        const std::uint64_t after = afterNumber(page);
        ListBody body(page);
        for (Tokens::Entry& token : parts_.tokens.list(existingStream(request))) {
            narrow(request, token.spec);
            if (token.id <= after) continue;
            if (!body.add(std::to_string(token.id), jsonText(documentOf(request, token)))) break;
        }
        return {.body = body.text()};
    }

    ApiAnswer get(const ApiRequest& request) const { return answer(request, existing(request)); }

    ApiAnswer post(const ApiRequest& request) const {
        Object::Ptr body = optionalJsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const std::string stream = existingStream(request);
        TokenSpec spec = read(request, body);
        makeRoom(stream);
        return add(request, stream, std::move(spec));
    }

    ApiAnswer patch(const ApiRequest& request) const {
        Object::Ptr patch = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const Tokens::Entry known = existing(request);
        requireConditions(request, tagOf(known.spec));
        if (patch->has("token")) {
            throw Problem(422, "the content is not accepted: see errors",
                          {{"/token", "cannot be changed: rotate it, or add another one"}});
        }
        const TokenSpec spec = read(request, mergePatch(grantOf(known.spec), patch));
        require(parts_.registrar.changeToken(known.id, spec));
        return answer(request, existing(request));
    }

    ApiAnswer remove(const ApiRequest& request) const {
        const auto alone = parts_.registrar.exclusively();
        const Tokens::Entry known = existing(request);
        requireConditions(request, tagOf(known.spec));
        require(parts_.registrar.removeToken(known.id));
        return {.status = 204};
    }

    /// The new one may do what the old one may, and stays; the old one ends after the overlap.
    ApiAnswer rotate(const ApiRequest& request) const {
        Object::Ptr body = optionalJsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        makeRoom(existingStream(request));
        const Tokens::Entry known = existing(request);
        const JsonTree tree(body);
        DocumentReader reader(parts_.plugins, *parts_.registrar.running());
        MappingReader in = reader.mapping(tree, "a rotation");
        const double seconds = in.number("overlapSeconds", 0, kLongestOverlap.count(),
                                         static_cast<double>(kUsualOverlap.count()));
        in.finish();
        requireNone(reader.takeComplaints(), tree);
        if (known.origin == Origin::File) {
            throw Problem(409, "this token is written in a file; change it there and reload");
        }
        TokenSpec next = known.spec;
        next.expires.reset();
        TokenSpec ending = known.spec;
        const Instant end = parts_.clock.now() +
                            std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
        if (!ending.expires || *ending.expires > end) ending.expires = end;
        ApiAnswer given = add(request, known.stream, std::move(next));
        require(parts_.registrar.changeToken(known.id, ending));
        return given;
    }

  private:
    std::string existingStream(const ApiRequest& request) const {
        return configuredStream(request, parts_.catalogue).name;
    }
    Tokens::Entry existing(const ApiRequest& request) const {
        const std::string stream = existingStream(request);
        const std::uint64_t id = numberOf(request, "token");
        auto token = parts_.tokens.get(id);
        if (token && token->stream == stream) {
            narrow(request, token->spec);
            return std::move(*token);
        }
        throw Problem(404, "stream " + stream + " has no token " + std::to_string(id));
    }
    /// Nothing goes down by a gateway's stream, whatever its token says.
    static void narrow(const ApiRequest& request, TokenSpec& spec) {
        if (ownerOf(request).level == Scope::Level::Gateway) spec.maySend = false;
    }
    TokenSpec read(const ApiRequest& request, Object::Ptr body) const {
        const bool namesScopes = body->has("scopes");
        dropReadOnly(*body, {"id", "created", "lastUsed", "origin"});
        const JsonTree tree(body);
        DocumentReader reader(parts_.plugins, *parts_.registrar.running());
        TokenSpec spec = reader.token(tree);
        requireNone(reader.takeComplaints(), tree);
        const bool sends = spec.maySend;
        narrow(request, spec);
        if (namesScopes && sends != spec.maySend) {
            throw Problem(422, "the content is not accepted: see errors",
                          {{"/scopes", "a gateway's stream has no way down: only \"up\" fits"}});
        }
        return spec;
    }
    /// Expired ones go when there is no room: rotating every day has to go on.
    void makeRoom(const std::string& stream) const {
        const auto tokens = parts_.tokens.list(stream);
        if (tokens.size() < kMostTokens) return;
        for (const Tokens::Entry& one : tokens) {
            const bool isOver = one.spec.expires && *one.spec.expires <= parts_.clock.now();
            if (isOver && one.origin == Origin::Api) require(parts_.registrar.removeToken(one.id));
        }
    }
    ApiAnswer add(const ApiRequest& request, const std::string& stream, TokenSpec spec) const {
        if (parts_.tokens.list(stream).size() >= kMostTokens) {
            throw Problem(409, "the stream has 100 tokens; remove one that is not needed");
        }
        const Tokens::Entry added = require(parts_.registrar.addToken(stream, std::move(spec)));
        ApiAnswer given = answer(request, added);
        given.status = 201;
        const Scope owner = ownerOf(request);
        const bool isGateway = owner.level == Scope::Level::Gateway;
        given.headers.emplace_back(
            "Location", std::string("/api/v1/") + (isGateway ? "gateways/" : "applications/") +
                            text(owner.eui) + "/streams/" + request.parameter("stream") +
                            "/tokens/" + std::to_string(added.id));
        return given;
    }
    ApiAnswer answer(const ApiRequest& request, const Tokens::Entry& token) const {
        return {.body = jsonText(documentOf(request, token)),
                .headers = {{"ETag", tagOf(token.spec)}}};
    }
    Object::Ptr documentOf(const ApiRequest& request, const Tokens::Entry& token) const {
        Object::Ptr document = newObject();
        document->set("id", token.id);
        putTokenGrant(token.spec, *document);
        document->set("origin", token.origin == Origin::File ? "file" : "api");
        document->set("created", timeText(token.created));
        if (token.lastUsed) document->set("lastUsed", timeText(*token.lastUsed));
        if (mayChange(request, ownerOf(request))) {
            document->set("token", parts_.tokens.text(token.id));
        }
        return document;
    }

    const ObjectParts parts_;
};

}  // namespace

Routes tokenRoutes(ObjectParts parts) {
    const auto handlers = std::make_shared<const TokenHandlers>(std::move(parts));
    const auto calling = [&](ApiAnswer (TokenHandlers::*call)(const ApiRequest&) const) {
        return [handlers, call](const ApiRequest& request) { return ((*handlers).*call)(request); };
    };
    const std::string one = "/tokens/{token}";
    Routes routes;
    add(routes, {"GET", "/tokens", Access::See, {"limit", "after"}, calling(&TokenHandlers::list)});
    add(routes, {"POST", "/tokens", Access::Change, {}, calling(&TokenHandlers::post)});
    add(routes, {"GET", one, Access::See, {}, calling(&TokenHandlers::get)});
    add(routes, {"PATCH", one, Access::Change, {}, calling(&TokenHandlers::patch)});
    add(routes, {"DELETE", one, Access::Change, {}, calling(&TokenHandlers::remove)});
    add(routes, {"POST", one + "/rotate", Access::Change, {}, calling(&TokenHandlers::rotate)});
    return routes;
}

Routes reloadRoutes(Registrar& registrar) {
    const auto reload = [&registrar](const ApiRequest& request) -> ApiAnswer {
        if (!request.body.empty()) static_cast<void>(jsonObject(request));
        const Registrar::ReloadReport report = registrar.reload();
        if (!report.complaints.empty()) {
            std::vector<Problem::Field> errors;
            for (const Complaint& one : report.complaints)
                errors.push_back({"", runnel::text(one)});
            throw Problem(422, "reload refused, the running configuration stays: see errors",
                          std::move(errors));
        }
        Object::Ptr given = newObject();
        given->set("changed", report.changed);
        Poco::JSON::Array::Ptr restart = new Poco::JSON::Array;
        for (const std::string& part : report.needsRestart) restart->add(part);
        given->set("needsRestart", restart);
        return {.body = jsonText(given)};
    };
    return {{"POST", "/api/v1/reload", Need::Admin, {}, reload}};
}

}  // namespace runnel::admin
