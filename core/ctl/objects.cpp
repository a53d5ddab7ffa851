// SPDX-License-Identifier: Apache-2.0
#include "ctl/objects.h"

#include <Poco/Exception.h>

#include "ctl/failure.h"
#include "ctl/yaml_writer.h"
#include "runnel/values.h"

namespace runnel::ctl {
namespace {

Failure noStream(const std::string& name) {
    return {ExitCode::Refused,
            "there is no stream '" + name + "'; 'runnelctl stream list' shows those that are"};
}

std::string homeOf(const Object& stream) {
    const std::string application = text(stream, "application");
    return application.empty() ? text(stream, "gateway") : application;
}

Where whereIs(const Object& stream) {
    const bool isGateway = text(stream, "application").empty();
    return {isGateway ? "gateways" : "applications", homeOf(stream), "streams",
            text(stream, "name")};
}

Where findByBareName(Client& client, const std::string& name) {
    std::vector<Object::Ptr> found;
    for (const Object::Ptr& stream : client.list({"streams"})) {
        if (text(*stream, "name") == name) found.push_back(stream);
    }
    if (found.empty()) throw noStream(name);
    if (found.size() == 1) return whereIs(*found.front());
    std::string names;
    constexpr std::size_t kMost = 10;
    for (std::size_t i = 0; i < found.size() && i < kMost; ++i) {
        names += "\n  " + nameOf(whereIs(*found[i]));
    }
    throw Failure(ExitCode::WrongUse, std::to_string(found.size()) + " streams are called '" +
                                          name + "'; write EUI/name, such as" + names);
}

/// Who may see named applications only is not told about gateways: for them there are none.
bool isThere(Client& client, const Where& where) {
    try {
        return client.find(apiPath(where)).has_value();
    } catch (const Failure& failure) {
        if (where.front() != "gateways" || failure.code() != ExitCode::NotAuthorised) throw;
        return false;
    }
}

}  // namespace

Where under(Where where, const std::vector<std::string>& more) {
    where.insert(where.end(), more.begin(), more.end());
    return where;
}

std::string euiOf(const std::string& what, const std::string& text) {
    const auto eui = parseEui(text);
    if (!eui) {
        throw Failure(ExitCode::WrongUse,
                      what +
                          " must be an EUI, 16 hexadecimal digits such as 70B3D57ED0000001, "
                          "found '" +
                          text + "'");
    }
    return runnel::text(*eui);
}

Where findStream(Client& client, const std::string& name) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) return findByBareName(client, name);
    const std::string eui =
        euiOf("what stands before '/' in a stream's name", name.substr(0, slash));
    for (const char* kind : {"applications", "gateways"}) {
        Where where{kind, eui, "streams", name.substr(slash + 1)};
        if (isThere(client, where)) return where;
    }
    throw noStream(name);
}

std::string nameOf(const Where& stream) {
    return stream.at(1) + "/" + stream.at(3);
}

Where findDevice(Client& client, const std::string& eui, const std::string& application) {
    const std::string device = euiOf("a device", eui);
    if (!application.empty()) {
        return {"applications", euiOf("--application", application), "devices", device};
    }
    for (const Object::Ptr& found : client.list({"devices"}, {{"search", device}})) {
        if (text(*found, "eui") != device) continue;
        return {"applications", text(*found, "application"), "devices", device};
    }
    throw Failure(ExitCode::Refused, "there is no device " + device +
                                         " that was configured or heard; name its application "
                                         "with --application EUI");
}

std::pair<std::string, std::string> splitPair(const std::string& option, const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
        throw Failure(ExitCode::WrongUse, option + " must be key=value, found '" + text + "'");
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

Object::Ptr objectOf(const std::string& option, const std::vector<std::string>& pairs) {
    Object::Ptr object = newObject();
    for (const std::string& pair : pairs) {
        const auto [key, value] = splitPair(option, pair);
        const bool isJson = !value.empty() && (value.front() == '[' || value.front() == '{');
        try {
            object->set(key, value.empty() ? Var() : isJson ? parseJson(value) : valueOf(value));
        } catch (const Poco::Exception&) {
            std::string named = option;
            named.append(" ").append(key);
            throw Failure(ExitCode::WrongUse, named +
                                                  " begins like JSON but is none; expected "
                                                  "key=[\"a\",\"b\"] or key={\"a\":\"b\"}");
        }
    }
    return object;
}

}  // namespace runnel::ctl
