// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/config.h"
#include "format/format_use.h"
#include "template/template_use.h"

namespace runnel {

/// Runs the examples of a device template by its codec and, where one says what document has to
/// come out, by `format` (null: its plugin is not there). A complaint for each that turns out
/// differently: what was expected, what came, and where the example stands. Without its codec
/// nothing is run. Waits for the codec, 5 s at most. Thread safety: any thread.
void runExamples(const TemplateUsePtr& use, const FormatUse* format,
                 std::vector<Complaint>& complaints);

}  // namespace runnel
