// SPDX-License-Identifier: Apache-2.0
// What registry.db knows of sessions (registry/FORMAT.md): read at the start, written by logins and
// by what ends them.
#include <algorithm>

#include "admin/sessions.h"

namespace runnel::admin {

namespace {

std::string contextOf(std::string_view user) {
    return "session " + std::string(user);
}

}  // namespace

/// Those whose time is over, and those that were sealed with another key, are to go.
void Sessions::load() {
    const Instant now = clock_.now();
    auto gone = gone_.lock();
    auto entries = entries_.lock();
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(database,
                               "select digest, user, credential, csrf, expires from session");
        while (rows.step()) {
            Vault::Digest digest{};
            if (rows.blob(0).size() != digest.size()) continue;
            std::ranges::copy(rows.blob(0), digest.begin());
            Entry entry{.session = {.user = std::string(rows.text(1)),
                                    .credential = static_cast<std::uint64_t>(rows.integer(2)),
                                    .csrf = {},
                                    .expires = Instant(std::chrono::milliseconds(rows.integer(4)))},
                        .lastSeen = now,
                        .isStored = true};
            auto csrf = vault_.open(rows.blob(3), contextOf(entry.session.user));
            if (!csrf || isOver(entry, now)) {
                gone->push_back(digest);
                continue;
            }
            entry.session.csrf = *std::move(csrf);
            entries->emplace(digest, std::move(entry));
        }
    });
}

bool Sessions::store(Gone& gone, std::span<const Row> rows) {
    if (gone.empty() && rows.empty()) return true;
    try {
        file_.change([&](sqlite::Database& database) {
            sqlite::Statement remove(database, "delete from session where digest = ?");
            for (const Vault::Digest& digest : gone) remove.bind(1, std::span(digest)).run();
            sqlite::Statement insert(database,
                                     "insert or replace into session(digest, user, credential, "
                                     "csrf, expires) values(?, ?, ?, ?, ?)");
            for (const Row& row : rows) {
                const Session& session = row.session;
                const Vault::Sealed csrf = vault_.seal(session.csrf, contextOf(session.user));
                insert.bind(1, std::span(row.digest)).bind(2, session.user);
                insert.bind(3, static_cast<std::int64_t>(session.credential));
                insert.bind(4, std::span(csrf));
                insert.bind(5, session.expires.time_since_epoch().count()).run();
            }
        });
    } catch (const RegistryError&) {
        return false;  // RegistryFile has logged why
    }
    gone.clear();
    return true;
}

}  // namespace runnel::admin
