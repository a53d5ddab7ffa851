// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "delivery/downlink_desk.h"
#include "registry/devices.h"

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

/// Downlinks from the application's request to their end: validates, remembers, sends, and
/// recognises the network server's events. Towards the network each downlink has an id of its own
/// (a UUID), since two streams may use the same Id. Thread safety: any thread.
class Downlinks final : public DownlinkDesk {
  public:
    /// Remembered at once: open ones, and ended ones as idempotency keys.
    static constexpr std::size_t kMaxRemembered = 100'000;
    static constexpr std::chrono::hours kIdempotency{7 * 24};

    struct Parts {
        const Devices& devices;
        const Clock& clock;
        Log& log;
        /// Publishes an event of the core itself (expired, failed).
        std::function<void(Message&&)> announce;
    };
    explicit Downlinks(Parts parts);

    /// Before start: the connector `network` carries downlinks. It is not connected yet.
    void addCarrier(const std::string& network, DownlinkCarrier& carrier);
    /// Before start: the connector could not be made.
    void removeCarrier(const std::string& network);
    /// Sends what waited, in order.
    void setConnected(const std::string& network, bool isConnected);

    void submit(const Grant& grant, Downlink downlink, Answer answer) override;

    /// An event that names one of our downlinks gets the sender's id and the stream's name, and
    /// moves the downlink's state. Called before the event is journaled.
    void identify(Message& event);

    /// Ends what has expired and forgets what is old; once a second is enough.
    void tick();

  private:
    struct Entry {
        Downlink downlink;  ///< with the id that the network knows
        std::string senderId;
        std::string stream;  ///< name
        Instant accepted;
        Instant expires;  ///< kIdempotency after `accepted` if the sender says nothing
        bool isHandedOver = false;
        bool hasEnded = false;
    };
    struct Carrier {
        DownlinkCarrier* way{};
        bool isConnected = false;
        bool isSending = false;           ///< one thread at a time, so that order holds
        std::deque<std::string> waiting;  ///< network ids
    };
    struct State {
        std::unordered_map<std::string, Entry> entries;  ///< by network id
        std::map<std::pair<std::string, std::string>, std::string>
            senders;  ///< (stream, Id) -> network id
        std::map<std::string, Carrier> carriers;
        std::deque<std::string> order;  ///< network ids, oldest first
    };

    Result<Device> deviceFor(const StreamConfig& stream, const Downlink& downlink) const;
    std::optional<Error> complaint(const Downlink& downlink, const Device& device);
    Result<std::string> accept(const StreamConfig& stream, Downlink downlink, const Device& device);
    static std::optional<Error> repeatOf(const Entry& known, const Downlink& downlink);
    void flush(const std::string& network);
    std::optional<Downlink> nextToSend(const std::string& network);
    void failed(const std::string& id, const std::string& why);
    Message eventOf(const Entry& entry, Kind kind, std::string text) const;
    static void forget(State& state, Instant before);

    Parts parts_;
    mutable Guarded<State> state_;
};

}  // namespace runnel
