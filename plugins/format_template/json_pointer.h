// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runnel/values.h"

namespace runnel::templates {

/// A JSON pointer (RFC 6901). Thread safety: a value.
class JsonPointer final {
  public:
    /// An error's field is "" and its reason says what is wrong with `text`.
    static Result<JsonPointer> parse(std::string_view text);

    /// What the pointer points at, or null.
    const Value* in(const Value& document) const;
    /// Whether the way there holds a name twice, so that readers of the document may disagree.
    bool isAmbiguousIn(const Value& document) const;
    /// As it was written.
    const std::string& text() const { return text_; }

  private:
    std::string text_;
    std::vector<std::string> tokens_;
};

}  // namespace runnel::templates
