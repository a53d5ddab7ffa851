// SPDX-License-Identifier: Apache-2.0
#include "admin/checks.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/merge_patch.h"
#include "admin/paging.h"
#include "admin/routes/object_routes.h"
#include "admin/routes/of_stream.h"
#include "admin/search.h"
#include "admin/stream_document.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

/// The owner of a stream by its name: gateways and applications share no EUI.
Scope ownerIn(const std::string& name, const StreamSpec& spec) {
    const auto eui = parseEui(name.substr(0, name.find('/')));
    return {spec.gateway ? Scope::Level::Gateway : Scope::Level::Application, eui.value_or(Eui{})};
}

/// Secret options that the document leaves out stay as they are: nobody is shown them, so nobody
/// can give them back. Null removes one.
void keepSecrets(Object& document, const StreamSpec& before, const Plugins& plugins) {
    const auto read = [&](const char* key) {
        const Poco::Dynamic::Var value = document.get(key);
        return value.isString() ? value.extract<std::string>() : std::string();
    };
    Object::Ptr known = runnel::documentOf(before, plugins, Secrets::Shown);
    Object::Ptr open = runnel::documentOf(before, plugins, Secrets::Hidden);
    if (read("protocol") != before.protocol || read("format") != before.format) return;
    Object::Ptr options = document.getObject("options");
    if (!options) {
        if (document.has("options")) return;
        options = newObject();
        document.set("options", options);
    }
    for (const auto& [name, value] : *known->getObject("options")) {
        const bool isSecret = !open->getObject("options")->has(name);
        if (isSecret && !options->has(name)) options->set(name, value);
    }
}

class StreamHandlers final {
  public:
    explicit StreamHandlers(ObjectParts parts) : parts_(std::move(parts)) {}

    ApiAnswer list(const ApiRequest& request) const {
        const Scope owner = existingOwner(request);
        const Search search(request.queryText("search"));
        return listWhere(
            request, text(owner.eui) + "/",
            [&](const std::string&, const auto& entry) { return search.isIn(entry.spec->name); });
    }

    /// All that may be seen.
    ApiAnswer listAll(const ApiRequest& request) const {
        const std::string application = request.queryText("application");
        std::string prefix;
        if (!application.empty()) {
            const auto eui = parseEui(application);
            if (!eui) throw Problem(400, "application: must be an EUI, found " + application);
            prefix = text(*eui) + "/";
        }
        const Principal& who = request.who;
        const Search search(request.queryText("search"));
        return listWhere(request, prefix, [&](const std::string& name, const auto& entry) {
            const Scope owner = ownerIn(name, *entry.spec);
            const bool isSeen =
                owner.level == Scope::Level::Gateway ? who.seesEverything() : who.maySee(owner.eui);
            return isSeen && search.isIn(owner.eui, entry.spec->name);
        });
    }

    ApiAnswer get(const ApiRequest& request) const {
        const std::string secrets = request.queryText("secrets");
        if (!secrets.empty() && secrets != "true" && secrets != "false") {
            throw Problem(400, "secrets: must be true or false, found " + secrets);
        }
        const bool isShown = secrets == "true";
        if (isShown && !mayChange(request, ownerOf(request))) {
            throw Problem(403, "secrets are shown only to whoever may change the stream");
        }
        return answer(request, existing(request), isShown ? Secrets::Shown : Secrets::Hidden);
    }

    ApiAnswer post(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const Scope owner = existingOwner(request);
        if (body->get("name").isEmpty()) body->set("name", freeName(owner, *body));
        StreamSpec spec = read(body, owner);
        const std::string name = streamName(spec, owner);
        const auto known = parts_.catalogue.findStream(name);
        // What is in a file is refused with the file's name when it is put.
        if (known && known->origin != Origin::File) {
            throw Problem(409, "stream " + name + " is there already; change it with PUT or PATCH",
                          {{"/name", "is another stream's already"}});
        }
        return put(request, owner, std::move(spec));
    }

    ApiAnswer put(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const Scope owner = existingOwner(request);
        const auto known = parts_.catalogue.findStream(streamNameOf(request));
        requireConditions(request, known ? tagOf(*known->spec, parts_.plugins) : std::string());
        fixKey(*body, "name", request.parameter("stream"));
        dropOwnToken(*body, streamNameOf(request));
        if (known) keepSecrets(*body, *known->spec, parts_.plugins);
        return put(request, owner, read(body, owner));
    }

    ApiAnswer patch(const ApiRequest& request) const {
        Object::Ptr patch = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const StreamView known = existing(request);
        requireConditions(request, tagOf(*known.entry.spec, parts_.plugins));
        dropReadOnly(*patch, kStreamReadOnly);
        dropOwnToken(*patch, known.name);
        Object::Ptr before = runnel::documentOf(*known.entry.spec, parts_.plugins, Secrets::Shown);
        Object::Ptr merged = mergePatch(before, patch);
        fixKey(*merged, "name", request.parameter("stream"));
        return put(request, known.owner, read(merged, known.owner));
    }

    ApiAnswer remove(const ApiRequest& request) const {
        const auto alone = parts_.registrar.exclusively();
        const StreamView known = existing(request);
        requireConditions(request, tagOf(*known.entry.spec, parts_.plugins));
        require(parts_.registrar.removeStream(known.name));
        return {.status = 204};
    }

