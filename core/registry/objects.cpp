// SPDX-License-Identifier: Apache-2.0
#include "registry/objects.h"

#include <cstdint>

#include "config/documents.h"

namespace runnel {

namespace {

/// SQLite's integers are signed: the same 64 bits.
std::int64_t signedOf(Eui eui) {
    return static_cast<std::int64_t>(eui.value);
}

Eui euiOf(std::int64_t bits) {
    return Eui{static_cast<std::uint64_t>(bits)};
}

const char* tableOf(Scope owner) {
    return owner.level == Scope::Level::Gateway ? "gateway" : "application";
}

std::string contextOf(std::string_view stream) {
    return "stream " + std::string(stream);
}

std::string contextOf(const Objects::TemplateRow& row) {
    return "template " + row.name + "@" + std::to_string(row.version);
}

void deleteStream(sqlite::Database& database, const std::string& name) {
    sqlite::Statement(database, "delete from token where stream = ?").bind(1, name).run();
    sqlite::Statement(database, "delete from stream where name = ?").bind(1, name).run();
}

}  // namespace

void Objects::eachOwner(const std::function<void(OwnerRow&&)>& visit) const {
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement applications(database, "select eui, name, template from application");
        while (applications.step()) {
            const Eui eui = euiOf(applications.integer(0));
            visit({{Scope::Level::Application, eui},
                   std::string(applications.text(1)),
                   std::string(applications.text(2))});
        }
        sqlite::Statement gateways(database, "select eui, name from gateway");
        while (gateways.step()) {
            const Eui eui = euiOf(gateways.integer(0));
            visit({{Scope::Level::Gateway, eui}, std::string(gateways.text(1)), ""});
        }
    });
}

std::size_t Objects::countDevices() const {
    return file_.read([](sqlite::Database& database) {
        return static_cast<std::size_t>(database.number("select count(*) from device"));
    });
}

void Objects::eachDevice(const std::function<void(DeviceRow&&)>& visit) const {
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(database,
                               "select eui, application, name, template, tags from device");
        while (rows.step()) {
            DeviceRow row;
            row.application = euiOf(rows.integer(1));
            row.spec.eui = euiOf(rows.integer(0));
            row.spec.name = rows.text(2);
            row.spec.deviceTemplate = rows.text(3);
            row.tags = rows.text(4);
            visit(std::move(row));
        }
    });
}

void Objects::eachStream(
    const std::function<void(std::string_view, const std::string&)>& visit) const {
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(database, "select name, document from stream");
        while (rows.step()) {
            const std::string_view name = rows.text(0);
            visit(name, vault_.open(rows.blob(1), contextOf(name)).value_or(""));
        }
    });
}

void Objects::putOwner(const OwnerRow& row) {
    const bool isGateway = row.owner.level == Scope::Level::Gateway;
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement put(
            database,
            isGateway ? "insert or replace into gateway(eui, name) values(?, ?)"
                      : "insert or replace into application(eui, name, template) values(?, ?, ?)");
        put.bind(1, signedOf(row.owner.eui)).bind(2, row.name);
        if (!isGateway) put.bind(3, row.deviceTemplate);
        put.run();
    });
}

void Objects::removeOwner(Scope owner, std::span<const std::string> streams) {
    file_.change([&](sqlite::Database& database) {
        for (const std::string& stream : streams) deleteStream(database, stream);
        if (owner.level == Scope::Level::Application) {
            sqlite::Statement(database, "delete from device where application = ?")
                .bind(1, signedOf(owner.eui))
                .run();
        }
        sqlite::Statement(database, std::string("delete from ") + tableOf(owner) + " where eui = ?")
            .bind(1, signedOf(owner.eui))
            .run();
    });
}

void Objects::putDevices(Eui application, std::span<const DeviceSpec> devices) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement put(database,
                              "insert or replace into device(eui, application, name, template, "
                              "tags) values(?, ?, ?, ?, ?)");
        for (const DeviceSpec& device : devices) {
            const std::string tags = device.tags.empty() ? std::string() : tagsText(device.tags);
            put.bind(1, signedOf(device.eui)).bind(2, signedOf(application));
            put.bind(3, device.name).bind(4, device.deviceTemplate).bind(5, tags).run();
        }
    });
}

void Objects::removeDevice(Eui device) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "delete from device where eui = ?")
            .bind(1, signedOf(device))
            .run();
    });
}

void Objects::putStream(const std::string& name, const std::string& document, const Also& also) {
    const Vault::Sealed sealed = vault_.seal(document, contextOf(name));
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "insert or replace into stream(name, document) values(?, ?)")
            .bind(1, name)
            .bind(2, std::span<const std::uint8_t>(sealed))
            .run();
        if (also) also(database);
    });
}

void Objects::removeStream(const std::string& name) {
    file_.change([&](sqlite::Database& database) { deleteStream(database, name); });
}

void Objects::eachTemplate(const std::function<void(TemplateRow&&)>& visit) const {
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(database, "select name, version, document from template");
        while (rows.step()) {
            TemplateRow row{std::string(rows.text(0)), static_cast<std::uint32_t>(rows.integer(1)),
                            ""};
            row.document = vault_.open(rows.blob(2), contextOf(row)).value_or("");
            visit(std::move(row));
        }
    });
}

void Objects::putTemplate(const TemplateRow& row) {
    const Vault::Sealed sealed = vault_.seal(row.document, contextOf(row));
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(
            database, "insert or replace into template(name, version, document) values(?, ?, ?)")
            .bind(1, row.name)
            .bind(2, static_cast<std::int64_t>(row.version))
            .bind(3, std::span<const std::uint8_t>(sealed))
            .run();
    });
}

void Objects::removeTemplate(const std::string& name, std::uint32_t version) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "delete from template where name = ? and version = ?")
            .bind(1, name)
            .bind(2, static_cast<std::int64_t>(version))
            .run();
    });
}

}  // namespace runnel
