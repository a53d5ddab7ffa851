// SPDX-License-Identifier: Apache-2.0
#include "admin/checks.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/merge_patch.h"
#include "admin/paging.h"
#include "admin/routes/object_routes.h"
#include "admin/search.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

constexpr std::size_t kMostAtOnce = 10'000;

std::string_view wordOf(Origin origin) {
    switch (origin) {
        case Origin::File:
            return "file";
        case Origin::Api:
            return "api";
        case Origin::Heard:
            break;
    }
    return "heard";
}

DeviceSpec specOf(Eui eui, const Device& device) {
    DeviceSpec spec;
    spec.eui = eui;
    spec.name = device.name;
    spec.deviceTemplate = device.deviceTemplate;
    if (device.tags) spec.tags = *device.tags;
    return spec;
}

std::string tagOf(Eui eui, const Device& device) {
    return etagOf(jsonText(documentOf(specOf(eui, device))));
}

std::string documentText(Eui eui, const Device& device) {
    Object::Ptr document = documentOf(specOf(eui, device));
    if (device.application) document->set("application", text(*device.application));
    document->set("origin", std::string(wordOf(device.origin)));
    if (!device.network.empty()) document->set("network", device.network);
    if (!device.region.empty()) document->set("region", device.region);
    if (device.heard != Instant{}) document->set("lastHeard", timeText(device.heard));
    return jsonText(document);
}

class DeviceHandlers final {
  public:
    explicit DeviceHandlers(ObjectParts parts) : parts_(std::move(parts)) {}

    ApiAnswer list(const ApiRequest& request) const {
        const Scope owner = existingOwner(request);
        return listWhere(request,
                         [&](const Device& device) { return device.application == owner.eui; });
    }

    /// All that may be seen; those that belong to no application, for who sees everything.
    ApiAnswer listAll(const ApiRequest& request) const {
        const Principal& who = request.who;
        return listWhere(request, [&](const Device& device) {
            return device.application ? who.maySee(*device.application) : who.seesEverything();
        });
    }

    ApiAnswer get(const ApiRequest& request) const {
        const Eui eui = request.eui("device");
        return answer(eui, require(request, eui));
    }

    ApiAnswer post(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const Scope owner = existingOwner(request);
        const DeviceSpec spec = read(body);
        requireOwn(request, spec.eui);
        const auto known = parts_.devices.find(spec.eui);
        if (known && known->origin == Origin::Api) {
            throw Problem(409, "device " + text(spec.eui) + " is there already");
        }
        return put(owner, spec, true);
    }

    ApiAnswer put(const ApiRequest& request) const {
        Object::Ptr body = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const Scope owner = existingOwner(request);
        const Eui eui = request.eui("device");
        requireOwn(request, eui);
        const auto known = find(owner, eui);
        requireConditions(request, known ? tagOf(eui, *known) : std::string());
        fixKey(*body, "eui", text(eui));
        return put(owner, read(body), !known || !known->isConfigured());
    }

    ApiAnswer patch(const ApiRequest& request) const {
        Object::Ptr patch = jsonObject(request);
        const auto alone = parts_.registrar.exclusively();
        const Eui eui = request.eui("device");
        const Device known = require(request, eui);
        requireConditions(request, tagOf(eui, known));
        dropReadOnly(*patch, {"application", "origin", "network", "region", "lastHeard"});
        Object::Ptr merged = mergePatch(documentOf(specOf(eui, known)), patch);
        fixKey(*merged, "eui", text(eui));
        return put(ownerOf(request), read(merged), false);
    }

    ApiAnswer putAll(const ApiRequest& request) const {
        const Poco::JSON::Array::Ptr body = jsonArray(request);
        if (body->size() > kMostAtOnce) {
            throw Problem(413, "at most 10000 devices at once, found " +
                                   std::to_string(body->size()) + "; send them in parts");
        }
        for (const auto& entry : *body) {
            if (entry.type() == typeid(Object::Ptr)) withoutReadOnly(entry.extract<Object::Ptr>());
        }
        const JsonTree tree(body);
        const auto alone = parts_.registrar.exclusively();
        const Scope owner = existingOwner(request);
        DocumentReader reader(parts_.plugins, *parts_.registrar.running());
        const std::vector<DeviceSpec> devices = reader.devices(tree);
        requireNone(reader.takeComplaints(), tree);
        for (const DeviceSpec& device : devices) requireOwn(request, device.eui);
        const auto counts = admin::require(parts_.registrar.putDevices(owner.eui, devices));
        Object::Ptr given = newObject();
        given->set("added", counts.added);
        given->set("changed", counts.changed);
        return {.body = jsonText(given)};
    }

