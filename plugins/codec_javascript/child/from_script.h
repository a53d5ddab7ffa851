// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <js/TypeDecls.h>

#include <optional>
#include <string>

#include "wire.h"

namespace runnel::javascript {

/// Writes what a script answered as a Value: whole numbers of 64 bits as integers, NaN and Infinity
/// as null, dates as ISO 8601 text, typed arrays as lists; undefined, functions and symbols are
/// left out (null in a list), as JSON does. Getters and proxies may run the script's code.
/// Thread safety: the engine's thread, inside the script's realm.
class FromScript final {
  public:
    FromScript(JSContext* context, Writer& out)
        : context_(context), out_(out), begin_(out.size()) {}

    /// False if a limit was exceeded (problem() says which) or with a pending exception.
    bool write(JS::HandleValue value, std::size_t depth = 0);
    const std::string& problem() const { return problem_; }

  private:
    bool writeNumber(double number);
    bool writeText(JS::HandleString text);  // without a tag, as names are
    bool writeBigInt(JS::HandleValue value);
    bool writeObject(JS::HandleObject object, std::size_t depth);
    bool writeList(JS::HandleObject list, std::uint32_t length, std::size_t depth);
    bool writeFields(JS::HandleObject object, std::size_t depth);
    bool writePlain(JS::HandleObject object, bool isDate);  // a Date, new Number(1) and the like
    bool writeMember(JS::HandleObject object, JS::HandleId id, std::size_t depth, bool& isThere);
    bool fail(std::string problem);

    JSContext* context_;
    Writer& out_;
    std::size_t begin_;
    std::string problem_;
};

}  // namespace runnel::javascript
