// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data_types.h"
#include "runnel/codec.h"

namespace runnel::cayenne {

/// What one device template makes of Cayenne LPP payloads; README.md is the reference.
/// Thread safety: const once loaded.
class CayenneProgram final {
  public:
    /// A name is used once, and a key is `<type>_<channel>`; Error::field is `names.<key>`.
    static Result<CayenneProgram> load(const Fields& parameters);

    /// Errors name the byte of the payload, counted from 0. If a field comes twice, the later value
    /// stays, with a warning.
    CodecAnswer decode(const CodecJob& job) const;
    /// Values in the order of the fields; at most 242 bytes.
    CodecAnswer encode(const CodecJob& job) const;

  private:
    struct Name {
        const DataType* type{};
        std::uint8_t channel{};
        std::string text;  ///< instead of <type>_<channel>
    };

    std::string nameOf(const DataType& type, std::uint8_t channel) const;
    /// A type of null: no field has this name.
    Name named(std::string_view field) const;
    static Name parse(std::string_view field);

    std::uint8_t port_ = 1;
    std::vector<Name> names_;
};

}  // namespace runnel::cayenne
