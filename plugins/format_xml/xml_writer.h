// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "documents/json_text.h"
#include "runnel/values.h"

namespace runnel::xml {

/// Writes one document, member by member, with the methods of documents::ObjectWriter. Names are
/// trusted: names of elements. Thread safety: one thread.
class ElementWriter final {
  public:
    ElementWriter(std::string_view root, std::size_t expectedSize, documents::EuiStyle style);

    void text(std::string_view name, std::string_view value);
    void eui(std::string_view name, Eui value);
    void hex(std::string_view name, const Bytes& bytes);
    void flag(std::string_view name, bool value);
    template <class Number>
    void number(std::string_view name, Number value) {
        open(name);
        documents::appendNumber(out_, value);
        close(name);
    }
    void megahertz(std::string_view name, std::uint32_t frequencyHz);
    void fields(std::string_view name, const Fields& value);

    std::string finish() &&;

  private:
    void open(std::string_view name);
    void close(std::string_view name);

    std::string out_;
    std::string_view root_;
    documents::EuiStyle style_;
};

}  // namespace runnel::xml
