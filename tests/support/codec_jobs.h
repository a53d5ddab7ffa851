// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "runnel/codec.h"

/// Jobs for a codec in one line. Thread safety: pure functions.
namespace runnel::test {

inline CodecJob decodeJob(Bytes payload, std::uint8_t port = 1) {
    CodecJob job;
    job.port = port;
    job.payload = std::move(payload);
    return job;
}

inline CodecJob encodeJob(Fields fields, std::uint8_t port = 0) {
    CodecJob job;
    job.port = port;
    job.fields = std::move(fields);
    return job;
}

/// The same job for a program, with a ticket.
inline CodecJob ticketed(CodecJob job, Ticket ticket, std::uint32_t program) {
    job.ticket = ticket;
    job.program = program;
    return job;
}

}  // namespace runnel::test
