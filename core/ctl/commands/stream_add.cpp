// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/stream_document.h"
#include "ctl/failure.h"
#include "ctl/terminal.h"

namespace runnel::ctl {
namespace {

struct AddOptions {
    std::string application, device, gateway, name, tokenFile;
    StreamSettings settings;
};

struct SetOptions {
    std::string stream;
    StreamSettings settings;
};

/// The application or gateway is made if it is missing.
void ensureHome(Context& context, const Where& home) {
    if (context.client.find(apiPath(home))) return;
    Object::Ptr body = newObject();
    body->set("eui", home.at(1));
    body->set("name", home.at(1));
    context.client.post(apiPath({home.at(0)}), body);
    const std::string word = home.at(0) == "gateways" ? "gateway " : "application ";
    context.err << word << home.at(1) << " was not there yet: made\n";
}

Where homeOf(Context& context, const AddOptions& options) {
    if (!options.gateway.empty()) return {"gateways", euiOf("--gateway", options.gateway)};
    if (!options.application.empty()) {
        return {"applications", euiOf("--application", options.application)};
    }
    if (options.device.empty()) {
        throw Failure(ExitCode::WrongUse,
                      "whose stream is it? Expected --application EUI, --device EUI or "
                      "--gateway EUI");
    }
    const Where device = findDevice(context.client, options.device, "");
    return {device.at(0), device.at(1)};
}

void add(Context& context, const AddOptions& options) {
    Object::Ptr body = newObject();
    if (!options.name.empty()) body->set("name", options.name);
    if (!options.device.empty()) {
        Object::Ptr scope = newObject();
        scope->set("device", euiOf("--device", options.device));
        body->set("scope", scope);
    }
    Object::Ptr settings = documentOf(options.settings);
    for (const std::string& key : settings->getNames()) body->set(key, settings->get(key));
    if (!options.tokenFile.empty()) {
        body->set("token", readSecret("--token-file", options.tokenFile, context.in));
    }
    const Where home = homeOf(context, options);
    ensureHome(context, home);
    printAccess(context, context.client.post(apiPath(under(home, {"streams"})), body));
}

void set(Context& context, const SetOptions& options) {
    Object::Ptr body = documentOf(options.settings);
    if (body->size() == 0) {
        throw Failure(ExitCode::WrongUse,
                      "nothing to change; expected one of --protocol, --format, --option, "
                      "--duplicates, --events, --template, --enabled, --disabled");
    }
    const Where stream = findStream(context.client, options.stream);
    printAccess(context, context.client.patch(apiPath(stream), body));
}

}  // namespace

void addStreamAdd(const Menu& stream) {
    auto [app, options] =
        stream.command("add", "Make a stream and print what a client needs to connect", add);
    auto* application = app.add_option("--application", options.application,
                                       "Its application EUI; made if it is missing");
    auto* device = app.add_option("--device", options.device, "Only for this device EUI");
    app.add_option("--gateway", options.gateway, "A gateway's stream, without downlinks")
        ->excludes(application)
        ->excludes(device);
    app.add_option("--name", options.name, "Its name; the protocol's if none is given");
    addStreamSettings(app, options.settings);
    app.add_option("--token-file", options.tokenFile,
                   "File whose first line is the token, - for the standard input; made if none is "
                   "given");
}

void addStreamSet(const Menu& stream) {
    auto [app, options] =
        stream.command("set", "Change a stream; what is not named stays as it is", set);
    app.add_option("STREAM", options.stream, "EUI/name, or the name if only one stream has it")
        ->required();
    addStreamSettings(app, options.settings);
}

}  // namespace runnel::ctl
