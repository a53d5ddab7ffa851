// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "base/guarded.h"
#include "base/log.h"
#include "config/config.h"
#include "runnel/plugin.h"

namespace runnel {

/// The certificate of the TLS listeners: the configured files, or a self-signed one (ECDSA P-256)
/// under DATA/tls/, made at the first start. Thread safety: current() by any thread, the rest by
/// one.
class CertificateStore {
  public:
    /// Throws ConfigError naming the file if it cannot be read, does not parse, or if the key does
    /// not belong to the certificate.
    CertificateStore(const Config& config, Log& log);

    std::shared_ptr<const Tls> current() const { return *current_.lock(); }

    /// What the files hold now, with the next generation; the current one if it is the same.
    /// Throws as the constructor does.
    std::shared_ptr<const Tls> read(const Config& config) const;
    /// New connections get it.
    void set(std::shared_ptr<const Tls> tls) { *current_.lock() = std::move(tls); }

  private:
    Log& log_;
    mutable Guarded<std::shared_ptr<const Tls>> current_;
};

}  // namespace runnel
