// SPDX-License-Identifier: Apache-2.0
#include "admin/checks.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/merge_patch.h"
#include "admin/paging.h"
#include "admin/routes/object_routes.h"
#include "admin/search.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

constexpr std::size_t kLongestName = 200;

/// What differs between the two kinds of owners.
struct Kind {
    Scope::Level level{};
    std::string collection;  ///< "/api/v1/applications"
    std::string parameter;   ///< "application"
    Need list{};
    Need see{};

    std::string one() const { return collection + "/{" + parameter + "}"; }
};

class Owners final {
  public:
    Owners(ObjectParts parts, Kind kind) : parts_(std::move(parts)), kind_(std::move(kind)) {}

    ApiAnswer list(const ApiRequest& request) const {
        const Page page = pageOf(request);
        std::optional<Eui> after;
        if (!page.after.empty()) {
            after = parseEui(page.after);
            if (!after) throw Problem(400, "after: must be what 'next' gave");
        }
        ListBody body(page);
        const Search search(request.queryText("search"));
        const auto isWanted = [&](Eui eui, const Catalogue::Owner& owner) {
            const bool isSeen = kind_.level == Scope::Level::Gateway || request.who.maySee(eui);
            return isSeen && search.isIn(eui, owner.name);
        };
        for (const auto& [eui, owner] :
             parts_.catalogue.owners({kind_.level, after, page.limit + 1}, isWanted)) {
            if (!body.add(text(eui), documentText({kind_.level, eui}, owner))) break;
        }
        return {.body = body.text()};
    }

    ApiAnswer get(const ApiRequest& request) const {
        const Scope owner = ownerOf(request);
        return answer(owner, require(owner));
    }

    ApiAnswer post(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        JsonTree tree(withoutReadOnly(body));
        DocumentReader reader(parts_.plugins, *parts_.registrar.running());
        MappingReader in = reader.mapping(tree, "an object");
        const auto eui = in.requireEui("eui");
        const Registrar::OwnerSpec spec = readSpec(in, eui ? text(*eui) : "");
        in.finish();
        requireNone(reader.takeComplaints(), tree);
        const Scope owner{kind_.level, *eui};
        if (const auto known = parts_.catalogue.findOwner(owner)) {
            throw Problem(409, text(*eui) + (known->file.empty()
                                                 ? " is there already; change it with PUT or PATCH"
                                                 : " is written in " + known->file +
                                                       "; change it there and reload"));
        }
        return put(owner, spec);
    }

    ApiAnswer put(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        requireConditions(request, tagOf(ownerOf(request)));
        return put(request, body);
    }

    ApiAnswer patch(const ApiRequest& request) const {
        Object::Ptr patch = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const Scope owner = ownerOf(request);
        const Catalogue::Owner known = require(owner);
        requireConditions(request, tagOf(owner));
        Object::Ptr before = newObject();
        before->set("eui", text(owner.eui));
        before->set("name", known.name);
        if (isApplication()) before->set("template", known.deviceTemplate);
        return put(request, mergePatch(before, patch));
    }

    ApiAnswer remove(const ApiRequest& request) const {
        const auto alone = parts_.registrar.exclusively();
        const Scope owner = ownerOf(request);
        static_cast<void>(require(owner));
        requireConditions(request, tagOf(owner));
        admin::require(parts_.registrar.removeOwner(owner));
        return {.status = 204};
    }

