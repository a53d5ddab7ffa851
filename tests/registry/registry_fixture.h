// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <memory>

#include "registry/registry_file.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_log.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {

/// A registry's file in a directory of its own, a clock that stands still. Thread safety: as its
/// members.
struct RegistryFixture {
    TemporaryDirectory directory;
    ManualClock clock;
    RecordingLog log;
    RegistryFile file{directory.path() / "registry.db", log};

    /// From now on the file refuses every change, as a full disk does; false: not any more.
    void refuseChanges(bool isOn = true) {
        file.read([&](sqlite::Database& database) {
            database.run(isOn ? "pragma query_only = on" : "pragma query_only = off");
        });
    }
    void run(const std::string& sql) {
        file.change([&](sqlite::Database& database) { database.run(sql); });
    }
    std::int64_t number(const std::string& sql) const {
        return file.read([&](sqlite::Database& database) { return database.number(sql); });
    }
};

}  // namespace runnel::test
