// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "loader/plugins.h"

/// What `runneld` prints about plugins. Thread safety: pure functions.
namespace runnel {

/// For `--list-plugins`: kind, name, version, file and summary of each, refused files below with
/// their reasons.
std::string listPlugins(const Plugins& plugins);

/// For `--describe-plugin KIND NAME`: what it is and its table of options; a protocol's settings
/// too.
std::string describePlugin(const LoadedPlugin& plugin);

/// For `--describe-plugin KIND NAME --json`, on one line: {"kind", "name", "version", "file",
/// "summary", "options": [{"name", "type", "default" (null: none), "required", "secret", "help"}],
/// "settings": [...]}, in this order. Members may be added, none will be renamed.
std::string describePluginAsJson(const LoadedPlugin& plugin);

}  // namespace runnel
