// SPDX-License-Identifier: Apache-2.0
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>

#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "ctl/commands/commands.h"
#include "ctl/commands/managed_file.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"

namespace runnel::ctl {
namespace {

constexpr std::size_t kBatch = 10'000;
constexpr const char* kExpires = "expires";

struct ApplyOptions {
    std::string path;
    bool prunes = false, isDry = false;
};

/// The stream document with what a file may leave out.
Object::Ptr completed(const Object& written, bool isGateway) {
    Object::Ptr stream = newObject();
    if (!isGateway) stream->set("scope", "application");
    stream->set("protocol", "websocket");
    stream->set("format", "json");
    stream->set("options", newObject());
    stream->set("duplicates", "all");
    stream->set("events", arrayOf({"uplink"}));
    stream->set("enabled", true);
    stream->set("template", "");
    for (const std::string& key : stream->getNames()) {
        if (written.has(key)) stream->set(key, written.get(key));
    }
    return stream;
}

Object::Ptr completedDevice(const Object& written) {
    Object::Ptr device = newObject();
    for (const char* key : {"name", "template"}) device->set(key, text(written, key));
    device->set("tags", child(written, "tags"));
    return device;
}

/// "…:50Z" and "…:50.000Z" are one time; nothing if it is none.
std::optional<Poco::Timestamp> instantOf(const std::string& text) {
    Poco::DateTime time;
    int zone = 0;
    const auto& format = Poco::DateTimeFormat::ISO8601_FRAC_FORMAT;
    if (!Poco::DateTimeParser::tryParse(format, text, time, zone)) return std::nullopt;
    time.makeUTC(zone);
    return time.timestamp();
}

/// Brings the broker to what the files say, one object after the other.
class Applying final {
  public:
    Applying(Context& context, const ApplyOptions& options)
        : context_(context), options_(options) {}

    void apply(const ManagedFile& file) {
        const Where home{file.isGateway ? "gateways" : "applications", file.eui};
        const bool isNew = applyHome(home, file);
        if (!file.isGateway) applyDevices(home, file, isNew);
        for (const ManagedStream& stream : file.streams) applyNamed(home, stream, isNew);
        if (options_.prunes && !isNew) pruneStreams(home, file);
    }

    void applyTemplate(const Object::Ptr& wanted) {
        const Where where = whereOf(*wanted);
        const auto before = context_.client.find(apiPath(where));
        const bool isOurs = before && text(*parseObject(*before), "origin") == "api";
        if (isOurs && isSame(withoutState(*before), wanted)) {
            return count("unchanged", "template " + where.at(1) + "@" + where.at(2));
        }
        if (!options_.isDry) context_.client.put(apiPath(where), wanted);
        count(before ? "changed" : "added", "template " + where.at(1) + "@" + where.at(2));
    }

    /// Device templates that no file names.
    void pruneTemplates(const std::vector<Object::Ptr>& wanted) {
        std::set<Where> kept;
        for (const Object::Ptr& one : wanted) kept.insert(whereOf(*one));
        for (const Object::Ptr& one : context_.client.list({"templates"})) {
            if (!kept.contains(whereOf(*one))) removeIfOurs(whereOf(*one), *one);
        }
    }

    /// Applications and gateways that no file names.
    void pruneHomes(const std::vector<ManagedFile>& files) {
        std::set<Where> kept;
        for (const ManagedFile& file : files) {
            kept.insert({file.isGateway ? "gateways" : "applications", file.eui});
        }
        for (const char* kind : {"applications", "gateways"}) {
            for (const Object::Ptr& one : context_.client.list({kind})) {
                const Where home{kind, text(*one, "eui")};
                if (!kept.contains(home)) removeIfOurs(home, *one);
            }
        }
    }

    void report() const {
        Object::Ptr sum = newObject();
        for (const char* what : {"added", "changed", "unchanged", "removed"}) {
            const auto found = counts_.find(what);
            sum->set(what, found == counts_.end() ? std::int64_t{0} : found->second);
        }
        if (context_.isJson) return printDocument(context_, dump(sum));
        context_.out << text(*sum, "added") << " added, " << text(*sum, "changed") << " changed, "
                     << text(*sum, "removed") << " removed, " << text(*sum, "unchanged")
                     << " unchanged" << (options_.isDry ? " (nothing was done)\n" : "\n");
    }

