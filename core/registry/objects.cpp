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

void deleteStream(sqlite::Database& database, const std::string& name) {
    sqlite::Statement(database, "delete from token where stream = ?").bind(1, name).run();
    sqlite::Statement(database, "delete from stream where name = ?").bind(1, name).run();
}

}  // namespace

void Objects::eachOwner(const std::function<void(Scope, std::string_view)>& visit) const {
    file_.read([&](sqlite::Database& database) {
        for (const auto level : {Scope::Level::Application, Scope::Level::Gateway}) {
            sqlite::Statement rows(database,
                                   std::string("select eui, name from ") + tableOf({level, {}}));
            while (rows.step()) visit({level, euiOf(rows.integer(0))}, rows.text(1));
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

void Objects::putOwner(Scope owner, const std::string& name) {
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, std::string("insert or replace into ") + tableOf(owner) +
                                        "(eui, name) values(?, ?)")
            .bind(1, signedOf(owner.eui))
            .bind(2, name)
            .run();
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

}  // namespace runnel
