// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "broker/config_diff.h"
#include "broker/stream_keeper.h"
#include "config/config.h"
#include "config/documents.h"
#include "config/read_config.h"
#include "registry/catalogue.h"
#include "registry/devices.h"
#include "registry/objects.h"
#include "registry/registrar.h"
#include "registry/tokens.h"
#include "template/templates.h"

namespace runnel {

/// Changes the running broker: checks, stores, applies, in this order, so that what is refused has
/// changed nothing and what is answered survives a crash. Files are applied by reload(), all or
/// nothing. Thread safety: as Registrar; load() before anything is started.
class LiveRegistrar final : public Registrar {
  public:
    struct Parts {
        const Plugins& plugins;
        Objects& objects;
        Catalogue& catalogue;
        Tokens& tokens;
        Devices& devices;
        Templates& templates;
        const Streams& streams;
        StreamKeeper& keeper;
        HealthBoard& health;
        Log& log;
        /// Makes and starts a protocol's door.
        std::function<void(const LoadedPlugin& plugin, const Fields& settings)> openDoor;
        /// Streams have come, changed or gone.
        std::function<void()> streamsChanged;
        /// What else of the files is applied at once, in two steps: what is wrong with it, then,
        /// unless anything is wrong anywhere, the change itself, noted in the diff.
        std::function<std::vector<Complaint>(const Config& next)> checkSettings;
        std::function<void(const Config& next, ConfigDiff& diff)> applySettings;
    };
    LiveRegistrar(Config config, Parts parts);

    /// Everything that files and the API have configured, into catalogue and devices. What stands
    /// in both counts as the file says, loudly. Returns the streams, which live as long as this.
    std::vector<StreamAt> load();
    /// Settings of every protocol that a stream or the main file names.
    const std::map<std::string, Fields>& protocols() const { return protocols_; }

    std::shared_ptr<const Config> running() const override { return *config_.lock(); }
    std::unique_lock<std::mutex> exclusively() override { return std::unique_lock(mutex_); }
    Applied putOwner(Scope owner, const OwnerSpec& spec) override;
    Applied removeOwner(Scope owner) override;
    Applied putStream(Scope owner, StreamSpec spec) override;
    Applied removeStream(const std::string& stream) override;
    Result<DeviceCounts, Refusal> putDevices(Eui application,
                                             std::span<const DeviceSpec> devices) override;
    Applied removeDevice(Eui device) override;
    std::vector<Complaint> tryTemplate(const TemplateSpec& spec) override;
    Applied putTemplate(const TemplateSpec& spec) override;
    Applied removeTemplate(const std::string& name, std::uint32_t version) override;
    Result<Tokens::Entry, Refusal> addToken(const std::string& stream, TokenSpec spec) override;
    Applied changeToken(std::uint64_t token, const TokenSpec& spec) override;
    Applied removeToken(std::uint64_t token) override;
    ReloadReport reload() override;

    /// Plugins that were loaded while the broker runs: streams that waited for them go on where
    /// they stand, without a reload, and protocols that the files name begin. Networks need a
    /// restart, and are told so. Takes exclusively() itself.
    using NewPlugins = std::span<const LoadedPlugin* const>;
    void pluginsCame(NewPlugins plugins);

    /// Ends the sessions of tokens that have expired.
    void endExpired();

  private:
    Applied checkPut(Scope owner, const std::string& name, const StreamSpec& spec) const;
    Applied checkTokens(const std::string& name, std::span<const TokenSpec> typed) const;
    void apply(const Tokens::Draft& draft);
    void drop(const ConfigDiff::Streams& diff);
    static Scope twinOf(Scope owner);
    void startAnew(const std::string& name);
    void openDoorOf(const StreamSpec& spec);
    void apply(const StreamKeeper::Plan& plan);
    void endSessions(const Tokens::Entry& token, CloseReason reason, std::string_view why) const;
    std::string fileOf(Eui application) const;
    Refusal tokenInFile(const Tokens::Entry& token) const;

    void describe(const std::shared_ptr<const Config>& config);
    void forget(const Config& before, const Config& next);
    void loadTemplates(const Config& config);
    std::string whoNeeds(const TemplateSpec& spec) const;
    void loadOwners();
    void loadDevices();
    void loadStreams(const Config& config, std::vector<StreamAt>& streams);
    static Result<StreamSpec> readStored(DocumentReader& reader, Scope owner,
                                         const std::string& document);
    ReloadReport reloadFiles();
    void useSettings(const ReadResult& read, NewPlugins protocols, Config& next);
    void reviveTemplates(const ReadResult& read, NewPlugins plugins, Config& next);
    void reviveFiled(const ReadResult& read, NewPlugins plugins, Config& next,
                     ConfigDiff::Streams& revived);
    void reviveStored(const Config& next, NewPlugins plugins, ConfigDiff::Streams& revived);
    void hold(const std::string& stream, const std::string& why);
    void addStalled(const Config& next, ConfigDiff::Streams& diff) const;
    StreamKeeper::Plan planEach(const ConfigDiff::Streams& revived);
    void apply(const ConfigDiff::Devices& diff);
    void makeTokens(const ConfigDiff::Streams& diff);
    std::vector<Complaint> collisions(const Config& before, const Config& next) const;
    void complainStream(Scope owner, const StreamSpec& stream,
                        std::vector<Complaint>& complaints) const;
    void complainOwner(Scope owner, const Place& place, std::vector<Complaint>& complaints) const;
    std::string whatApiAddedTo(Scope owner) const;
    void complainOrphans(const Config& before, const Config& next,
                         std::vector<Complaint>& complaints) const;
    void report(const std::string& part, const std::string& text) const;

    const Parts parts_;
    std::mutex mutex_;
    mutable Guarded<std::shared_ptr<const Config>> config_;
    std::map<std::string, Fields> protocols_;
    std::set<std::string> stalled_;     ///< their plugin came, and something else is wrong
    std::set<std::string> unreadable_;  ///< streams in the registry that could not be read
};

}  // namespace runnel
