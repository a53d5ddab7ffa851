// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/plugin_routes.h"

#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/routes/short_list.h"
#include "loader/elf_stamp.h"

namespace runnel::admin {

namespace {

std::string word(PluginKind kind) {
    return std::string(runnel::text(kind));
}

Poco::JSON::Object::Ptr pluginJson(const LoadedPlugin& plugin) {
    auto json = newObject();
    json->set("kind", word(plugin.kind));
    json->set("name", plugin.name);
    json->set("version", plugin.version);
    json->set("summary", plugin.descriptor->summary);
    json->set("file", plugin.file.string());
    return json;
}

Poco::JSON::Array::Ptr tableJson(const Option* options, std::size_t count) {
    Poco::JSON::Array::Ptr table = new Poco::JSON::Array;
    for (const Option* option = options; option != options + count; ++option) {
        auto json = newObject();
        json->set("name", option->name);
        json->set("type", option->type);
        if (option->fallback != nullptr) json->set("default", option->fallback);
        json->set("required", option->isRequired);
        json->set("secret", option->isSecret);
        json->set("help", option->help);
        table->add(json);
    }
    return table;
}

ApiAnswer list(const Plugins& plugins, const ApiRequest& request) {
    std::vector<std::string> items;
    for (const LoadedPlugin& plugin : plugins.loaded()) {
        items.push_back(jsonText(pluginJson(plugin)));
    }
    for (const RefusedPlugin& refused : plugins.refused()) {
        auto json = newObject();
        json->set("file", refused.file.string());
        json->set("isRefused", true);
        json->set("reason", refused.reason);
        items.push_back(jsonText(json));
    }
    return pageOfList(request, items);
}

ApiAnswer one(const Plugins& plugins, const ApiRequest& request) {
    for (const LoadedPlugin& plugin : plugins.loaded()) {
        if (request.parameter("kind") != word(plugin.kind)) continue;
        if (request.parameter("name") != plugin.name) continue;
        auto json = pluginJson(plugin);
        json->set("options", tableJson(plugin.descriptor->options, plugin.descriptor->optionCount));
        json->set("settings",
                  tableJson(plugin.descriptor->settings, plugin.descriptor->settingCount));
        return document(request, jsonText(json));
    }
    throw Problem(404, "no plugin " + request.parameter("kind") + " " + request.parameter("name") +
                           " is loaded; kinds are protocol, format, codec and network");
}

}  // namespace

Routes pluginRoutes(const Plugins& plugins) {
    return {{.method = "GET",
             .pattern = "/api/v1/plugins",
             .need = Need::Login,
             .query = {"limit", "after"},
             .handler = [&](const ApiRequest& request) { return list(plugins, request); }},
            {.method = "GET",
             .pattern = "/api/v1/plugins/{kind}/{name}",
             .need = Need::Login,
             .query = {},
             .handler = [&](const ApiRequest& request) { return one(plugins, request); }}};
}

}  // namespace runnel::admin
