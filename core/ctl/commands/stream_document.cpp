// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/stream_document.h"

namespace runnel::ctl {

void addStreamSettings(CLI::App& app, StreamSettings& settings) {
    app.add_option("--protocol", settings.protocol, "Protocol plugin; websocket if none is given");
    app.add_option("--format", settings.format, "Format plugin; json if none is given");
    addRepeated(app, "--option", settings.options,
                "key=value of the protocol or the format, may be repeated");
    app.add_option("--duplicates", settings.duplicates,
                   "all (a document per gateway that heard it) or best");
    app.add_option("--events", settings.events, "Kinds of message, such as uplink,join,status")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_option("--template", settings.deviceTemplate,
                   "Device template of its messages, NAME or NAME@VERSION; '' is each device's");
    auto* disabled = app.add_flag("--disabled", settings.isDisabled, "It lets nobody in");
    app.add_flag("--enabled", settings.isEnabled, "It works (as a new one does)")
        ->excludes(disabled);
}

Object::Ptr documentOf(const StreamSettings& settings) {
    Object::Ptr body = newObject();
    if (!settings.protocol.empty()) body->set("protocol", settings.protocol);
    if (!settings.format.empty()) body->set("format", settings.format);
    if (!settings.options.empty()) body->set("options", objectOf("--option", settings.options));
    if (!settings.duplicates.empty()) body->set("duplicates", settings.duplicates);
    if (!settings.events.empty()) body->set("events", arrayOf(settings.events));
    if (settings.deviceTemplate) body->set("template", *settings.deviceTemplate);
    if (settings.isEnabled || settings.isDisabled) body->set("enabled", settings.isEnabled);
    return body;
}

std::string streamName(const Object& stream) {
    const std::string application = text(stream, "application");
    return (application.empty() ? text(stream, "gateway") : application) + "/" +
           text(stream, "name");
}

std::string scopeText(const Object& stream) {
    const std::string device = text(*child(stream, "scope"), "device");
    return device.empty() ? text(stream, "scope") : "device " + device;
}

void printAccess(Context& context, const std::string& body) {
    showObject(context, body, [](const Object& stream) {
        return std::vector<std::pair<std::string, std::string>>{{"stream", streamName(stream)},
                                                                {"url", text(stream, "url")},
                                                                {"token", text(stream, "token")}};
    });
}

}  // namespace runnel::ctl