    ApiAnswer remove(const ApiRequest& request) const {
        const auto alone = parts_.registrar.exclusively();
        const Eui eui = request.eui("device");
        requireConditions(request, tagOf(eui, require(request, eui)));
        admin::require(parts_.registrar.removeDevice(eui));
        return {.status = 204};
    }

  private:
    Scope existingOwner(const ApiRequest& request) const {
        const Scope owner = ownerOf(request);
        if (parts_.catalogue.findOwner(owner)) return owner;
        throw Problem(404, "there is no application " + text(owner.eui));
    }
    std::optional<Device> find(Scope owner, Eui eui) const {
        auto device = parts_.devices.find(eui);
        if (device && device->application != owner.eui) device.reset();
        return device;
    }
    Device require(const ApiRequest& request, Eui eui) const {
        auto device = find(ownerOf(request), eui);
        if (device) return *std::move(device);
        throw Problem(404, "this application has no device " + text(eui));
    }
    /// Whoever manages one application must not get at another one's devices by naming them. It is
    /// told as little of them as of any device that is configured elsewhere.
    void requireOwn(const ApiRequest& request, Eui eui) const {
        if (request.who.isAdmin()) return;
        const auto known = parts_.devices.find(eui);
        if (!known || !known->application || request.who.maySee(*known->application)) return;
        throw Problem(409, "device " + text(eui) + " belongs to another application");
    }
    template <class IsWanted>
    ApiAnswer listWhere(const ApiRequest& request, const IsWanted& isWanted) const {
        const Page page = pageOf(request);
        Devices::Page wanted{.after = std::nullopt, .max = page.limit + 1};
        if (!page.after.empty()) {
            wanted.after = parseEui(page.after);
            if (!wanted.after) throw Problem(400, "after: must be what 'next' gave");
        }
        const Search search(request.queryText("search"));
        const std::string origin = oneOf(request, "origin", {"file", "api", "heard"});
        ListBody body(page);
        const auto found = parts_.devices.list(wanted, [&](Eui eui, const Device& device) {
            return isWanted(device) && (origin.empty() || origin == wordOf(device.origin)) &&
                   search.isIn(eui, device.name);
        });
        for (const auto& [eui, device] : found) {
            if (!body.add(text(eui), documentText(eui, device))) break;
        }
        return {.body = body.text()};
    }
    static void withoutReadOnly(Object::Ptr body) {
        dropReadOnly(*body, {"application", "origin", "network", "region", "lastHeard"});
    }
    DeviceSpec read(const Object::Ptr& body) const {
        withoutReadOnly(body);
        const JsonTree tree(body);
        DocumentReader reader(parts_.plugins, *parts_.registrar.running());
        auto spec = reader.device(tree);
        requireNone(reader.takeComplaints(), tree);
        return *std::move(spec);
    }
    ApiAnswer put(Scope owner, const DeviceSpec& spec, bool isNew) const {
        static_cast<void>(
            admin::require(parts_.registrar.putDevices(owner.eui, std::span(&spec, 1))));
        ApiAnswer given = answer(spec.eui, *parts_.devices.find(spec.eui));
        if (!isNew) return given;
        given.status = 201;
        given.headers.emplace_back(
            "Location", "/api/v1/applications/" + text(owner.eui) + "/devices/" + text(spec.eui));
        return given;
    }
    static ApiAnswer answer(Eui eui, const Device& device) {
        return {.body = documentText(eui, device), .headers = {{"ETag", tagOf(eui, device)}}};
    }

    const ObjectParts parts_;
};

}  // namespace

Routes deviceRoutes(ObjectParts parts) {
    const auto handlers = std::make_shared<const DeviceHandlers>(std::move(parts));
    const auto calling = [&](ApiAnswer (DeviceHandlers::*call)(const ApiRequest&) const) {
        return [handlers, call](const ApiRequest& request) { return ((*handlers).*call)(request); };
    };
    const std::string all = "/api/v1/applications/{application}/devices";
    const std::string one = all + "/{device}";
    const std::vector<std::string> query{"limit", "after", "search", "origin"};
    return {
        {"GET", "/api/v1/devices", Need::Login, query, calling(&DeviceHandlers::listAll)},
        {"GET", all, Need::SeeApplication, query, calling(&DeviceHandlers::list)},
        {"POST", all, Need::ChangeApplication, {}, calling(&DeviceHandlers::post)},
        {"PUT", all, Need::ChangeApplication, {}, calling(&DeviceHandlers::putAll)},
        {"GET", one, Need::SeeApplication, {}, calling(&DeviceHandlers::get)},
        {"PUT", one, Need::ChangeApplication, {}, calling(&DeviceHandlers::put)},
        {"PATCH", one, Need::ChangeApplication, {}, calling(&DeviceHandlers::patch)},
        {"DELETE", one, Need::ChangeApplication, {}, calling(&DeviceHandlers::remove)},
    };
}

}  // namespace runnel::admin
