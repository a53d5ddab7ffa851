// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runnel/protocol.h"

namespace runnel::mqtt {

/// What one session has taken and not settled: parcels whose documents wait to be published, or are
/// on their way. Documents are numbered; the number is the token under which one is published.
/// Thread safety: none; the session's loop.
class Outbox final {
  public:
    using Token = std::uint64_t;

    /// With `isResending` documents are kept until they are acknowledged, else until all of their
    /// parcel are published.
    explicit Outbox(bool isResending) : isResending_(isResending) {}

    /// Takes a parcel over; `topic` may say where it goes. Receipts are parcels with id 0.
    void add(Parcel parcel, std::string topic = {});

    struct Document {
        Token token{};
        const Parcel* parcel{};
        std::size_t index{};  ///< in Parcel::documents
        const std::string* topic{};

        const std::string& text() const { return (*parcel->documents)[index]; }
    };
    bool hasUnsent() const { return nextUnsent_ < nextToken_; }
    /// The first document that was not published; there is one.
    Document unsent() const;
    /// unsent() was published, or will not be.
    void sent();
    /// This one and all behind it are unsent again; only with `isResending`, and only if none of
    /// them is finished.
    void rewind(Token token) { nextUnsent_ = token; }
    std::size_t unsentCount() const { return static_cast<std::size_t>(nextToken_ - nextUnsent_); }
    /// The parcel of a document that is not settled; 0 for others and for receipts.
    std::uint64_t parcelOf(Token token) const;
    /// One that was published; only with `isResending`.
    Document at(Token token) const;

    /// The document arrived, or never will. Returns the parcel that is complete now, 0 if none is
    /// (or it was a receipt).
    std::uint64_t finished(Token token);
    /// The newest parcel through which all are complete, if that is news.
    std::optional<std::uint64_t> settledThrough();

    /// Forgets everything, as the session that the parcels came from has ended; tokens go on, and
    /// those given out so far are ignored by finished().
    void abandon();

  private:
    struct Entry {
        Parcel parcel;
        std::string topic;
        Token first{};
        std::uint32_t count{};
        std::uint32_t unfinished{};
    };
    std::size_t place(Token token) const;
    void trim();

    std::vector<Entry> entries_;  ///< [head_, end), tokens rising
    std::size_t head_ = 0;
    Token nextToken_ = 1;
    Token nextUnsent_ = 1;
    std::uint64_t complete_ = 0;  ///< the newest parcel that left complete
    std::uint64_t told_ = 0;      ///< through settledThrough()
    bool isResending_;
};

}  // namespace runnel::mqtt
