// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <protozero/buffer_string.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "runnel/values.h"

namespace runnel {

/// One Field of FORMAT.md; `depth` is 0 for those of Message::extra itself. Thread safety: pure
/// functions.
void encodeField(const Field& field, protozero::pbf_writer writer, int depth);
/// Throws protozero::exception, also if it is nested deeper than kMaxValueDepth.
Field decodeField(protozero::pbf_reader reader, int depth);

}  // namespace runnel
