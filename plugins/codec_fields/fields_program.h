// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layout.h"
#include "runnel/codec.h"

namespace runnel::fields {

/// The layouts of one device template; README.md is the reference. Thread safety: const once
/// loaded.
class FieldsProgram final {
  public:
    /// Error::field is a path such as "uplink[2].type".
    static Result<FieldsProgram> load(const Fields& parameters);

    CodecAnswer decode(const CodecJob& job) const;
    CodecAnswer encode(const CodecJob& job) const;

  private:
    Layouts uplink_;
    Layouts downlink_;
    std::uint8_t port_ = 1;
};

}  // namespace runnel::fields
