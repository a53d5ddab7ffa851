// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/guarded.h"
#include "format/format_use.h"
#include "loader/plugins.h"

namespace runnel {

/// One format object per distinct (plugin, options), shared by all streams that ask for the same.
/// Objects live as long as this. Thread safety: any thread.
class Formats {
  public:
    /// The object, made now if it is the first of its kind. An error is the plugin's own complaint.
    Result<const FormatUse*> get(const LoadedPlugin& plugin, Host& host, const Fields& options);

  private:
    /// By plugin and options as text.
    Guarded<std::map<std::string, std::unique_ptr<FormatUse>>> formats_;
};

}  // namespace runnel
