// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "delivery/stream_state.h"
#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {

/// One stream's rules with all that moves them: journal, router, retention, CatchUp, State and
/// clients, which take their steps in the order of a seed, in one thread. Keeps its own record of
/// what happened to each message and compares the stream's books with it after every step.
class StreamWorld {
  public:
    explicit StreamWorld(unsigned seed) : random_(seed) { restartFrom({}); }

    void step();
    /// One last session takes and settles everything; then nothing may be open.
    void finish();

  private:
    struct Parcel {
        std::uint64_t id = 0;
        Position position = 0;
        std::optional<Gap> notice;
        bool isSettled = false;
    };
    /// A protocol plugin's session: it takes only when it has been told to.
    struct Client {
        StreamState::ReaderPtr reader;
        std::deque<Parcel> inFlight;                     ///< as the stream has to see it
        std::map<std::uint64_t, std::uint64_t> replays;  ///< parcel to dead letter
        std::map<std::uint64_t, Position> again;         ///< parcel to position of the replay
        bool isTold = false;
        bool isTaking = false;  ///< between looking and taking
        std::vector<StreamState::Candidate> candidates;
        std::uint64_t epoch = 0;
        Position last = 0;  ///< newest position taken; the next one is behind it
    };
    /// What CatchUp is asked for; it works on the first one.
    struct Job {
        StreamState::ReaderPtr reader;
        bool isStarted = false;
        Position after = 0;
        std::uint64_t epoch = 0;
        std::optional<std::vector<Position>> slice;
        Position through = 0;
    };
    struct Saved {
        StreamRecord record = startingBehind(kStart);
        Position checkpoint = kStart;
        std::uint64_t told = 0;
        std::size_t deadLetters = 0;
    };
    /// What has happened to a message, to whomever.
    struct Fate {
        bool wasSent = false;
        bool wasSettled = false;  ///< or not wanted
        bool wasRejected = false;
    };

    static constexpr Position kStart = 1000;
    static constexpr std::size_t kSlice = 40;

    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    bool chance(unsigned percent) { return below(100) < percent; }
    const Account& account() const { return state_->account(); }
    EncodedPtr item(Position position) const;

    void append();
    void route();
    void lose();
    void save();
    void resend();
    void replay();
    void openReplay();
    void feedReplay(bool isLast);
    void closeReplay();
    void noteAgain(Client& client, const InFlight::Entry& entry);
    void settleAgain(Client& client, std::uint64_t through);
    void settleOneAgain(Client& client);
    void callHungry();
    void restart();
    void restartFrom(const Saved& saved);

    void attach();
    void detach(std::size_t index);
    void endToken();
    void request(const StreamState::ReaderPtr& reader);
    void catchUp();
    void read(Job& job) const;
    void deliver(const Job& job);
    void look(Client& client, std::size_t max);
    void take(Client& client);
    InFlight::Entry entryFor(const StreamState::Candidate& candidate, std::uint64_t parcel);
    void noteTaken(Client& client, const InFlight::Entry& entry);
    void settle(Client& client);
    void settleThrough(Client& client, std::size_t index);
    void settleOne(Parcel& parcel, Outcome outcome);
    void settleReplay(Client& client);
    void afterSettling(Client& client);
    void settleDown();

    void tellWoken();
    void popSettled(Client& client);
    void followMirrors();
    void check();
    void checkPassed(const Books& before, Position from);
    void checkHidden(const Gap& gap);
    void checkSettledDown();

    std::mt19937 random_;
    const bool savesRarely_ = chance(25);  ///< and has many dead letters
    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    std::optional<StreamState> state_;
    StreamState::WakeList wake_;
    std::vector<Position> journal_;  ///< of the stream, also what is lost
    std::size_t routed_ = 0;         ///< so many of them
    Position head_ = kStart;
    Position lostThrough_ = kStart;
    std::map<Position, Fate> fates_;
    std::deque<Client> clients_;  ///< the last one is the holder
    std::deque<Job> jobs_;

    Books books_;  ///< at the last check
    Position cursor_ = kStart;
    std::optional<Gap> gap_;
    std::uint64_t told_ = 0;         ///< messages in notices that holders settled
    std::size_t deadLetters_ = 0;    ///< handed over to be saved
    std::set<std::uint64_t> asked_;  ///< dead letters to be sent again that have not come through
    std::uint64_t lastLetter_ = 0;

    /// The one that runs, or 0; its positions are behind kStart, where no live message is.
    std::uint64_t replay_ = 0;
    std::uint64_t lastReplay_ = 0;
    std::shared_ptr<Chore> feeder_;
    std::shared_ptr<ReplayCounts> counts_;
    bool isCalled_ = false;        ///< the replay may look whether it may feed
    Position fed_ = 0;             ///< up to here
    std::set<Position> expected_;  ///< of the replay, not arrived
    std::uint64_t arrived_ = 0;
    std::uint64_t refused_ = 0;
    Saved saved_;
};

}  // namespace runnel::test
