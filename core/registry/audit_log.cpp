// SPDX-License-Identifier: Apache-2.0
#include "registry/audit_log.h"

#include <algorithm>

namespace runnel {

namespace {

std::string cleaned(std::string text) {
    if (text.size() > AuditLog::kMaxText) {
        std::size_t end = AuditLog::kMaxText;
        // Not within a character.
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
        text.resize(end);
    }
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    return text;
}

AuditEntry entryOf(const sqlite::Statement& row) {
    return {.id = static_cast<std::uint64_t>(row.integer(0)),
            .time = Instant(std::chrono::milliseconds(row.integer(1))),
            .who = std::string(row.text(2)),
            .address = std::string(row.text(3)),
            .action = std::string(row.text(4)),
            .object = std::string(row.text(5)),
            .outcome = static_cast<AuditEntry::Outcome>(row.integer(6)),
            .detail = std::string(row.text(7))};
}

}  // namespace

AuditLog::AuditLog(RegistryFile& file, const Clock& clock, std::size_t kept)
    : file_(file), clock_(clock), kept_(kept) {}

void AuditLog::append(AuditEntry entry) {
    for (std::string* text :
         {&entry.who, &entry.address, &entry.action, &entry.object, &entry.detail}) {
        *text = cleaned(std::move(*text));
    }
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement row(database,
                              "insert into audit(time, who, address, action, object, outcome, "
                              "detail) values(?, ?, ?, ?, ?, ?, ?)");
        row.bind(1, clock_.now().time_since_epoch().count());
        row.bind(2, entry.who).bind(3, entry.address).bind(4, entry.action).bind(5, entry.object);
        row.bind(6, static_cast<std::int64_t>(entry.outcome)).bind(7, entry.detail);
        row.run();
        cut(database);
    });
}

void AuditLog::cut(sqlite::Database& database) {
    const std::int64_t first = database.number("select min(id) from audit");
    const std::int64_t last = database.number("select max(id) from audit");
    const auto kept = static_cast<std::int64_t>(kept_);
    if (last - first + 1 <= kept + kept / 100) return;
    sqlite::Statement(database, "delete from audit where id <= ?").bind(1, last - kept).run();
}

std::vector<AuditEntry> AuditLog::list(const Filter& filter) const {
    // What begins with "object/" lies between this and "object0".
    const std::string below = filter.object + "/";
    const std::string behind = filter.object + "0";
    return file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(
            database,
            "select id, time, who, address, action, object, outcome, detail from audit "
            "where (?1 = 0 or id < ?1) and (?2 = '' or who = ?2) "
            "and (?3 = '' or object = ?3 or (object >= ?4 and object < ?5)) "
            "order by id desc limit ?6");
        rows.bind(1, static_cast<std::int64_t>(filter.before)).bind(2, filter.who);
        rows.bind(3, filter.object).bind(4, below).bind(5, behind);
        rows.bind(6, static_cast<std::int64_t>(filter.max));
        std::vector<AuditEntry> out;
        while (rows.step()) out.push_back(entryOf(rows));
        return out;
    });
}

}  // namespace runnel
