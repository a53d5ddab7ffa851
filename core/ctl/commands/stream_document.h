// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "ctl/commands/show.h"
#include "ctl/menu.h"

namespace runnel::ctl {

/// What add and set say about a stream. Thread safety: a plain value.
struct StreamSettings {
    std::string protocol, format, duplicates;
    std::vector<std::string> options, events;
    std::optional<std::string> deviceTemplate;
    bool isEnabled = false, isDisabled = false;
};

/// The options that fill `settings`.
void addStreamSettings(CLI::App& app, StreamSettings& settings);

/// The stream document with what is set and nothing else.
Object::Ptr documentOf(const StreamSettings& settings);

/// Name, URL and token: all that a client needs.
void printAccess(Context& context, const std::string& body);

/// "EUI/name" of a stream document.
std::string streamName(const Object& stream);

/// "application", or the device's EUI.
std::string scopeText(const Object& stream);

}  // namespace runnel::ctl
