// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "config/config.h"

namespace runnel {

/// What a plugin says about the options of a template, where they stand: at the option that it
/// names, and inside a text in a literal block ("|") at the line and column that it ends with.
/// `part` is "codec" or "format". Thread safety: a pure function.
Complaint complaintAbout(const TemplateSpec& spec, std::string_view part, const Error& error);

}  // namespace runnel
