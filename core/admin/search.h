// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runnel/values.h"

namespace runnel::admin {

/// `?search=`: a part of a name, or of an EUI in any of its forms, in any case (of ASCII letters).
/// An empty one finds everything. Thread safety: immutable once made.
class Search final {
  public:
    explicit Search(std::string_view text);

    bool isIn(std::string_view name) const;
    bool isIn(Eui eui) const;
    bool isIn(Eui eui, std::string_view name) const { return isIn(eui) || isIn(name); }

  private:
    std::string text_;  ///< in lower case
    std::string eui_;   ///< its hexadecimal digits; "": it is no part of an EUI
};

}  // namespace runnel::admin
