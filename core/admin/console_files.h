// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "admin/route.h"
#include "base/log.h"

namespace runnel::admin {

/// The web console (core/console) as routes: "/" is index.html, and every other file of `directory`
/// is at its name: *.js, *.css, *.svg, up to 100 of at most 4 MiB. They are read now, once, and
/// kept in memory; NAME.gz beside NAME is what a browser gets that accepts gzip. Anybody may have
/// them: they hold nothing of this broker.
///
/// A directory that is not there, or without index.html, is logged, and "/" says so (404). An empty
/// path: no console and no routes.
Routes consoleRoutes(const std::filesystem::path& directory, Log& log);

}  // namespace runnel::admin
