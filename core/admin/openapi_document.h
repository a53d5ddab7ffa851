// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace runnel::admin {

/// openapi.json as it was when this was built (embed.cmake). Thread safety: constant data.
std::string_view openapiDocument();

}  // namespace runnel::admin
