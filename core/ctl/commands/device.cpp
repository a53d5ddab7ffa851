// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"

namespace runnel::ctl {
namespace {

struct ListOptions {
    std::string application, search, origin;
};

struct DeviceOptions {
    std::string eui, application, name, deviceTemplate;
    std::vector<std::string> tags;
};

std::vector<std::pair<std::string, std::string>> fieldsOf(const Object& device) {
    return {{"eui", text(device, "eui")},
            {"application", text(device, "application")},
            {"name", text(device, "name")},
            {"template", text(device, "template")},
            {"tags", pairs(*child(device, "tags"))},
            {"origin", text(device, "origin")},
            {"network", text(device, "network")},
            {"last heard", text(device, "lastHeard")}};
}

void list(Context& context, const ListOptions& options) {
    const Query query{{"search", options.search}, {"origin", options.origin}};
    if (options.application.empty()) {
        showList(context, {"devices"},
                 {{"DEVICE", "APPLICATION", "NAME", "ORIGIN"},
                  [](const Object& one) {
                      return std::vector<std::string>{text(one, "eui"), text(one, "application"),
                                                      text(one, "name"), text(one, "origin")};
                  }},
                 query);
        return;
    }
    const std::string application = euiOf("--application", options.application);
    showList(context, {"applications", application, "devices"},
             {{"DEVICE", "NAME", "TEMPLATE", "ORIGIN", "LAST HEARD"},
              [](const Object& one) {
                  return std::vector<std::string>{text(one, "eui"), text(one, "name"),
                                                  text(one, "template"), text(one, "origin"),
                                                  text(one, "lastHeard")};
              }},
             query);
}

/// What is written of it. In a patch "-" takes it away.
Object::Ptr bodyOf(const DeviceOptions& options, bool isPatch) {
    constexpr const char* kNone = "-";
    Object::Ptr body = newObject();
    const auto set = [&](const char* key, const std::string& value) {
        if (value == kNone && isPatch) {
            body->set(key, Var());
        } else if (!value.empty()) {
            body->set(key, value);
        }
    };
    set("name", options.name);
    set("template", options.deviceTemplate);
    if (options.tags.empty()) return body;
    Object::Ptr tags = objectOf("--tag", options.tags);
    for (const std::string& key : tags->getNames()) {
        if (!isPatch && tags->get(key).isEmpty()) tags->remove(key);
    }
    body->set("tags", tags);
    return body;
}

void add(Context& context, const DeviceOptions& options) {
    const std::string application = euiOf("--application", options.application);
    Object::Ptr body = bodyOf(options, false);
    body->set("eui", euiOf("EUI", options.eui));
    showObject(context,
               context.client.post(apiPath({"applications", application, "devices"}), body),
               fieldsOf);
}

void show(Context& context, const DeviceOptions& options) {
    const Where where = findDevice(context.client, options.eui, options.application);
    showObject(context, context.client.get(apiPath(where)), fieldsOf);
}

void set(Context& context, const DeviceOptions& options) {
    Object::Ptr body = bodyOf(options, true);
    if (body->size() == 0) {
        throw Failure(ExitCode::WrongUse,
                      "nothing to change; expected --name, --template or --tag");
    }
    const Where where = findDevice(context.client, options.eui, options.application);
    showObject(context, context.client.patch(apiPath(where), body), fieldsOf);
}

void remove(Context& context, const DeviceOptions& options) {
    const Where where = findDevice(context.client, options.eui, options.application);
    context.client.remove(apiPath(where));
    say(context, where.back() + " removed from application " + where.at(1));
}

void addDevice(CLI::App& app, DeviceOptions& options) {
    app.add_option("EUI", options.eui, "The device EUI")->required();
    app.add_option("--application", options.application,
                   "Its application; found by the device EUI if it is left out");
}

void addContents(CLI::App& app, DeviceOptions& options, const std::string& none) {
    app.add_option("--name", options.name, "What people call it" + none);
    app.add_option("--template", options.deviceTemplate, "Device template, such as acme@2" + none);
    addRepeated(app, "--tag", options.tags, "key=value, may be repeated" + none);
}

}  // namespace

void addDeviceCommands(const Menu& menu) {
    const Menu group = menu.group("device", "Devices: their names, templates and tags");
    {
        auto [app, options] = group.command("list", "List devices, also those only heard", list);
        app.add_option("--application", options.application, "Only of this application");
        app.add_option("--search", options.search, "Part of the EUI or of the name");
        app.add_option("--origin", options.origin, "file, api or heard");
    }
    {
        auto [app, options] = group.command("add", "Make a device", add);
        app.add_option("EUI", options.eui, "The device EUI")->required();
        app.add_option("--application", options.application, "Its application")->required();
        addContents(app, options, "");
    }
    {
        auto [app, options] = group.command("show", "Show a device", show);
        addDevice(app, options);
    }
    {
        auto [app, options] = group.command("set", "Change a device", set);
        addDevice(app, options);
        addContents(app, options, "; - (for a tag: key=) takes it away");
    }
    {
        auto [app, options] = group.command("remove", "Remove a device", remove);
        addDevice(app, options);
    }
    addDeviceImport(group);
}

}  // namespace runnel::ctl
