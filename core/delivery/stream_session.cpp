// SPDX-License-Identifier: Apache-2.0
#include "delivery/stream_session.h"

#include <algorithm>
#include <atomic>

#include "delivery/catch_up.h"
#include "loader/guard.h"
#include "observe/latencies.h"

namespace runnel {

namespace {

/// Items looked at per lock: encoding happens between two short locks.
constexpr std::size_t kChunk = 64;

/// Gathers the receipts of one document, in its order; the last one sends them.
class Receipts {
  public:
    Receipts(std::shared_ptr<Stream> stream, std::shared_ptr<Session> session, Ticket ticket,
             std::size_t count)
        : stream_(std::move(stream)),
          session_(std::move(session)),
          ticket_(ticket),
          documents_(count),
          missing_(count) {}

    void set(std::size_t index, const Receipt& receipt) {
        const FormatUse& format = *stream_->setup().format;
        auto document = guarded(format.plugin, [&] { return format.format->encode(receipt); });
        if (document) {
            documents_[index] = std::move(*document);
        } else {
            documents_[index] = document.error().reason;
        }
        if (receipt.rejected) isAccepted_ = false;
        if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) send();
    }
    void send() {
        stream_->tell([&] { session_->answer(ticket_, std::move(documents_), isAccepted_); });
    }

  private:
    const std::shared_ptr<Stream> stream_;
    const std::shared_ptr<Session> session_;
    const Ticket ticket_;
    std::vector<std::string> documents_;
    std::atomic<std::size_t> missing_;
    std::atomic<bool> isAccepted_{true};
};

}  // namespace

/// One take() on its way.
struct StreamSession::Take {
    std::vector<Parcel>& out;
    std::size_t parcelsLeft;
    std::size_t bytesLeft;
    std::size_t taken = 0;
    std::uint64_t epoch = 0;
    bool reachedBytes = false;
    std::vector<StreamState::Candidate> candidates{};
    std::vector<InFlight::Entry> entries{};
    std::vector<Parcel> parcels{};
};

StreamSession::StreamSession(std::shared_ptr<Stream> stream, Stream::ReaderPtr reader, Grant grant)
    : stream_(std::move(stream)), reader_(std::move(reader)), grant_(std::move(grant)) {}

std::size_t StreamSession::take(std::vector<Parcel>& out, std::size_t maxParcels,
                                std::size_t maxBytes) {
    if (isClosed_) return 0;
    Take take{.out = out, .parcelsLeft = maxParcels, .bytesLeft = maxBytes};
    while (take.parcelsLeft > 0 && !take.reachedBytes) {
        if (!peek(take) || !awaitFields(take)) break;
        const std::size_t bytes = encode(take);
        commit(take, bytes);
    }
    return take.taken;
}

/// False when there is nothing: the session waits for ready() from then on.
bool StreamSession::peek(Take& take) {
    take.candidates.clear();
    bool needsFetch = false;
    {
        auto state = stream_->state_.lock();
        state->peek(*reader_, std::min(kChunk, take.parcelsLeft), take.candidates);
        take.epoch = reader_->epoch;
        if (take.candidates.empty()) {
            reader_->isWaiting = true;
            needsFetch = state->needsFetch(*reader_);
        }
    }
    if (needsFetch) stream_->parts_.catchUp.request(stream_, reader_);
    return !take.candidates.empty();
}

/// Leaves the candidates whose fields are there. False: those of the first one are awaited, and the
/// session waits for ready() from then on.
bool StreamSession::awaitFields(Take& take) {
    const auto isOpen = [](const StreamState::Candidate& one) {
        return !one.settledAs && !one.item->isReady();
    };
    auto& candidates = take.candidates;
    auto first = std::find_if(candidates.begin(), candidates.end(), isOpen);
    if (first == candidates.end()) return true;
    std::vector<DecodingPtr> decodings;
    for (auto one = first; one != candidates.end(); ++one) {
        if (isOpen(*one)) decodings.push_back(one->item->decoding());
    }
    Decoding::begin(decodings);
    first = std::find_if(first, candidates.end(), isOpen);
    if (first == candidates.begin()) {
        {
            auto state = stream_->state_.lock();
            if (reader_->epoch == take.epoch) reader_->isWaiting = true;
        }
        // If it is done meanwhile, ready() may come although everything has been taken.
        if (first->item->decoding()->tell(stream_)) return false;
        first = std::find_if(first, candidates.end(), isOpen);
    }
    candidates.erase(first, candidates.end());
    return true;
}

/// Returns the size of the documents.
std::size_t StreamSession::encode(Take& take) {
    take.entries.clear();
    take.parcels.clear();
    std::size_t bytes = 0;
    std::uint64_t parcel = reader_->lastParcel;
    for (const StreamState::Candidate& candidate : take.candidates) {
        InFlight::Entry entry{.item = candidate.item,
                              .parcel = ++parcel,
                              .ordinal = candidate.ordinal,
                              .isSettled = true,
                              .outcome = Outcome::Filtered,
                              .why = nullptr};
        if (candidate.settledAs) {
            entry.outcome = *candidate.settledAs;
            take.entries.push_back(std::move(entry));
            continue;
        }
        const Encoded::Documents& documents = candidate.item->documents();
        if (documents.error) {
            entry.outcome = Outcome::Rejected;
            entry.why = std::make_unique<const std::string>(documents.error->reason);
            stream_->report("dead letter: " + *entry.why);
        } else if (!documents.texts.empty()) {
            entry.isSettled = false;
            bytes += documents.bytes;
            take.parcels.push_back({.id = entry.parcel,
                                    .message = candidate.item->message(),
                                    .documents = {candidate.item, &documents.texts},
                                    .isReplay = candidate.item->isAgain()});
        }
        take.entries.push_back(std::move(entry));
        if (bytes >= take.bytesLeft) break;
    }
    return bytes;
}

