// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runnel/values.h"

namespace runnel {

/// One payload to decode (payload -> fields) or to encode (fields -> payload and port).
struct CodecJob {
    Ticket ticket{};
    std::uint32_t program{};  ///< from Codec::load
    Eui device{};
    std::uint8_t port{};
    Bytes payload;
    Fields fields;
    Instant time{};
};

/// `payload` and `port` answer an encode, `fields` a decode.
struct CodecAnswer {
    Ticket ticket{};
    Result<Fields> fields = Fields{};
    Bytes payload;
    std::uint8_t port{};
    std::vector<std::string> warnings;
};

/// What a codec may call. Thread safety: any thread, does not block.
class CodecHost {
  public:
    /// Each ticket exactly once, in any order, as many at a time as are ready.
    virtual void answer(std::span<CodecAnswer> answers) = 0;

  protected:
    ~CodecHost() = default;
};

/// Bytes <-> fields of a device template. Batched and asynchronous, so that scripts can run in a
/// child process. Thread safety: called by one thread at a time.
class Codec {
  public:
    virtual ~Codec() = default;

    /// Prepares one template version's program; returns its number. Off the message path, may
    /// block.
    virtual Result<std::uint32_t> load(const Fields& parameters) = 0;
    virtual void unload(std::uint32_t program) = 0;

    /// On the message path: note the jobs and return. The span is borrowed for the call.
    virtual void decode(std::span<const CodecJob> jobs) = 0;
    virtual void encode(std::span<const CodecJob> jobs) = 0;

    /// Answers what is still open with an error, ends children; returns within 5 s.
    virtual void stop() = 0;
};

}  // namespace runnel
