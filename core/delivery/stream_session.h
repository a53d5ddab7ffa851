// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "delivery/stream.h"

namespace runnel {

/// One session's view of its stream: what a protocol plugin holds. Thread safety: as SessionHost,
/// one thread at a time; what it shares with others is behind the stream's lock.
class StreamSession final : public SessionHost {
  public:
    StreamSession(std::shared_ptr<Stream> stream, Stream::ReaderPtr reader, Grant grant);

    std::size_t take(std::vector<Parcel>& out, std::size_t maxParcels,
                     std::size_t maxBytes) override;
    void settleThrough(std::uint64_t parcel) override;
    void settle(std::uint64_t parcel, Outcome outcome, std::string_view why) override;
    void attempt(std::uint64_t parcel, std::uint16_t status, std::string_view answerStart) override;
    void receive(const DecodeInput& input, Ticket ticket) override;
    void health(Health health, std::string_view text) override;
    void closed(std::string_view why) override;

  private:
    struct Take;
    bool peek(Take& take);
    bool awaitFields(Take& take);
    std::size_t encode(Take& take);
    void commit(Take& take, std::size_t bytes);
    template <class Change>
    void settleWith(Change&& change);

    const std::shared_ptr<Stream> stream_;
    const Stream::ReaderPtr reader_;
    const Grant grant_;
    bool isClosed_ = false;
};

}  // namespace runnel
