// SPDX-License-Identifier: Apache-2.0
#include "state/schema.h"

#include <array>

namespace runnel {

namespace {

constexpr std::int32_t kApplicationId = 0x726E6C53;  // "rnlS"

constexpr const char* kVersion1 = R"(
    create table checkpoint (id integer primary key check (id = 0), position integer not null);
    create table stream (
        name text primary key, level integer not null, eui integer not null,
        kinds integer not null, cursor integer not null, counted integer not null,
        follows integer not null, matched integer not null, settled integer not null,
        expired integer not null, dead integer not null, filtered integer not null,
        gap_from integer, gap_to integer, gap_messages integer, gap_reason text);
    create table downlink (
        number integer primary key, id text not null unique, stage integer not null,
        attempt integer not null, body blob not null);
    create table dead_letter (
        id integer primary key autoincrement, stream text not null, reason text not null,
        time integer not null, position integer not null, message blob not null);
    create index dead_letter_stream on dead_letter (stream, id);
)";

constexpr std::array kSteps{kVersion1};

}  // namespace

const sqlite::Schema& stateSchema() {
    static constexpr sqlite::Schema kSchema{kApplicationId, kSteps};
    return kSchema;
}

}  // namespace runnel