  private:
    static Where whereOf(const Object& deviceTemplate) {
        return {"templates", text(deviceTemplate, "name"), text(deviceTemplate, "version")};
    }
    static Object::Ptr withoutState(const std::string& document) {
        Object::Ptr written = parseObject(document);
        for (const char* key : {"origin", "file", "trouble"}) written->remove(key);
        return written;
    }

    void count(const std::string& what, const std::string& object, std::int64_t many = 1) {
        if (many == 0) return;
        counts_[what] += many;
        if (what != "unchanged") say(context_, what + "  " + object);
    }

    bool applyHome(const Where& home, const ManagedFile& file) {
        const std::string label = (file.isGateway ? "gateway " : "application ") + file.eui;
        Object::Ptr body = newObject();
        body->set("name", file.name);
        if (!file.isGateway) body->set("template", file.deviceTemplate);
        const auto before = context_.client.find(apiPath(home));
        const Object::Ptr was = before ? parseObject(*before) : newObject();
        if (before && text(*was, "name") == file.name &&
            text(*was, "template") == file.deviceTemplate) {
            count("unchanged", label);
            return false;
        }
        if (!options_.isDry) context_.client.put(apiPath(home), body);
        count(before ? "changed" : "added", label);
        return !before;
    }

    std::map<std::string, Object::Ptr> devicesOf(const Where& home, bool isNew) {
        std::map<std::string, Object::Ptr> devices;
        if (isNew) return devices;
        for (const Object::Ptr& device : context_.client.list(under(home, {"devices"}))) {
            if (text(*device, "origin") != "heard") devices.emplace(text(*device, "eui"), device);
        }
        return devices;
    }

    void applyDevices(const Where& home, const ManagedFile& file, bool isNew) {
        auto before = devicesOf(home, isNew);
        std::vector<Object::Ptr> different;
        std::map<std::string, std::int64_t> counts;
        for (const Object::Ptr& device : file.devices) {
            const auto found = before.find(text(*device, "eui"));
            const bool isKnown = found != before.end();
            const bool isAsBefore =
                isKnown && isSame(completedDevice(*found->second), completedDevice(*device));
            ++counts[isAsBefore ? "unchanged" : isKnown ? "changed" : "added"];
            if (!isAsBefore) different.push_back(device);
            if (isKnown) before.erase(found);
        }
        putDevices(home, different);
        for (const auto& [what, many] : counts) {
            count(what, std::to_string(many) + " devices of " + home.back(), many);
        }
        if (!options_.prunes) return;
        for (const auto& [eui, device] : before)
            removeIfOurs(under(home, {"devices", eui}), *device);
    }

    void putDevices(const Where& home, const std::vector<Object::Ptr>& devices) {
        if (options_.isDry) return;
        for (std::size_t done = 0; done < devices.size();) {
            Array::Ptr batch = new Array;
            while (done < devices.size() && batch->size() < kBatch) batch->add(devices[done++]);
            context_.client.put(apiPath(under(home, {"devices"})), batch);
            if (devices.size() > kBatch) {
                context_.err << done << " of " << devices.size() << " devices" << std::endl;
            }
        }
    }

    /// A refusal says which of many streams it is about.
    void applyNamed(const Where& home, const ManagedStream& stream, bool isNewHome) {
        try {
            applyStream(home, stream, isNewHome);
        } catch (const Failure& failure) {
            throw Failure(failure.code(),
                          "stream " + home.back() + "/" + stream.name + ": " + failure.what());
        }
    }

    /// The broker knows defaults of options that a file may spell out, so whether something has
    /// changed shows only afterwards.
    void applyStream(const Where& home, const ManagedStream& stream, bool isNewHome) {
        const bool isGateway = home.front() == "gateways";
        const Where where = under(home, {"streams", stream.name});
        const std::string path = apiPath(where, {{"secrets", "true"}});
        const auto before = isNewHome ? std::nullopt : context_.client.find(path);
        const Object::Ptr wanted = completed(*stream.document, isGateway);
        Object::Ptr now = before ? completed(*parseObject(*before), isGateway) : newObject();
        const Object::Ptr was = now;
        bool differs = !isSame(now, wanted);
        if (differs && !options_.isDry) {
            putStream(where, *wanted, before ? nullptr : &stream);
            now = completed(*parseObject(context_.client.get(path)), isGateway);
            differs = !isSame(was, now);
        }
        differs = applyTokens(where, stream, !before) || differs;
        count(!before ? "added" : differs ? "changed" : "unchanged", "stream " + nameOf(where));
    }

