// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"
#include "ctl/terminal.h"
#include "ctl/time_text.h"

/// Users, API keys and the audit log: who may do what, and who did what.
namespace runnel::ctl {
namespace {

struct Nothing {};

struct UserOptions {
    std::string name, role, passwordFile;
    std::vector<std::string> applications;
    bool isGenerated = false, isEverything = false;
};

struct KeyOptions {
    std::string name, role, expires;
    std::vector<std::string> applications;
};

struct AuditOptions {
    std::string who, object;
    std::size_t limit = 100;
};

Array::Ptr euis(const std::vector<std::string>& applications) {
    Array::Ptr array = new Array;
    for (const std::string& eui : applications) array->add(euiOf("--application", eui));
    return array;
}

std::vector<std::pair<std::string, std::string>> fieldsOf(const Object& one) {
    return {{"id", text(one, "id")},           {"name", text(one, "name")},
            {"role", text(one, "role")},       {"applications", text(one, "applications")},
            {"expires", text(one, "expires")}, {"password", text(one, "password")},
            {"key", text(one, "key")}};
}

void listUsers(Context& context, const Nothing&) {
    showList(context, {"users"},
             {{"USER", "ROLE", "LAST LOGIN", "LOCKED", "APPLICATIONS"}, [](const Object& user) {
                  return std::vector<std::string>{
                      text(user, "name"), text(user, "role"), text(user, "lastLogin"),
                      isTrue(user, "isLocked") ? "yes" : "no", text(user, "applications")};
              }});
}

void addUser(Context& context, const UserOptions& options) {
    Object::Ptr body = newObject();
    body->set("name", options.name);
    body->set("role", options.role);
    body->set("applications", euis(options.applications));
    if (!options.isGenerated) {
        body->set("password",
                  readPassword("Password of " + options.name, options.passwordFile, context.in));
    }
    showObject(context, context.client.post(apiPath({"users"}), body), fieldsOf);
}

void setUser(Context& context, const UserOptions& options) {
    Object::Ptr body = newObject();
    if (!options.role.empty()) body->set("role", options.role);
    if (!options.applications.empty() || options.isEverything) {
        body->set("applications", euis(options.applications));
    }
    if (body->size() == 0) {
        throw Failure(ExitCode::WrongUse,
                      "nothing to change; expected --role, --application or --no-applications");
    }
    showObject(context, context.client.patch(apiPath({"users", options.name}), body), fieldsOf);
}

void setPassword(Context& context, const UserOptions& options) {
    Object::Ptr body = newObject();
    body->set("password",
              readPassword("New password of " + options.name, options.passwordFile, context.in));
    context.client.put(apiPath({"users", options.name, "password"}), body);
    say(context, "the password of " + options.name + " is changed; other sessions have ended");
}

void removeUser(Context& context, const UserOptions& options) {
    context.client.remove(apiPath({"users", options.name}));
    say(context, "user " + options.name + " removed");
}

void listKeys(Context& context, const Nothing&) {
    showList(context, {"keys"},
             {{"ID", "NAME", "ROLE", "EXPIRES", "APPLICATIONS"}, [](const Object& key) {
                  return std::vector<std::string>{text(key, "id"), text(key, "name"),
                                                  text(key, "role"), text(key, "expires"),
                                                  text(key, "applications")};
              }});
}

void addKey(Context& context, const KeyOptions& options) {
    Object::Ptr body = newObject();
    body->set("name", options.name);
    body->set("role", options.role);
    body->set("applications", euis(options.applications));
    const std::string expires = timeFor("--expires", options.expires, Relative::FromNow);
    if (!expires.empty()) body->set("expires", expires);
    showObject(context, context.client.post(apiPath({"keys"}), body), fieldsOf);
    if (!context.isJson) context.err << "the key is shown this once only\n";
}

void removeKey(Context& context, const KeyOptions& options) {
    context.client.remove(apiPath({"keys", options.name}));
    say(context, "key " + options.name + " removed");
}

void listAudit(Context& context, const AuditOptions& options) {
    showList(context, {"audit"},
             {{"TIME", "WHO", "ADDRESS", "ACTION", "OBJECT", "OUTCOME", "DETAIL"},
              [](const Object& entry) {
                  return std::vector<std::string>{text(entry, "time"),    text(entry, "who"),
                                                  text(entry, "address"), text(entry, "action"),
                                                  text(entry, "object"),  text(entry, "outcome"),
                                                  text(entry, "detail")};
              }},
             {{"who", options.who}, {"object", options.object}}, options.limit);
}

constexpr const char* kApplications =
    "An application EUI it is for, may be repeated; needed by operators";
constexpr const char* kRole = "admin, operator or viewer";
constexpr const char* kPasswordFile =
    "File whose first line is the password, - for the standard input; asked for without one";

void addUserChanges(const Menu& group) {
    {
        auto [app, options] = group.command("set", "Change a user's role and rights", setUser);
        app.add_option("NAME", options.name, "The user")->required();
        app.add_option("--role", options.role, kRole);
        auto* applications = addRepeated(app, "--application", options.applications, kApplications);
        app.add_flag("--no-applications", options.isEverything, "No application in particular")
            ->excludes(applications);
    }
    {
        auto [app, options] = group.command("passwd", "Give a user a new password", setPassword);
        app.add_option("NAME", options.name, "The user")->required();
        app.add_option("--password-file", options.passwordFile, kPasswordFile);
    }
    auto [app, options] = group.command("remove", "Remove a user", removeUser);
    app.add_option("NAME", options.name, "The user")->required();
}

}  // namespace

void addUserCommands(const Menu& menu) {
    const Menu group = menu.group("user", "Users of the web console");
    group.command("list", "List users", listUsers);
    {
        auto [app, options] = group.command("add", "Make a user", addUser);
        app.add_option("NAME", options.name, "The user's name")->required();
        app.add_option("--role", options.role, kRole)->required();
        addRepeated(app, "--application", options.applications, kApplications);
        auto* file = app.add_option("--password-file", options.passwordFile, kPasswordFile);
        app.add_flag("--generate", options.isGenerated, "Have a password made and print it")
            ->excludes(file);
    }
    addUserChanges(group);
}

void addKeyCommands(const Menu& menu) {
    const Menu group = menu.group("key", "API keys for programs");
    group.command("list", "List API keys", listKeys);
    {
        auto [app, options] = group.command("add", "Make an API key and print it once", addKey);
        app.add_option("NAME", options.name, "What it is for")->required();
        app.add_option("--role", options.role, kRole)->required();
        addRepeated(app, "--application", options.applications, kApplications);
        app.add_option("--expires", options.expires, "A time, or 90d for ninety days from now");
    }
    {
        auto [app, options] = group.command("remove", "Remove an API key", removeKey);
        app.add_option("ID", options.name, "As 'key list' shows it")->required();
    }
    auto [app, options] =
        menu.command("audit", "List who changed what, the newest first", listAudit);
    app.add_option("--who", options.who, "Only by this user or key");
    app.add_option("--object", options.object, "Only about this path, such as /api/v1/users/ann");
    app.add_option("--limit", options.limit, "At most so many; 0 is all")->capture_default_str();
}

}  // namespace runnel::ctl
