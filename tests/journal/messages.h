// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "journal/journal.h"

/// Messages for the journal's tests. Thread safety: pure functions.
namespace runnel::test {

using Batch = std::vector<std::shared_ptr<Message>>;

/// Every member set, none to its default.
Message fullMessage();
/// Members at random, often missing; texts of any bytes.
Message randomMessage(std::mt19937_64& random);
/// An uplink of one of `applications` applications and 50 devices each, heard by up to 3 of 20
/// gateways, some without an application.
std::shared_ptr<Message> randomUplink(std::mt19937_64& random, int applications);
std::shared_ptr<Message> uplinkAt(Instant time, Eui application = Eui{1}, Eui device = Eui{1});

std::vector<Position> positions(const std::vector<MessagePtr>& messages);
/// Reads slice by slice until the head; every slice must get further.
std::vector<MessagePtr> readAll(const Journal& journal, std::optional<Scope> scope,
                                std::size_t maxMessages = 256, Position after = 0);

/// Compares every member.
void expectEqual(const Message& found, const Message& expected);

/// std::random_device's, printed: a failure can be repeated by putting it here.
std::uint64_t printedSeed();

}  // namespace runnel::test
