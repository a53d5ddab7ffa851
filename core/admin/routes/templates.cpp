// SPDX-License-Identifier: Apache-2.0
#include "admin/checks.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/paging.h"
#include "admin/routes/of_stream.h"
#include "admin/routes/template_routes.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

constexpr std::initializer_list<const char*> kReadOnly = {"origin", "file", "trouble"};

class TemplateHandlers final {
  public:
    explicit TemplateHandlers(TemplateParts parts) : parts_(std::move(parts)) {}

    ApiAnswer list(const ApiRequest& request) const {
        const Page page = pageOf(request);
        ListBody body(page);
        const Templates::Key after = templateKey(page.after);
        for (const Templates::Entry& entry : parts_.templates.all()) {
            const TemplateSpec& spec = entry.use->spec();
            if (!page.after.empty() && Templates::Key(spec.name, spec.version) <= after) continue;
            if (!body.add(entry.use->title(), jsonText(summaryOf(entry)))) break;
        }
        return {.body = body.text()};
    }

    ApiAnswer get(const ApiRequest& request) const { return answer(existing(keyOf(request))); }

    ApiAnswer put(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const Templates::Key key = keyOf(request);
        const auto alone = parts_.objects.registrar.exclusively();
        const auto known = parts_.templates.get(key);
        requireConditions(request, known ? tagOf(*known) : std::string());
        fixKey(*body, "name", key.first);
        fixVersion(body, key.second);
        const TemplateSpec spec = checked(body);
        require(parts_.objects.registrar.putTemplate(spec));
        ApiAnswer given = answer(existing(key));
        if (known) return given;
        given.status = 201;
        given.headers.emplace_back("Location", uriPath("/api/v1/templates/" + key.first + "/" +
                                                       std::to_string(key.second)));
        return given;
    }

    /// Everything that PUT checks; nothing is kept.
    ApiAnswer test(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const auto alone = parts_.objects.registrar.exclusively();
        const TemplateSpec spec = checked(body);
        Object::Ptr result = newObject();
        result->set("examples", static_cast<Poco::UInt64>(spec.examples.size()));
        return {.body = jsonText(result)};
    }

    ApiAnswer remove(const ApiRequest& request) const {
        const Templates::Key key = keyOf(request);
        const auto alone = parts_.objects.registrar.exclusively();
        requireConditions(request, tagOf(existing(key)));
        require(parts_.objects.registrar.removeTemplate(key.first, key.second));
        return {.status = 204};
    }

  private:
    static Templates::Key keyOf(const ApiRequest& request) {
        return {request.parameter("template"), static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                                   numberOf(request, "version"), UINT32_MAX))};
    }
    Templates::Entry existing(const Templates::Key& key) const {
        const auto known = parts_.templates.get(key);
        if (known) return *known;
        throw Problem(404, "there is no device template " + key.first + " with version " +
                               std::to_string(key.second));
    }
    TemplateSpec checked(const Object::Ptr& body) const {
        return checkedTemplate(body, parts_.objects);
    }
    static void fixVersion(Object::Ptr body, std::uint32_t version) {
        const Poco::Dynamic::Var written = body->get("version");
        if (written.isEmpty()) {
            body->set("version", static_cast<Poco::UInt64>(version));
        } else if (!written.isInteger() || written != Poco::Dynamic::Var(version)) {
            throw Problem(422, "the content is not accepted: see errors",
                          {{"/version", "is fixed by the path: must be " + std::to_string(version) +
                                            ", or left out"}});
        }
    }
    /// As it was written, if the API was given it.
    Object::Ptr documentOf(const Templates::Entry& entry) const {
        const TemplateSpec& spec = entry.use->spec();
        if (spec.document.empty()) return runnel::documentOf(spec, parts_.objects.plugins);
        return parseJson(spec.document).extract<Object::Ptr>();
    }
    static void addState(const Templates::Entry& entry, Object::Ptr document) {
        document->set("origin", entry.origin == Origin::File ? "file" : "api");
        const TemplateSpec& spec = entry.use->spec();
        if (entry.origin == Origin::File) document->set("file", spec.place.file);
        if (const auto& trouble = entry.use->trouble()) document->set("trouble", trouble->reason);
    }
    static Object::Ptr summaryOf(const Templates::Entry& entry) {
        const TemplateSpec& spec = entry.use->spec();
        Object::Ptr document = newObject();
        document->set("name", spec.name);
        document->set("version", static_cast<Poco::UInt64>(spec.version));
        document->set("description", spec.description);
        document->set("codec", spec.codec);
        document->set("format", spec.formatOptions.empty() ? "" : spec.format);
        document->set("examples", static_cast<Poco::UInt64>(spec.examples.size()));
        addState(entry, document);
        return document;
    }
    std::string tagOf(const Templates::Entry& entry) const {
        return etagOf(jsonText(documentOf(entry)));
    }
    ApiAnswer answer(const Templates::Entry& entry) const {
        const std::string tag = tagOf(entry);
        Object::Ptr document = documentOf(entry);
        addState(entry, document);
        return {.body = jsonText(document), .headers = {{"ETag", tag}}};
    }

    const TemplateParts parts_;
};

}  // namespace

namespace {

void dropNulls(Object& object) {
    for (const std::string& key : object.getNames()) {
        if (object.isNull(key)) object.remove(key);
    }
}

/// As it is kept and given back: without what is null, and with texts as texts.
void tidy(Object& body, const TemplateSpec& spec) {
    dropNulls(body);
    if (body.has("description")) body.set("description", spec.description);
    for (const char* part : {"codec", "format"}) {
        if (body.isObject(part)) dropNulls(*body.getObject(part));
    }
}

}  // namespace

TemplateSpec checkedTemplate(Object::Ptr body, const ObjectParts& parts) {
    dropReadOnly(*body, kReadOnly);
    const JsonTree tree(body);
    DocumentReader reader(parts.plugins, *parts.registrar.running());
    TemplateSpec spec = reader.deviceTemplate(tree);
    requireNone(reader.takeComplaints(), tree);
    tidy(*body, spec);
    spec.document = jsonText(body);
    requireNone(parts.registrar.tryTemplate(spec), tree);
    return spec;
}

Routes templateRoutes(const TemplateParts& parts) {
    const auto handlers = std::make_shared<const TemplateHandlers>(parts);
    using Call = ApiAnswer (TemplateHandlers::*)(const ApiRequest&) const;
    const auto calling = [&](Call call) {
        return [handlers, call](const ApiRequest& request) { return ((*handlers).*call)(request); };
    };
    const std::string all = "/api/v1/templates";
    const std::string one = all + "/{template}/{version}";
    return {{"GET", all, Need::Login, {"limit", "after"}, calling(&TemplateHandlers::list)},
            {"POST", all + "/test", Need::Admin, {}, calling(&TemplateHandlers::test)},
            {"GET", one, Need::Login, {}, calling(&TemplateHandlers::get)},
            {"PUT", one, Need::Admin, {}, calling(&TemplateHandlers::put)},
            {"DELETE", one, Need::Admin, {}, calling(&TemplateHandlers::remove)}};
}

}  // namespace runnel::admin
