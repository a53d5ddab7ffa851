// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "runnel/plugin.h"

namespace runnel {

/// Maps a plugin file's checked bytes for the rest of the process's life and returns what it
/// exports; its static constructors run here. The bytes are first written to
/// `privateCopies`/<sha256>.<generation>.so, so that nothing done to the original file can reach
/// the mapped code. Content that is mapped already is not mapped again. The error's reason
/// completes the sentence "<file> …". Thread safety: any thread; one at a time does the mapping of
/// one content.
Result<const Plugin*> mapPlugin(const Bytes& content, const std::filesystem::path& privateCopies);

/// Is this what a plugin was mapped from? Then nothing of it is new. Thread safety: any thread.
bool isMapped(const Bytes& content);

/// Removes the copies in `privateCopies` that this process has not mapped: earlier versions.
void removeStaleCopies(const std::filesystem::path& privateCopies);

}  // namespace runnel