  private:
    Catalogue::Owner require(Scope owner) const {
        const auto known = parts_.catalogue.findOwner(owner);
        if (known) return *known;
        throw Problem(404, "there is no " + kind_.parameter + " " + text(owner.eui));
    }
    std::string tagOf(Scope owner) const {
        const auto known = parts_.catalogue.findOwner(owner);
        return known ? etagOf(text(owner.eui) + known->deviceTemplate + "/" + known->name)
                     : std::string();
    }
    static Object::Ptr withoutReadOnly(Object::Ptr body) {
        dropReadOnly(*body, {"origin", "file", "deviceCount", "streamCount"});
        return body;
    }
    bool isApplication() const { return kind_.level == Scope::Level::Application; }
    Registrar::OwnerSpec readSpec(MappingReader& in, const std::string& fallback) const {
        Registrar::OwnerSpec spec{.name = in.text("name", fallback)};
        if (isApplication()) spec.deviceTemplate = in.text("template");
        for (const auto& [key, value] :
             {std::pair("name", &spec.name), std::pair("template", &spec.deviceTemplate)}) {
            if (value->size() <= kLongestName) continue;
            in.check().complain(*in.find(key), "'" + std::string(key) +
                                                   "' must be at most 200 bytes, found " +
                                                   std::to_string(value->size()));
        }
        return spec;
    }
    ApiAnswer put(const ApiRequest& request, Object::Ptr body) const {
        const Scope owner = ownerOf(request);
        fixKey(*body, "eui", text(owner.eui));
        JsonTree tree(withoutReadOnly(body));
        DocumentReader reader(parts_.plugins, *parts_.registrar.running());
        MappingReader in = reader.mapping(tree, "an object");
        static_cast<void>(in.requireEui("eui"));
        const Registrar::OwnerSpec spec = readSpec(in, text(owner.eui));
        in.finish();
        requireNone(reader.takeComplaints(), tree);
        return put(owner, spec);
    }
    ApiAnswer put(Scope owner, const Registrar::OwnerSpec& spec) const {
        const bool isNew = !parts_.catalogue.findOwner(owner);
        admin::require(parts_.registrar.putOwner(owner, spec));
        ApiAnswer given = answer(owner, require(owner));
        if (isNew) {
            given.status = 201;
            given.headers.emplace_back("Location", kind_.collection + "/" + text(owner.eui));
        }
        return given;
    }
    ApiAnswer answer(Scope owner, const Catalogue::Owner& known) const {
        return {.body = documentText(owner, known), .headers = {{"ETag", tagOf(owner)}}};
    }
    std::string documentText(Scope owner, const Catalogue::Owner& known) const {
        Object::Ptr document = newObject();
        document->set("eui", text(owner.eui));
        document->set("name", known.name);
        document->set("origin", known.origin == Origin::File ? "file" : "api");
        if (!known.file.empty()) document->set("file", known.file);
        if (isApplication()) {
            document->set("template", known.deviceTemplate);
            document->set("deviceCount", parts_.devices.countOf(owner.eui));
        }
        document->set("streamCount", parts_.catalogue.countStreams(owner));
        return jsonText(document);
    }

    const ObjectParts parts_;
    const Kind kind_;
};

void addRoutes(Routes& routes, const ObjectParts& parts, const Kind& kind) {
    const auto owners = std::make_shared<const Owners>(parts, kind);
    const auto add = [&](const char* method, const std::string& pattern, Need need, auto call,
                         const std::vector<std::string>& query = {}) {
        routes.push_back({.method = method,
                          .pattern = pattern,
                          .need = need,
                          .query = query,
                          .handler = [owners, call](const ApiRequest& request) {
                              return ((*owners).*call)(request);
                          }});
    };
    using Call = ApiAnswer (Owners::*)(const ApiRequest&) const;
    add("GET", kind.collection, kind.list, &Owners::list, {"limit", "after", "search"});
    add("POST", kind.collection, Need::Admin, &Owners::post);
    add("GET", kind.one(), kind.see, &Owners::get);
    add("PUT", kind.one(), Need::Admin, static_cast<Call>(&Owners::put));
    add("PATCH", kind.one(), Need::Admin, &Owners::patch);
    add("DELETE", kind.one(), Need::Admin, &Owners::remove);
}

}  // namespace

Routes ownerRoutes(const ObjectParts& parts) {
    Routes routes;
    addRoutes(routes, parts,
              {Scope::Level::Application, "/api/v1/applications", "application", Need::Login,
               Need::SeeApplication});
    addRoutes(routes, parts,
              {Scope::Level::Gateway, "/api/v1/gateways", "gateway", Need::SeeEverything,
               Need::SeeEverything});
    return routes;
}

Scope ownerOf(const ApiRequest& request) {
    if (request.path.contains("gateway")) return {Scope::Level::Gateway, request.eui("gateway")};
    return {Scope::Level::Application, request.eui("application")};
}

bool mayChange(const ApiRequest& request, Scope owner) {
    if (owner.level == Scope::Level::Gateway) return request.who.isAdmin();
    return request.who.mayChange(owner.eui);
}

}  // namespace runnel::admin
