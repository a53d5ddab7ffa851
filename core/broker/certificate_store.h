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
/// under DATA/tls/, made at the first start. Thread safety: current() by any thread.
class CertificateStore {
  public:
    /// Throws ConfigError naming the file if it cannot be read, does not parse, or if the key does
    /// not belong to the certificate.
    CertificateStore(const Config& config, Log& log);

    std::shared_ptr<const Tls> current() const { return *current_.lock(); }

  private:
    mutable Guarded<std::shared_ptr<const Tls>> current_;
};

}  // namespace runnel