    /// A new stream (`made`) gets the first of its tokens, so that none is made for it.
    void putStream(const Where& where, const Object& wanted, const ManagedStream* made) {
        Object::Ptr body = newObject();
        for (const std::string& key : wanted.getNames()) body->set(key, wanted.get(key));
        if (made != nullptr && !made->tokens.empty()) {
            body->set("token", text(*made->tokens.front(), "token"));
        }
        context_.client.put(apiPath(where), body);
    }

    bool applyTokens(const Where& stream, const ManagedStream& wanted, bool isNew) {
        if (isNew && options_.isDry) return !wanted.tokens.empty();
        std::map<std::string, Object::Ptr> before;
        for (const Object::Ptr& token : context_.client.list(under(stream, {"tokens"}))) {
            before.emplace(text(*token, "token"), token);
        }
        bool hasChanged = false;
        for (const Object::Ptr& token : wanted.tokens) {
            const auto found = before.find(text(*token, "token"));
            if (found == before.end()) {
                hasChanged = true;
                if (!options_.isDry) {
                    context_.client.post(apiPath(under(stream, {"tokens"})), token);
                }
                continue;
            }
            hasChanged = applyToken(stream, *found->second, *token) || hasChanged;
            before.erase(found);
        }
        return (pruneTokens(stream, wanted, before)) || hasChanged;
    }

    bool applyToken(const Where& stream, const Object& before, const Object& wanted) {
        Object::Ptr patch = newObject();
        for (const std::string key : {"label", kExpires, "scopes"}) {
            const bool isWritten = wanted.has(key) && !isSame(wanted.get(key), before.get(key));
            const bool isSameTime =
                key == kExpires && instantOf(text(wanted, key)) == instantOf(text(before, key));
            if (isWritten && !isSameTime) patch->set(key, wanted.get(key));
        }
        if (patch->size() == 0) return false;
        if (!options_.isDry) {
            context_.client.patch(apiPath(under(stream, {"tokens", text(before, "id")})), patch);
        }
        return true;
    }

    /// A file that names no token leaves to the broker which there are.
    bool pruneTokens(const Where& stream, const ManagedStream& wanted,
                     const std::map<std::string, Object::Ptr>& others) {
        if (!options_.prunes || wanted.tokens.empty()) return false;
        for (const auto& [secret, token] : others) {
            removeIfOurs(under(stream, {"tokens", text(*token, "id")}), *token);
        }
        return !others.empty();
    }

    void pruneStreams(const Where& home, const ManagedFile& file) {
        std::set<std::string> kept;
        for (const ManagedStream& stream : file.streams) kept.insert(stream.name);
        for (const Object::Ptr& stream : context_.client.list(under(home, {"streams"}))) {
            const std::string name = text(*stream, "name");
            if (!kept.contains(name)) removeIfOurs(under(home, {"streams", name}), *stream);
        }
    }

    /// What is written in the broker's own files is not ours to remove, what is only heard neither.
    void removeIfOurs(const Where& where, const Object& object) {
        if (text(object, "origin") != "api") return;
        if (!options_.isDry) context_.client.remove(apiPath(where));
        std::string label;
        for (const std::string& segment : where) label += (label.empty() ? "" : "/") + segment;
        count("removed", label);
    }

    Context& context_;
    const ApplyOptions& options_;
    std::map<std::string, std::int64_t> counts_;
};

void apply(Context& context, const ApplyOptions& options) {
    const Managed files = readManaged(options.path, context.in);
    Applying applying(context, options);
    for (const Object::Ptr& one : files.templates) applying.applyTemplate(one);
    for (const ManagedFile& file : files.homes) applying.apply(file);
    if (options.prunes && std::filesystem::is_directory(options.path)) {
        applying.pruneHomes(files.homes);
        applying.pruneTemplates(files.templates);
    }
    applying.report();
}

}  // namespace

void addApplyCommand(const Menu& menu) {
    auto [app, options] = menu.command(
        "apply", "Bring the broker to what YAML files say, as export writes them", apply);
    app.add_option("-f,--file", options.path, "A file, a directory, or - for the standard input")
        ->required();
    app.add_flag("--prune", options.prunes,
                 "Also remove streams, devices and tokens that are not in the files; with a "
                 "directory whole applications and gateways too");
    app.add_flag("--dry-run", options.isDry, "Only print what would be done");
}

}  // namespace runnel::ctl
