// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runnel/plugin.h"

/// For a plugin's own tests; link runnel_sdk_testing. Fakes of what the broker offers, and checks
/// of what it expects. No test framework is needed.
namespace runnel {

/// A host that keeps what it is told. Thread safety: any thread, as the real one.
class FakeHost final : public Host {
  public:
    using Line = std::pair<Level, std::string>;
    void log(Level level, std::string_view text) override;
    Instant now() const override;
    void health(std::string_view part, Health health, std::string_view text) override;
    Result<int> listener(std::string_view address) override;
    std::shared_ptr<const Tls> tls() const override;

    std::vector<Line> lines() const;
    /// The newest health of `part`; nullopt before the first.
    std::optional<Health> healthOf(std::string_view part) const;
    void setNow(Instant now);      ///< at first 2024-01-01T00:00:00Z
    void setListener(int socket);  ///< given out by listener(); the test owns it
    void setTls(Tls tls);

  private:
    mutable std::mutex mutex_;
    std::vector<Line> lines_;
    std::vector<std::pair<std::string, Health>> health_;
    Instant now_{std::chrono::seconds{1'704'067'200}};
    int socket_ = -1;
    std::shared_ptr<const Tls> tls_ = std::make_shared<const Tls>();
};

/// The broker's side of one connection. Thread safety: any thread.
class FakeSessionHost final : public SessionHost {
  public:
    struct Settled {
        std::uint64_t parcel{};
        Outcome outcome{};
        std::string why;
    };
    struct Seen {
        std::vector<Settled> settled;  ///< settleThrough(n) is one entry, Delivered
        std::vector<std::string> received;
        std::vector<Ticket> tickets;  ///< of `received`, to answer with Session::answer
        std::vector<std::uint16_t> attempts;
        std::optional<Health> health;
        bool isClosed{};
    };
    std::size_t take(std::vector<Parcel>& out, std::size_t maxParcels,
                     std::size_t maxBytes) override;
    void settleThrough(std::uint64_t parcel) override;
    void settle(std::uint64_t parcel, Outcome outcome, std::string_view why) override;
    void attempt(std::uint64_t parcel, std::uint16_t status, std::string_view start) override;
    void receive(const DecodeInput& input, Ticket ticket) override;
    void health(Health health, std::string_view text) override;
    void closed(std::string_view why) override;

    void give(Parcel parcel);  ///< for the next take(); then call the session's ready()
    Seen seen() const;

  private:
    mutable std::mutex mutex_;
    std::deque<Parcel> waiting_;
    Seen seen_;
};

/// Knows some tokens; every attach succeeds. Thread safety: any thread.
class FakeProtocolHost final : public ProtocolHost {
  public:
    using Connection = std::pair<std::shared_ptr<Session>, std::shared_ptr<FakeSessionHost>>;
    Result<Grant, Denial> authenticate(std::string_view token, std::string_view peer) override;
    Result<std::shared_ptr<SessionHost>, Denial> attach(const Grant& grant, SessionRequest request,
                                                        std::shared_ptr<Session> session) override;

    void allow(std::string token, Grant grant);
    std::vector<Connection> connections() const;

  private:
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, Grant>> tokens_;
    std::vector<Connection> connections_;
};

/// Keeps what is published. Thread safety: any thread.
class FakeNetworkHost final : public NetworkHost {
  public:
    Admission publish(Message&& message, Ticket ticket) override;
    void connected(bool isConnected) override;

    void answerNext(Admission admission);  ///< queued; Taken when the queue is empty
    std::vector<std::pair<Message, Ticket>> published() const;  ///< those that were Taken
    bool isConnected() const;

  private:
    mutable std::mutex mutex_;
    std::deque<Admission> answers_;
    std::vector<std::pair<Message, Ticket>> published_;
    bool isConnected_{};
};

/// The checks: each broken promise in a sentence, none if all is well.
using Complaints = std::vector<std::string>;
Complaints checkDescriptor(const Stamp& stamp, const Plugin& plugin);
Complaints checkFormat(const Format& format);  ///< hostile documents and concurrent calls included
/// Starts and stops it. Its hosts outlive the call; a stop() that hangs hangs the check too.
Complaints checkProtocol(Protocol& protocol);
Complaints checkNetwork(Network& network);

}  // namespace runnel
