// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "json_pointer.h"
#include "runnel/document.h"

namespace runnel::templates {

/// How an application writes a payload.
enum class Encoding : std::uint8_t { Hex, Base64, Text };

/// Where one value comes from: a place in the document, a constant or, for an object, its members.
struct ValueSource {
    struct Member;
    std::variant<JsonPointer, Value, std::vector<Member>> is;
    Encoding encoding{};
};
struct ValueSource::Member {
    std::string name;
    ValueSource source;
};

/// Where an application's own JSON documents hold a downlink's members: the option `downlink`.
/// README.md has its keys. Thread safety: const, any number of threads.
class DownlinkMap final {
  public:
    /// An error's field is the path of the wrong entry, such as "downlink.data.encoding".
    static Result<DownlinkMap> read(const Fields& tree);

    /// What the document asks for, by the rules of plugins/support/documents. A rejection's field
    /// is the pointer where the application's document holds it.
    Request request(const DecodeInput& input) const;

  private:
    struct Entry {
        std::string_view key;     ///< as in the option
        std::string_view member;  ///< as in the stream's own documents
        ValueSource source;
    };
    /// How the application knows it.
    static std::string placeOf(const Entry& entry);

    std::vector<Entry> entries_;
};

}  // namespace runnel::templates