  private:
    Scope existingOwner(const ApiRequest& request) const {
        const Scope owner = ownerOf(request);
        if (parts_.catalogue.findOwner(owner)) return owner;
        throw Problem(404, text(owner.eui) + " is not there");
    }
    StreamView existing(const ApiRequest& request) const {
        return configuredStream(request, parts_.catalogue);
    }
    StreamSpec read(Object::Ptr body, Scope owner) const {
        dropReadOnly(*body, kStreamReadOnly);
        const JsonTree tree(body);
        DocumentReader reader(parts_.plugins, *parts_.registrar.running());
        StreamHome home;
        (owner.level == Scope::Level::Gateway ? home.gateway : home.application) = owner.eui;
        StreamSpec spec = reader.stream(tree, home);
        requireNone(reader.takeComplaints(), tree);
        return spec;
    }
    /// A document may come back as it was given, with a token that the stream has: that one goes on
    /// to allow what it allows.
    void dropOwnToken(Object& document, const std::string& stream) const {
        const Poco::Dynamic::Var token = document.get("token");
        if (!token.isString()) return;
        const auto id = parts_.tokens.identify(token.extract<std::string>());
        const auto known = id ? parts_.tokens.get(*id) : std::nullopt;
        if (known && known->stream == stream) document.remove("token");
    }
    /// The protocol's name, or the first of it with a number that is free.
    std::string freeName(Scope owner, const Object& body) const {
        const Poco::Dynamic::Var protocol = body.get("protocol");
        const std::string stem =
            protocol.isString() ? protocol.extract<std::string>() : StreamSpec{}.protocol;
        std::string name = stem;
        for (int number = 2; parts_.catalogue.findStream(text(owner.eui) + "/" + name); ++number) {
            name = stem + "-" + std::to_string(number);
        }
        return name;
    }
    ApiAnswer put(const ApiRequest& request, Scope owner, StreamSpec spec) const {
        const std::string name = streamName(spec, owner);
        const bool isNew = !parts_.catalogue.findStream(name);
        require(parts_.registrar.putStream(owner, std::move(spec)));
        ApiAnswer given =
            answer(request, {name, owner, *parts_.catalogue.findStream(name)}, Secrets::Hidden);
        if (!isNew) return given;
        given.status = 201;
        const bool isGateway = owner.level == Scope::Level::Gateway;
        given.headers.emplace_back(
            "Location", std::string("/api/v1/") + (isGateway ? "gateways/" : "applications/") +
                            text(owner.eui) + "/streams/" + name.substr(name.find('/') + 1));
        return given;
    }
    ApiAnswer answer(const ApiRequest& request, const StreamView& stream, Secrets secrets) const {
        const bool isFull = mayChange(request, stream.owner);
        Object::Ptr document = documentOf(stream, parts_, {isFull, secrets});
        if (isFull) {
            const auto tokens = parts_.tokens.list(stream.name);
            if (!tokens.empty()) document->set("token", parts_.tokens.text(tokens.front().id));
        }
        return {.body = jsonText(document),
                .headers = {{"ETag", tagOf(*stream.entry.spec, parts_.plugins)}}};
    }
    template <class IsSeen>
    ApiAnswer listWhere(const ApiRequest& request, const std::string& prefix,
                        const IsSeen& isSeen) const {
        const Page page = pageOf(request);
        const std::string protocol = request.queryText("protocol");
        const std::string health = oneOf(request, "health", kHealthWords);
        const auto isWanted = [&](const std::string& name, const Catalogue::StreamEntry& entry) {
            return isSeen(name, entry) && (protocol.empty() || protocol == entry.spec->protocol) &&
                   (health.empty() || health == healthOf(name, parts_).word);
        };
        ListBody body(page);
        for (const auto& [name, entry] :
             parts_.catalogue.streams({prefix, page.after, page.limit + 1}, isWanted)) {
            const StreamView view{name, ownerIn(name, *entry.spec), entry};
            const bool isFull = mayChange(request, view.owner);
            if (body.isFull()) break;
            body.add(name, jsonText(documentOf(view, parts_, {isFull, Secrets::Hidden})));
        }
        return {.body = body.text()};
    }

    const ObjectParts parts_;
};

}  // namespace

Routes streamRoutes(ObjectParts parts) {
    const auto handlers = std::make_shared<const StreamHandlers>(std::move(parts));
    using Call = ApiAnswer (StreamHandlers::*)(const ApiRequest&) const;
    const auto calling = [&](Call call) {
        return [handlers, call](const ApiRequest& request) { return ((*handlers).*call)(request); };
    };
    const std::vector<std::string> filters{"limit", "after", "search", "protocol", "health"};
    Routes routes;
    std::vector<std::string> allFilters = filters;
    allFilters.emplace_back("application");
    routes.push_back(
        {"GET", "/api/v1/streams", Need::Login, allFilters, calling(&StreamHandlers::listAll)});
    addToOwners(routes, {"GET", "/streams", Access::See, filters, calling(&StreamHandlers::list)});
    addToOwners(routes, {"POST", "/streams", Access::Change, {}, calling(&StreamHandlers::post)});
    add(routes, {"GET", "", Access::See, {"secrets"}, calling(&StreamHandlers::get)});
    add(routes, {"PUT", "", Access::Change, {}, calling(static_cast<Call>(&StreamHandlers::put))});
    add(routes, {"PATCH", "", Access::Change, {}, calling(&StreamHandlers::patch)});
    add(routes, {"DELETE", "", Access::Change, {}, calling(&StreamHandlers::remove)});
    return routes;
}

}  // namespace runnel::admin
