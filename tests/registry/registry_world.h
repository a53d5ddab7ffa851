// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "manual_clock.h"
#include "recording_log.h"
#include "registry/registry_file.h"
#include "registry/tokens.h"
#include "registry/vault.h"
#include "temporary_directory.h"

namespace runnel {

/// A registry in a directory of its own, with its tokens; can be opened again as after a restart.
struct RegistryWorld {
    RegistryWorld() { reopen(); }

    void reopen() {
        tokens.reset();
        file.reset();
        vault = std::make_unique<Vault>(directory.path() / "key");
        file = std::make_unique<RegistryFile>(directory.path() / "registry.db", log);
        tokens = std::make_unique<Tokens>(*file, *vault, clock);
    }

    TemporaryDirectory directory;
    ManualClock clock;
    RecordingLog log;
    std::unique_ptr<Vault> vault;
    std::unique_ptr<RegistryFile> file;
    std::unique_ptr<Tokens> tokens;
};

}  // namespace runnel
