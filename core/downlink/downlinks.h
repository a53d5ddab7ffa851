// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "delivery/downlink_desk.h"
#include "downlink/ledger.h"
#include "registry/devices.h"
#include "state/state.h"

namespace runnel {

/// A way to a network server, by the connector's name. Thread safety: any thread.
class DownlinkCarrier {
  public:
    virtual ~DownlinkCarrier() = default;
    /// As Network::send; exceptions have become errors.
    virtual Status send(const Downlink& downlink) = 0;
    /// The region that the configuration gives to the connector; "" = none.
    virtual const std::string& region() const = 0;
};

/// Downlinks from the application's request to their end: validates, stores, sends, and recognises
/// the network server's events. Towards the network each downlink has an id of its own (a UUID),
/// since two streams may use the same Id. Thread safety: any thread.
class Downlinks final : public DownlinkDesk {
  public:
    /// Remembered at once: open ones, and ended ones as idempotency keys.
    static constexpr std::size_t kMaxRemembered = 100'000;
    static constexpr std::chrono::hours kIdempotency{7 * 24};

    struct Parts {
        const Devices& devices;
        const Clock& clock;
        Log& log;
        /// Stopped before this object ends: its thread answers here.
        State& state;
        /// Publishes an event of the core itself (expired, failed).
        std::function<void(Message&&)> announce;
    };
    explicit Downlinks(Parts parts);

    /// Before start: the connector `network` carries downlinks. It is not connected yet.
    void addCarrier(const std::string& network, DownlinkCarrier& carrier);
    /// Before start: the connector could not be made.
    void removeCarrier(const std::string& network);
    /// Before restore: the configuration names the connector `network`, but its plugin is missing
    /// or refuses. What waits for it waits on.
    void expectCarrier(const std::string& network);
    /// After the carriers and before start: State::saved().downlinks. What waited waits again; what
    /// a connector was to send, or had got without saying so, is sent again with the same id and
    /// `mayHaveBeenSent`; what has no carrier any more fails. `events`: the newest ones in the
    /// journal. State saves what an event has changed a little later, so after a crash the journal
    /// may be the only one to know that the network has a downlink.
    void restore(std::span<const DownlinkRecord> records, std::span<const MessagePtr> events = {});

    /// Sends what waited, in order.
    void setConnected(const std::string& network, bool isConnected);

    /// Its fields have become its payload. Accepted means stored. Accepted downlinks go to their
    /// connector in the order of acceptance.
    void submit(const Grant& grant, Downlink downlink, Answer answer) override;

    /// An event that names one of our downlinks gets the sender's id and the stream's name, and
    /// moves the downlink's stage. False: the same event of this downlink was there before. Called
    /// before the event is journaled.
    [[nodiscard]] bool identify(Message& event);

    /// A remembered downlink, for people.
    struct Listed {
        std::uint64_t number = 0;  ///< rises in the order of acceptance; of this run of the broker
        DownlinkRecord record;
    };
    struct Filter {
        std::optional<Eui> application, device;  ///< nullopt: any
    };
    /// Newest first, those with a number below `before` (0: all), at most `max`.
    std::vector<Listed> list(const Filter& filter, std::uint64_t before, std::size_t max) const;
    /// All that are remembered.
    std::size_t size() const { return memory_.lock()->ledger.size(); }

    /// Ends what has expired, and what the network server has said nothing final about for 7 days;
    /// forgets what is old. Once a second is enough.
    void tick();

  private:
    using Entry = Ledger::Entry;
    using Stage = DownlinkRecord::Stage;
    /// The way to one connector. Network ids, in the order of acceptance: first those in `leaving`,
    /// which are cleared or about to be, then those in `waiting`.
    struct Lane {
        DownlinkCarrier* way{};
        bool isConnected = false;
        bool isSending = false;  ///< one thread at a time, so that order holds
        std::deque<std::string> leaving;
        std::deque<std::string> waiting;
    };
    struct Memory {
        Ledger ledger;
        std::map<std::string, Lane> lanes;  ///< by the connector's name
        std::set<std::string> missing;      ///< connectors that could not be made
    };

    Result<Device> deviceFor(const Grant& grant, const Downlink& downlink);
    void accept(const StreamConfig& stream, Downlink downlink, const Device& device, Answer answer);
    std::optional<Error> obstacle(Memory& memory);
    DownlinkRecord recordOf(const StreamConfig& stream, Downlink downlink,
                            const Device& device) const;
    void stored(const std::string& id, const Status& status, const Answer& answer);
    void flush(const std::string& network);
    void clear(Memory& memory, Lane& lane);
    void cleared(const std::string& id);
    std::optional<Downlink> nextToSend(const std::string& network);
    void recall(Memory& memory, const Message& event);
    void heard(Entry& entry, Kind kind);
    void advance(Entry& entry, Stage stage);
    void failed(const std::string& id, const std::string& why);
    static Message eventOf(const Entry& entry, Kind kind, std::string text);
    void forget(Memory& memory, Instant before);

    Parts parts_;
    mutable Guarded<Memory> memory_;
};

/// The grant of the management API in one application: a stream that no session can have, so that
/// ids and events of its downlinks are kept apart from those of the streams.
Grant apiGrant(Eui application);

}  // namespace runnel
