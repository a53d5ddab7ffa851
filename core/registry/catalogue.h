// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/scope.h"
#include "config/config.h"
#include "registry/origin.h"

namespace runnel {

/// What is configured at the moment, from files and by the API: applications and gateways, which
/// own streams, and the streams. Devices are in Devices, for their number. In memory; written by
/// the broker, read by the API. An owner's scope level is Application or Gateway.
/// Thread safety: any thread.
class Catalogue {
  public:
    struct Owner {
        std::string name;
        Origin origin{};
        std::string file;              ///< of origin File
        std::string deviceTemplate{};  ///< of an application's devices that have none; "": none
    };
    struct StreamEntry {
        std::shared_ptr<const StreamSpec> spec;
        Origin origin{};
    };
    using Owners = std::vector<std::pair<Eui, Owner>>;
    using StreamEntries = std::vector<std::pair<std::string, StreamEntry>>;

    std::optional<Owner> findOwner(Scope owner) const;
    std::optional<StreamEntry> findStream(const std::string& name) const;

    /// The first `max` owners behind `after` (nullopt: all) for which `isWanted`, by EUI.
    struct OwnersPage {
        Scope::Level level{};
        std::optional<Eui> after{};
        std::size_t max{};
    };
    using IsOwnerWanted = std::function<bool(Eui, const Owner&)>;
    Owners owners(const OwnersPage& page, const IsOwnerWanted& isWanted) const;
    /// The first `max` streams whose names begin with `prefix` ("70B3D57ED0000001/"; "" = all) and
    /// come after `after`, for which `isWanted`, by name.
    struct StreamsPage {
        std::string prefix{};
        std::string after{};
        std::size_t max{};
    };
    using IsWanted = std::function<bool(const std::string& name, const StreamEntry&)>;
    StreamEntries streams(const StreamsPage& page, const IsWanted& isWanted) const;
    std::size_t countStreams(Scope owner) const;
    std::size_t countStreams() const { return state_.lock()->streams.size(); }

    void putOwner(Scope owner, Owner entry);
    void removeOwner(Scope owner);
    void putStream(const std::string& name, StreamEntry entry);
    void removeStream(const std::string& name);

  private:
    struct State {
        std::map<Scope, Owner> owners;
        std::map<std::string, StreamEntry> streams;
    };
    mutable Guarded<State> state_;
};

/// "70B3D57ED0000001/cloud"
std::string streamName(const StreamSpec& spec, Scope owner);

}  // namespace runnel
