// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "registry/account_error.h"
#include "registry/rights.h"

/// What names, rights and passwords have to look like: nullopt, or what is wrong.
/// Thread safety: pure functions.
namespace runnel {

inline constexpr std::size_t kMaxAccountName = 64;
inline constexpr std::size_t kMinPassword = 12, kMaxPassword = 256;  ///< characters

/// Lower-case letters, digits and ". _ - @", beginning with a letter or digit.
std::optional<AccountError> userNameComplaint(std::string_view name);
/// Printable, not empty.
std::optional<AccountError> keyNameComplaint(std::string_view name);
std::optional<AccountError> rightsComplaint(const Rights& rights);
/// Any printable characters. The text does not hold the password.
std::optional<AccountError> passwordComplaint(std::string_view password);

}  // namespace runnel
