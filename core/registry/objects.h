// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/scope.h"
#include "config/config.h"
#include "registry/registry_file.h"
#include "registry/vault.h"

namespace runnel {

/// The rows of registry.db that describe what the API has configured: applications, gateways,
/// devices, and streams and device templates as sealed documents, since options hold passwords.
/// Thread safety: any thread. Throws RegistryError, and then nothing was changed.
class Objects final {
  public:
    Objects(RegistryFile& file, const Vault& vault) : file_(file), vault_(vault) {}

    struct OwnerRow {
        Scope owner;
        std::string name;
        std::string deviceTemplate;  ///< applications only
    };
    /// Applications, then gateways.
    void eachOwner(const std::function<void(OwnerRow&&)>& visit) const;
    /// Tags as their JSON document.
    struct DeviceRow {
        Eui application;
        DeviceSpec spec;  ///< without tags
        std::string_view tags;
    };
    std::size_t countDevices() const;
    void eachDevice(const std::function<void(DeviceRow&&)>& visit) const;
    /// `visit(name, document)`; the document is empty if it was sealed with another key.
    void eachStream(const std::function<void(std::string_view, const std::string&)>& visit) const;

    void putOwner(const OwnerRow& row);
    /// With its devices; streams and tokens by their names.
    void removeOwner(Scope owner, std::span<const std::string> streams);
    void putDevices(Eui application, std::span<const DeviceSpec> devices);
    void removeDevice(Eui device);
    /// `also` writes what belongs to it, in the same transaction.
    using Also = std::function<void(sqlite::Database&)>;
    void putStream(const std::string& name, const std::string& document, const Also& also = {});
    /// With its tokens.
    void removeStream(const std::string& name);

    /// One version of a device template; the document is empty if it was sealed with another key.
    struct TemplateRow {
        std::string name;
        std::uint32_t version{};
        std::string document;
    };
    void eachTemplate(const std::function<void(TemplateRow&&)>& visit) const;
    void putTemplate(const TemplateRow& row);
    void removeTemplate(const std::string& name, std::uint32_t version);

  private:
    RegistryFile& file_;
    const Vault& vault_;
};

}  // namespace runnel
