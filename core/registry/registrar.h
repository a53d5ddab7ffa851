// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/scope.h"
#include "config/config.h"
#include "registry/tokens.h"

namespace runnel {

/// Why a change was not made.
struct Refusal {
    enum class Why : std::uint8_t {
        NotFound,
        InFile,  ///< it is written in a file, which is named: change it there and reload
        Taken,   ///< the name or the token is another object's
        Wrong    ///< the plugin does not accept it; `field` is an option or a key
    } why{};
    std::string text;
    std::string field{};
};

/// Changes what the broker does while it runs: durable and in effect when a call returns, or
/// nothing has changed. Changes come one after the other: whoever looks before he changes
/// (If-Match) holds `exclusively()` from the look to the change, and every call below needs it
/// held. Thread safety: any thread. May wait for the disk; throws RegistryError if it fails.
class Registrar {
  public:
    virtual ~Registrar() = default;
    using Applied = Result<Done, Refusal>;

    [[nodiscard]] virtual std::unique_lock<std::mutex> exclusively() = 0;
    /// What the files say, as it is in effect.
    virtual std::shared_ptr<const Config> running() const = 0;

    /// An application or a gateway (by the scope's level), new or changed.
    struct OwnerSpec {
        std::string name;
        std::string deviceTemplate{};  ///< of an application's devices that have none; "": none
    };
    virtual Applied putOwner(Scope owner, const OwnerSpec& spec) = 0;
    /// With its devices, its streams and their tokens. Not if a file names one of them.
    virtual Applied removeOwner(Scope owner) = 0;

    /// New, or instead of the one of the same name, which goes on where it stands. Of its typed
    /// tokens, those that it does not have yet are added; a new one without any gets one.
    virtual Applied putStream(Scope owner, StreamSpec spec) = 0;
    /// Closes its sessions; its tokens open nothing any more.
    virtual Applied removeStream(const std::string& stream) = 0;

    struct DeviceCounts {
        std::size_t added = 0;
        std::size_t changed = 0;
    };
    /// All of them or none.
    virtual Result<DeviceCounts, Refusal> putDevices(Eui application,
                                                     std::span<const DeviceSpec> devices) = 0;
    virtual Applied removeDevice(Eui device) = 0;

    /// What a codec, a format or an example says against a device template; it is not kept.
    virtual std::vector<Complaint> tryTemplate(const TemplateSpec& spec) = 0;
    /// New, or instead of the same version.
    virtual Applied putTemplate(const TemplateSpec& spec) = 0;
    /// Not while a stream, an application or a device needs it.
    virtual Applied removeTemplate(const std::string& name, std::uint32_t version) = 0;

    /// Made if `spec.text` is empty.
    virtual Result<Tokens::Entry, Refusal> addToken(const std::string& stream, TokenSpec spec) = 0;
    /// Sessions that it opened end if it allows less now.
    virtual Applied changeToken(std::uint64_t token, const TokenSpec& spec) = 0;
    /// Sessions that it opened end at once.
    virtual Applied removeToken(std::uint64_t token) = 0;

    struct ReloadReport {
        std::vector<Complaint> complaints;      ///< if any: nothing has changed
        std::vector<Complaint> warnings;        ///< what waits for a plugin
        std::string changed;                    ///< for people
        std::vector<std::string> needsRestart;  ///< what has changed in vain: "networks.hooks"
    };
    /// Reads the files again, and logs the outcome. Takes exclusively() itself.
    virtual ReloadReport reload() = 0;
};

}  // namespace runnel
