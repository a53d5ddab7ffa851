// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runnel/document.h"

/// The names that a template's text may use, and what a message has under them.
/// Thread safety: pure functions.
namespace runnel::templates {

/// Where a name of the outermost level comes from.
using Source = std::size_t;

/// The source called `name`, or nullopt.
std::optional<Source> sourceCalled(std::string_view name);

/// What `input` has there; null if it has nothing. Fields, Tags and Details come as objects.
Value valueOf(Source source, const EncodeInput& input);

/// The document behind Fields, Tags or Details, which need not be copied to find one member; null
/// for every other source and if there is none.
const Fields* objectOf(Source source, const EncodeInput& input);

/// Fields, Tags and Details: their members are not known beforehand.
bool isOpen(Source source);

/// Whether members of the elements of Receptions are called that.
bool isReceptionMember(std::string_view name);

/// All names in their order, for an error text.
std::string sourceNames();

/// The known name that `name` most likely stands for, "" if none is near.
std::string_view nearestName(std::string_view name);

}  // namespace runnel::templates
