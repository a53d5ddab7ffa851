// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "registry/objects.h"
#include "registry/registry_file.h"
#include "registry/tokens.h"
#include "registry/vault.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel {

inline TokenSpec typedToken(std::string text) {
    TokenSpec token;
    token.text = std::move(text);
    return token;
}

/// A registry in a directory of its own, with its tokens; can be opened again as after a restart.
struct RegistryWorld {
    RegistryWorld() { reopen(); }

    void reopen() {
        tokens.reset();
        objects.reset();
        file.reset();
        vault = std::make_unique<Vault>(directory.path() / "key");
        file = std::make_unique<RegistryFile>(directory.path() / "registry.db", log);
        objects = std::make_unique<Objects>(*file, *vault);
        tokens = std::make_unique<Tokens>(*file, *vault, clock);
    }
    /// From now on `what` ("insert on token") fails, as it would on a full disk.
    void fail(const std::string& what) const {
        file->read([&](sqlite::Database& database) {
            database.run("create trigger failing before " + what +
                         " begin select raise(abort, 'disk on fire'); end");
        });
    }
    void heal() const {
        file->read([](sqlite::Database& database) { database.run("drop trigger failing"); });
    }
    /// Everything that lies on the disk, but the key.
    std::string onDisk() const {
        std::string all;
        for (const char* name : {"registry.db", "registry.db-wal"}) {
            std::ifstream in(directory.path() / name, std::ios::binary);
            all.append(std::istreambuf_iterator<char>(in), {});
        }
        return all;
    }
    std::int64_t number(const std::string& sql) const {
        return file->read([&](sqlite::Database& database) { return database.number(sql); });
    }

    TemporaryDirectory directory;
    ManualClock clock;
    RecordingLog log;
    std::unique_ptr<Vault> vault;
    std::unique_ptr<RegistryFile> file;
    std::unique_ptr<Objects> objects;
    std::unique_ptr<Tokens> tokens;
};

}  // namespace runnel
