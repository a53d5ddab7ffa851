// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"

/// Applications and gateways are managed alike; only their place in the API and what they hold
/// differ.
namespace runnel::ctl {
namespace {

struct Nothing {};

struct Named {
    std::string eui, name;
    bool hasContents = false;
};

const Where kApplications{"applications"};
const Where kGateways{"gateways"};

ListView viewOf(const Where& kind) {
    if (kind == kGateways) {
        return {{"GATEWAY", "NAME", "ORIGIN", "#STREAMS"}, [](const Object& gateway) {
                    return std::vector<std::string>{text(gateway, "eui"), text(gateway, "name"),
                                                    text(gateway, "origin"),
                                                    text(gateway, "streamCount")};
                }};
    }
    return {{"APPLICATION", "NAME", "ORIGIN", "#DEVICES", "#STREAMS"}, [](const Object& one) {
                return std::vector<std::string>{text(one, "eui"), text(one, "name"),
                                                text(one, "origin"), text(one, "deviceCount"),
                                                text(one, "streamCount")};
            }};
}

std::vector<std::pair<std::string, std::string>> fieldsOf(const Object& one) {
    return {{"eui", text(one, "eui")},
            {"name", text(one, "name")},
            {"origin", text(one, "origin")},
            {"devices", text(one, "deviceCount")},
            {"streams", text(one, "streamCount")}};
}

template <const Where& kind>
void list(Context& context, const Nothing&) {
    showList(context, kind, viewOf(kind));
}

template <const Where& kind>
void show(Context& context, const Named& options) {
    showObject(context, context.client.get(apiPath(under(kind, {euiOf("EUI", options.eui)}))),
               fieldsOf);
}

template <const Where& kind>
void add(Context& context, const Named& options) {
    const std::string eui = euiOf("EUI", options.eui);
    Object::Ptr body = newObject();
    body->set("eui", eui);
    body->set("name", options.name.empty() ? eui : options.name);
    showObject(context, context.client.post(apiPath(kind), body), fieldsOf);
}

template <const Where& kind>
void set(Context& context, const Named& options) {
    Object::Ptr body = newObject();
    body->set("name", options.name);
    showObject(context,
               context.client.patch(apiPath(under(kind, {euiOf("EUI", options.eui)})), body),
               fieldsOf);
}

template <const Where& kind>
void remove(Context& context, const Named& options) {
    const std::string eui = euiOf("EUI", options.eui);
    const std::string path = apiPath(under(kind, {eui}));
    const Object::Ptr one = parseObject(context.client.get(path));
    if (!options.hasContents && number(*one, "streamCount") > 0) {
        throw Failure(ExitCode::WrongUse,
                      eui + " has " + text(*one, "streamCount") +
                          " streams, which would go with it, with their tokens and what waits in "
                          "them; remove them first or use --with-streams");
    }
    context.client.remove(path);
    say(context, eui + " removed");
}

template <const Where& kind>
void addCommands(const Menu& menu, const std::string& word, const std::string& what) {
    const Menu group = menu.group(word, what);
    group.command("list", "List them", list<kind>);
    {
        auto [app, options] = group.command("add", "Make one", add<kind>);
        app.add_option("EUI", options.eui, "Its EUI")->required();
        app.add_option("--name", options.name, "Its name; the EUI if none is given");
    }
    {
        auto [app, options] = group.command("show", "Show one", show<kind>);
        app.add_option("EUI", options.eui, "Its EUI")->required();
    }
    {
        auto [app, options] = group.command("set", "Change its name", set<kind>);
        app.add_option("EUI", options.eui, "Its EUI")->required();
        app.add_option("--name", options.name, "The new name")->required();
    }
    auto [app, options] = group.command("remove", "Remove one", remove<kind>);
    app.add_option("EUI", options.eui, "Its EUI")->required();
    app.add_flag("--with-streams", options.hasContents, "Also if it has streams: they go too");
}

}  // namespace

void addApplicationCommands(const Menu& menu) {
    addCommands<kApplications>(menu, "application", "Applications");
}

void addGatewayCommands(const Menu& menu) {
    addCommands<kGateways>(menu, "gateway", "Gateways with streams");
}

}  // namespace runnel::ctl
