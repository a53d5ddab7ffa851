// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"
#include "ctl/yaml_writer.h"

namespace runnel::ctl {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
    std::string directory;
};

/// Where one exported document goes.
using Sink = std::function<void(const Where& home, const Object::Ptr& document)>;

void copy(const Object& from, const char* key, Object& to) {
    const Var value = from.get(key);
    const bool isEmptyText = value.isString() && value.extract<std::string>().empty();
    const bool isEmptyObject =
        value.type() == typeid(Object::Ptr) && value.extract<Object::Ptr>()->size() == 0;
    if (!value.isEmpty() && !isEmptyText && !isEmptyObject) to.set(key, value);
}

/// One token that is as they are made stands as `token: TEXT`, others as a list.
void copyTokens(const std::vector<Object::Ptr>& tokens, Object& stream) {
    const auto isUsual = [](const Object& token) {
        return text(token, "label").empty() && text(token, "expires").empty() &&
               texts(token, "scopes") == std::vector<std::string>{"up", "down"};
    };
    if (tokens.size() == 1 && isUsual(*tokens.front())) {
        return copy(*tokens.front(), "token", stream);
    }
    Array::Ptr list = new Array;
    for (const Object::Ptr& token : tokens) {
        Object::Ptr written = newObject();
        for (const char* key : {"token", "label", "scopes", "expires"}) copy(*token, key, *written);
        list->add(written);
    }
    if (list->size() > 0) stream.set("tokens", list);
}

Array::Ptr streamsOf(Context& context, const Where& home) {
    Array::Ptr streams = new Array;
    for (const Object::Ptr& listed : context.client.list(under(home, {"streams"}))) {
        const Where where = under(home, {"streams", text(*listed, "name")});
        const Object::Ptr whole =
            parseObject(context.client.get(apiPath(where, {{"secrets", "true"}})));
        Object::Ptr stream = newObject();
        copy(*whole, "name", *stream);
        if (home.front() == "applications") copy(*whole, "scope", *stream);
        for (const char* key :
             {"protocol", "format", "duplicates", "events", "enabled", "options", "template"}) {
            copy(*whole, key, *stream);
        }
        copyTokens(context.client.list(under(where, {"tokens"})), *stream);
        streams->add(stream);
    }
    return streams;
}

Array::Ptr devicesOf(Context& context, const Where& home) {
    Array::Ptr devices = new Array;
    for (const Object::Ptr& listed : context.client.list(under(home, {"devices"}))) {
        if (text(*listed, "origin") == "heard") continue;
        Object::Ptr device = newObject();
        for (const char* key : {"eui", "name", "template", "tags"}) copy(*listed, key, *device);
        devices->add(device);
    }
    return devices;
}

/// Who may see named applications only is not told about gateways.
std::vector<Object::Ptr> homesOf(Context& context, const std::string& kind) {
    try {
        return context.client.list({kind});
    } catch (const Failure& failure) {
        if (kind != "gateways" || failure.code() != ExitCode::NotAuthorised) throw;
        context.err << "gateways are left out: " << failure.what() << std::endl;
        return {};
    }
}

/// Those of the API, as they were written.
void exportTemplates(Context& context, const Sink& sink) {
    for (const Object::Ptr& one : context.client.list({"templates"})) {
        if (text(*one, "origin") != "api") continue;
        const Where where{"templates", text(*one, "name"), text(*one, "version")};
        Object::Ptr document = parseObject(context.client.get(apiPath(where)));
        for (const char* key : {"origin", "trouble"}) document->remove(key);
        sink(where, document);
    }
}

/// Device templates, applications, gateways.
void exportAll(Context& context, const Sink& sink) {
    exportTemplates(context, sink);
    for (const char* kind : {"applications", "gateways"}) {
        for (const Object::Ptr& one : homesOf(context, kind)) {
            const Where home{kind, text(*one, "eui")};
            Object::Ptr document = newObject();
            copy(*one, "name", *document);
            copy(*one, "template", *document);
            if (home.front() == "applications") document->set("devices", devicesOf(context, home));
            document->set("streams", streamsOf(context, home));
            sink(home, document);
        }
    }
}

[[noreturn]] void cannotWrite(const fs::path& file) {
    throw Failure(ExitCode::WrongUse, file.string() +
                                          " cannot be written: " + std::strerror(errno) +
                                          "; expected a directory that you may write to");
}

/// Readable for its owner only from the first byte, and whole or not there.
void writeFile(const fs::path& file, const std::string& text) {
    std::string temporary = (file.parent_path() / ".export-XXXXXX").string();
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) cannotWrite(file);
    bool isWritten = true;
    for (std::size_t done = 0; isWritten && done < text.size();) {
        const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
        isWritten = count > 0;
        done += isWritten ? static_cast<std::size_t>(count) : 0;
    }
    isWritten = ::close(fd) == 0 && isWritten;
    if (!isWritten || ::rename(temporary.c_str(), file.c_str()) != 0) {
        const int reason = errno;
        ::unlink(temporary.c_str());
        errno = reason;
        cannotWrite(file);
    }
}

void makeDirectory(const fs::path& directory) {
    if (fs::is_directory(directory)) return;
    if (::mkdir(directory.c_str(), S_IRWXU) != 0) cannotWrite(directory);
}

void exportTo(Context& context, const fs::path& directory) {
    for (const fs::path& folder :
         {directory, directory / "applications", directory / "gateways", directory / "templates"}) {
        makeDirectory(folder);
    }
    std::size_t count = 0;
    exportAll(context, [&](const Where& home, const Object::Ptr& document) {
        std::ostringstream yaml;
        writeYaml(yaml, *document);
        const std::string version = home.size() > 2 ? "@" + home.at(2) : "";
        writeFile(directory / home.at(0) / (home.at(1) + version + ".yaml"), yaml.str());
        ++count;
    });
    say(context, std::to_string(count) + " files written to " + directory.string() +
                     "; they hold tokens and secrets");
}

void exportAsStream(Context& context) {
    exportAll(context, [&](const Where& home, const Object::Ptr& document) {
        Object::Ptr whole = newObject();
        const bool isTemplate = home.front() == "templates";
        whole->set(isTemplate                       ? "deviceTemplate"
                   : home.front() == "applications" ? "application"
                                                    : "gateway",
                   home.at(1));
        for (const std::string& key : document->getNames()) {
            if (!isTemplate || key != "name") whole->set(key, document->get(key));
        }
        if (context.isJson) {
            context.out << dump(whole) << '\n';
            return;
        }
        context.out << "---\n";
        writeYaml(context.out, *whole);
    });
}

void exportChosen(Context& context, const ExportOptions& options) {
    if (options.directory.empty()) return exportAsStream(context);
    exportTo(context, options.directory);
}

}  // namespace

void addExportCommand(const Menu& menu) {
    auto [app, options] = menu.command(
        "export",
        "Write device templates, applications, gateways and streams as YAML, with tokens and "
        "secrets",
        exportChosen);
    app.add_option("DIR", options.directory,
                   "Directory to write to, made if it is missing; without it one stream of YAML "
                   "documents is printed");
}

}  // namespace runnel::ctl
