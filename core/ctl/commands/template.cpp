// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_tree.h"
#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"
#include "ctl/yaml_writer.h"

namespace runnel::ctl {
namespace {

struct Nothing {};

struct Chosen {
    std::string name;
};

struct FileOptions {
    std::string file;
};

struct DryRunOptions {
    std::string what, stream;
    std::size_t last = 20;
};

const Where kTemplates{"templates"};

void list(Context& context, const Nothing&) {
    showList(context, kTemplates,
             {{"TEMPLATE", "#VERSION", "CODEC", "FORMAT", "#EXAMPLES", "ORIGIN", "STATE"},
              [](const Object& one) {
                  const std::string trouble = text(one, "trouble");
                  return std::vector<std::string>{text(one, "name"),
                                                  text(one, "version"),
                                                  text(one, "codec"),
                                                  text(one, "format"),
                                                  text(one, "examples"),
                                                  text(one, "origin"),
                                                  trouble.empty() ? "ready" : trouble};
              }});
}

/// "acme@2" or "acme", which is its newest version.
Where whereOf(Context& context, const std::string& reference) {
    const std::size_t at = reference.rfind('@');
    if (at != std::string::npos) {
        return under(kTemplates, {reference.substr(0, at), reference.substr(at + 1)});
    }
    std::string newest;
    for (const Object::Ptr& one : context.client.list(kTemplates)) {
        if (text(*one, "name") == reference) newest = text(*one, "version");
    }
    if (newest.empty()) {
        throw Failure(ExitCode::Refused, "there is no device template '" + reference +
                                             "'; see 'runnelctl template list'");
    }
    return under(kTemplates, {reference, newest});
}

void show(Context& context, const Chosen& options) {
    const std::string body = context.client.get(apiPath(whereOf(context, options.name)));
    if (context.isJson) return printDocument(context, body);
    writeYaml(context.out, *parseObject(body));
}

/// A template file as JSON. Throws Failure(WrongUse) with what is no YAML.
Object::Ptr readFile(const std::string& file) {
    std::vector<Complaint> complaints;
    FileCheck check(file, complaints);
    const auto root = readYaml(check);
    if (root && complaints.empty() && root->is == YamlNode::Is::Mapping) {
        return valueOf(*root).extract<Object::Ptr>();
    }
    std::string all;
    for (const Complaint& one : complaints) {
        all += (all.empty() ? "" : "\n") + one.place.file + ":" + std::to_string(one.place.line) +
               ":" + std::to_string(one.place.column) + ": " + one.text;
    }
    throw Failure(
        ExitCode::WrongUse,
        all.empty() ? file + " has to be a device template, a mapping with name and codec" : all);
}

void test(Context& context, const FileOptions& options) {
    const std::string answer =
        context.client.post(apiPath({"templates", "test"}), readFile(options.file));
    if (context.isJson) return printDocument(context, answer);
    say(context, options.file + " is right, and its " + text(*parseObject(answer), "examples") +
                     " examples come out as they say");
}

void put(Context& context, const FileOptions& options) {
    const Object::Ptr document = readFile(options.file);
    std::string version = text(*document, "version");
    if (version.empty()) version = "1";
    const std::string answer = context.client.put(
        apiPath(under(kTemplates, {text(*document, "name"), version})), document);
    if (context.isJson) return printDocument(context, answer);
    say(context, "device template " + text(*document, "name") + "@" + version + " is in use");
}

void remove(Context& context, const Chosen& options) {
    if (options.name.find('@') == std::string::npos) {
        throw Failure(ExitCode::WrongUse, "say which version, such as " + options.name + "@1");
    }
    context.client.remove(apiPath(whereOf(context, options.name)));
    say(context, "device template " + options.name + " removed");
}

void printTexts(Context& context, const char* label, const Object& item) {
    for (const std::string& text : texts(item, label)) {
        context.out << "  " << label << ": " << text << '\n';
    }
}

/// A file is tried without being saved; otherwise the name of a template that is there.
void dryRun(Context& context, const DryRunOptions& options) {
    Object::Ptr body = newObject();
    const bool isFile = options.what.find_first_of("./") != std::string::npos;
    body->set("template", isFile ? Var(readFile(options.what)) : Var(options.what));
    body->set("limit", static_cast<Poco::UInt64>(options.last));
    const Where stream = findStream(context.client, options.stream);
    const std::string answer = context.client.post(apiPath(under(stream, {"dry-run"})), body);
    if (context.isJson) return printDocument(context, answer);
    const std::vector<Object::Ptr> items = children(*parseObject(answer), "items");
    for (const Object::Ptr& item : items) {
        context.out << text(*item, "position") << "  " << text(*item, "received") << "  "
                    << text(*item, "device") << "  " << text(*item, "kind") << "  "
                    << text(*item, "data") << '\n';
        printTexts(context, "before", *item);
        printTexts(context, "after", *item);
        if (item->has("error")) context.out << "  error: " << text(*item, "error") << '\n';
    }
    say(context, std::to_string(items.size()) + " messages tried; nothing was changed");
}

}  // namespace

void addTemplateCommands(const Menu& menu) {
    const Menu group = menu.group("template", "Device templates: codecs and texts of documents");
    group.command("list", "List all device templates", list);
    {
        auto [app, options] = group.command("show", "Show a device template", show);
        app.add_option("TEMPLATE", options.name, "NAME@VERSION, or NAME for its newest version")
            ->required();
    }
    {
        auto [app, options] =
            group.command("test", "Check a template's file and run its examples", test);
        app.add_option("FILE", options.file, "A device template, YAML or JSON")->required();
    }
    {
        auto [app, options] = group.command(
            "put", "Check a template's file, run its examples and use it from now on", put);
        app.add_option("FILE", options.file, "A device template, YAML or JSON")->required();
    }
    {
        auto [app, options] = group.command("remove", "Remove one version", remove);
        app.add_option("TEMPLATE", options.name, "NAME@VERSION")->required();
    }
    auto [app, options] = group.command(
        "dry-run", "Show a stream's newest messages as they are and as a template would make them",
        dryRun);
    app.add_option("TEMPLATE", options.what, "A file, or NAME or NAME@VERSION of one that is there")
        ->required();
    app.add_option("--stream", options.stream, "EUI/name, or the name if only one stream has it")
        ->required();
    app.add_option("--last", options.last, "So many messages, up to 100")->capture_default_str();
}

}  // namespace runnel::ctl
