// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"

namespace runnel::ctl {
namespace {

struct Nothing {};

struct PluginName {
    std::string kind, name;
};

void showStatus(Context& context, const Nothing&) {
    const std::string body = context.client.get(apiPath({"status"}));
    showObject(context, body, [](const Object& status) {
        const Object::Ptr journal = child(status, "journal");
        std::vector<std::pair<std::string, std::string>> fields{
            {"version", text(status, "version")},
            {"started", text(status, "started")},
            {"streams", text(status, "streams")},
            {"devices", text(status, "devices")},
            {"sessions", text(status, "sessions")},
            {"journal", journal->size() == 0
                            ? ""
                            : text(*journal, "oldest") + " to " + text(*journal, "head")},
            {"counters", pairs(*child(status, "counters"))}};
        for (const Object::Ptr& part : children(status, "health")) {
            const std::string reason = text(*part, "text");
            fields.emplace_back(text(*part, "part"),
                                text(*part, "health") + (reason.empty() ? "" : ": " + reason));
        }
        return fields;
    });
}

void reload(Context& context, const Nothing&) {
    const std::string body = context.client.post(apiPath({"reload"}));
    showObject(context, body, [](const Object& done) {
        const std::string changed = text(done, "changed");
        return std::vector<std::pair<std::string, std::string>>{
            {"changed", changed.empty() ? "nothing" : changed},
            {"needs a restart", text(done, "needsRestart")}};
    });
}

void listPlugins(Context& context, const Nothing&) {
    showList(context, {"plugins"},
             {{"KIND", "NAME", "VERSION", "SUMMARY"}, [](const Object& plugin) {
                  const std::string summary = isTrue(plugin, "isRefused")
                                                  ? "refused: " + text(plugin, "reason")
                                                  : text(plugin, "summary");
                  const std::string name = text(plugin, "name");
                  return std::vector<std::string>{text(plugin, "kind"),
                                                  name.empty() ? text(plugin, "file") : name,
                                                  text(plugin, "version"), summary};
              }});
}

void printOptions(Context& context, const Object& plugin, const std::string& key) {
    const std::vector<Object::Ptr> options = children(plugin, key);
    if (options.empty()) return;
    context.out << '\n' << key << ":\n";
    Table table({"NAME", "TYPE", "DEFAULT", "HELP"});
    for (const Object::Ptr& option : options) {
        const std::string initial =
            isTrue(*option, "required") ? "(required)" : text(*option, "default");
        table.add({text(*option, "name"), text(*option, "type"), initial, text(*option, "help")});
    }
    table.print(context.out);
}

void showPlugin(Context& context, const PluginName& options) {
    const std::string body = context.client.get(apiPath({"plugins", options.kind, options.name}));
    showObject(context, body, [](const Object& plugin) {
        return std::vector<std::pair<std::string, std::string>>{
            {"plugin", text(plugin, "kind") + " " + text(plugin, "name")},
            {"version", text(plugin, "version")},
            {"summary", text(plugin, "summary")},
            {"file", text(plugin, "file")}};
    });
    if (context.isJson) return;
    const Object::Ptr plugin = parseObject(body);
    printOptions(context, *plugin, "options");
    printOptions(context, *plugin, "settings");
}

void listNetworks(Context& context, const Nothing&) {
    showList(context, {"networks"},
             {{"NAME", "PLUGIN", "REGION", "HEALTH", "TEXT"}, [](const Object& network) {
                  return std::vector<std::string>{text(network, "name"), text(network, "plugin"),
                                                  text(network, "region"), text(network, "health"),
                                                  text(network, "text")};
              }});
}

}  // namespace

void addBrokerCommands(const Menu& menu) {
    menu.command("status", "Show what the broker does and how its parts are", showStatus);
    menu.command("reload", "Read the configuration files again, all or nothing", reload);
    const Menu plugin = menu.group("plugin", "Plugins that the broker has found");
    plugin.command("list", "List plugins, also the refused ones with the reason", listPlugins);
    auto [show, options] = plugin.command("show", "Show a plugin's options", showPlugin);
    show.add_option("KIND", options.kind, "protocol, format, codec or network")->required();
    show.add_option("NAME", options.name, "Its name")->required();
    const Menu network = menu.group("network", "Connections to network servers");
    network.command("list", "List network connections with their health", listNetworks);
}

}  // namespace runnel::ctl