/// Does nothing if the core moved the reader meanwhile: what was encoded is not its any more.
void StreamSession::commit(Take& take, std::size_t bytes) {
    bool needsFetch = false;
    std::vector<std::shared_ptr<Chore>> hungry;
    {
        auto state = stream_->state_.lock();
        if (reader_->epoch != take.epoch) return;
        for (Parcel& parcel : take.parcels) {
            parcel.isRedelivered = parcel.message && !parcel.isReplay &&
                                   state->wasTakenBefore(parcel.message->position);
        }
        reader_->lastParcel = take.entries.back().parcel;
        state->take(*reader_, take.entries);
        needsFetch = state->needsFetch(*reader_);
        state->takeHungry(hungry);
    }
    stream_->callAll(hungry);
    stream_->markChanged();
    if (needsFetch) stream_->parts_.catchUp.request(stream_, reader_);
    take.taken += take.parcels.size();
    take.parcelsLeft -= take.parcels.size();
    take.reachedBytes = bytes >= take.bytesLeft;
    take.bytesLeft -= std::min(bytes, take.bytesLeft);
    std::move(take.parcels.begin(), take.parcels.end(), std::back_inserter(take.out));
}

template <class Change>
void StreamSession::settleWith(Change&& change) {
    if (isClosed_) return;
    StreamState::WakeList wake;
    bool needsFetch = false;
    std::vector<std::shared_ptr<Chore>> hungry;
    StreamState::Received received;
    {
        auto state = stream_->state_.lock();
        received = change(*state);
        state->wakeIfWaiting(*reader_, wake);
        // One that stood still with too many unsettled may have lost its place in the window.
        needsFetch = state->needsFetch(*reader_);
        state->takeHungry(hungry);
    }
    if (Latencies* latencies = stream_->parts_.latencies; latencies != nullptr && received) {
        latencies->settled.observe(latencies->clock.now() - *received);
    }
    stream_->callAll(hungry);
    stream_->markChanged();
    if (needsFetch) stream_->parts_.catchUp.request(stream_, reader_);
    stream_->wakeAll(wake);
}

void StreamSession::settleThrough(std::uint64_t parcel) {
    settleWith([&](StreamState& state) { return state.settleThrough(*reader_, parcel); });
}

void StreamSession::settle(std::uint64_t parcel, Outcome outcome, std::string_view why) {
    if (outcome == Outcome::Rejected) stream_->report("dead letter: " + std::string(why));
    settleWith([&](StreamState& state) { return state.settle(*reader_, parcel, outcome, why); });
}

void StreamSession::attempt(std::uint64_t parcel, std::uint16_t status,
                            std::string_view answerStart) {
    if (isClosed_) return;
    const EncodedPtr item = stream_->state_.lock()->taken(*reader_, parcel);
    if (!item) return;
    Attempt attempt{.time = stream_->now(),
                    .position = item->position(),
                    .status = status,
                    .answer = std::string(answerStart.substr(0, Attempts::kMostOfAnswer))};
    if (const auto& fate = item->again().fate) fate->attempted(attempt);
    stream_->attempts_.add(std::move(attempt));
}

void StreamSession::receive(const DecodeInput& input, Ticket ticket) {
    if (isClosed_) return;
    // A device's stream is an address that names it, by whatever way the document comes.
    const DecodeInput known{.document = input.document,
                            .device = input.device ? input.device : grant_.stream->device};
    const FormatUse& format = stream_->reading(known.device);
    auto decoded = guarded(format.plugin, [&] { return format.format->decode(known); });
    std::vector<Request> requests;
    if (decoded) {
        requests = std::move(*decoded);
    } else {
        stream_->report(decoded.error().reason);
        requests.emplace_back(Receipt{.id = {}, .device = {}, .rejected = decoded.error()});
    }
    const auto answers = static_cast<std::size_t>(std::count_if(
        requests.begin(), requests.end(),
        [](const Request& request) { return !std::holds_alternative<Acknowledge>(request); }));
    const auto receipts = std::make_shared<Receipts>(stream_, reader_->session, ticket, answers);
    Grant grant = grant_;
    if (stream_->state_.lock()->isEnded(*reader_)) grant.maySend = false;
    std::size_t index = 0;
    for (Request& request : requests) {
        if (const auto* acknowledge = std::get_if<Acknowledge>(&request)) {
            settleWith(
                [&](StreamState& state) { return state.settleUpTo(*reader_, acknowledge->upTo); });
        } else if (const auto* receipt = std::get_if<Receipt>(&request)) {
            receipts->set(index++, *receipt);
        } else {
            stream_->parts_.downlinks.submit(
                grant, std::move(std::get<Downlink>(request)),
                [receipts, index](const Receipt& answer) { receipts->set(index, answer); });
            ++index;
        }
    }
    if (answers == 0) receipts->send();
}

void StreamSession::health(Health health, std::string_view text) {
    if (!isClosed_) stream_->health(health, text);
}

void StreamSession::closed(std::string_view) {
    if (isClosed_) return;
    isClosed_ = true;
    StreamState::WakeList wake;
    if (reader_->visitor.isSendOnly) {
        stream_->state_.lock()->detachSender(*reader_);
        stream_->health();
        return;
    }
    const Stream::ReaderPtr next = stream_->state_.lock()->detach(reader_, wake);
    stream_->health();
    stream_->markChanged();
    stream_->wakeAll(wake);
    if (next) stream_->parts_.catchUp.request(stream_, next);
}

}  // namespace runnel
