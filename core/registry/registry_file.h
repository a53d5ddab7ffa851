// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "base/log.h"
#include "sqlite/database.h"

namespace runnel {

/// The disk does not do what it should: nothing was changed. The text is for an administrator.
class RegistryError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// DATA/registry.db: everything that is managed while the broker runs (FORMAT.md): applications,
/// devices, gateways, streams, device templates, tokens, users, logins, API keys, the audit log.
/// Written once per change by people and programs, never per message, so one connection behind one
/// lock is enough. Thread safety: any thread.
class RegistryFile final {
  public:
    /// Opens or makes the file. Throws ConfigError if the directory cannot be used, if a newer
    /// runnel made the file, or if it is damaged: unlike the journal it cannot be made again, so
    /// nobody but an administrator decides about it.
    RegistryFile(const std::filesystem::path& file, Log& log);
    ~RegistryFile();
    RegistryFile(const RegistryFile&) = delete;
    RegistryFile& operator=(const RegistryFile&) = delete;

    /// `work(sqlite::Database&)` in one transaction, on disk when this returns; nothing of it
    /// happened if it throws. What SQLite throws becomes a RegistryError.
    template <class Work>
    auto change(Work&& work) {
        return guarded([&] {
            sqlite::Transaction transaction(*database_);
            if constexpr (std::is_void_v<decltype(work(*database_))>) {
                work(*database_);
                transaction.commit();
            } else {
                auto result = work(*database_);
                transaction.commit();
                return result;
            }
        });
    }
    /// The same for reading.
    template <class Work>
    auto read(Work&& work) const {
        return guarded([&] { return work(*database_); });
    }

  private:
    template <class Work>
    auto guarded(Work&& work) const {
        const std::lock_guard lock(mutex_);
        try {
            return work();
        } catch (const sqlite::Failure& failure) {
            fail(failure);
        }
    }
    [[noreturn]] void fail(const sqlite::Failure& failure) const;

    Log& log_;
    mutable std::mutex mutex_;
    std::unique_ptr<sqlite::Database> database_;
};

}  // namespace runnel
