// SPDX-License-Identifier: Apache-2.0
#include "registry/account_rules.h"

#include <algorithm>
#include <string>

namespace runnel {

namespace {

AccountError wrong(std::string field, std::string text) {
    return {AccountError::Why::Wrong, std::move(field), std::move(text)};
}

bool isLowerOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// UTF-8 characters: bytes that do not go on with one.
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::optional<AccountError> userNameComplaint(std::string_view name) {
    const bool isFine =
        !name.empty() && name.size() <= kMaxAccountName && isLowerOrDigit(name.front()) &&
        std::ranges::all_of(name, [](char c) {
            return isLowerOrDigit(c) || std::string_view("._-@").find(c) != std::string_view::npos;
        });
    if (isFine) return std::nullopt;
    return wrong("name",
                 "must be 1 to 64 lower-case letters, digits, '.', '_', '-' or '@', beginning with "
                 "a letter or digit");
}

std::optional<AccountError> keyNameComplaint(std::string_view name) {
    const std::size_t count = characters(name);
    if (count == 0 || count > kMaxAccountName) {
        return wrong("name", "must be 1 to 64 characters long, found " + std::to_string(count));
    }
    if (std::ranges::any_of(name, isControl)) {
        return wrong("name", "must not hold control characters; use letters, digits and spaces");
    }
    return std::nullopt;
}

std::optional<AccountError> rightsComplaint(const Rights& rights) {
    const std::size_t count = rights.applications.size();
    if (rights.role == Role::Operator && count == 0) {
        return wrong("applications",
                     "must name at least one application for the role operator, found none");
    }
    if (rights.role == Role::Admin && count != 0) {
        return wrong("applications",
                     "must be empty for the role admin, which may do everything; found " +
                         std::to_string(count));
    }
    return std::nullopt;
}

std::optional<AccountError> passwordComplaint(std::string_view password) {
    const std::size_t count = characters(password);
    if (count < kMinPassword || count > kMaxPassword) {
        return wrong("password",
                     "must be 12 to 256 characters long, found " + std::to_string(count));
    }
    if (std::ranges::any_of(password, isControl)) {
        return wrong("password", "must not hold control characters such as tab or line end");
    }
    return std::nullopt;
}

}  // namespace runnel
