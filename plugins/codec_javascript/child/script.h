// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <js/RootingAPI.h>
#include <js/TypeDecls.h>

#include <optional>
#include <string>
#include <string_view>

#include "wire.h"

namespace runnel::javascript {

/// What a decoder is given.
struct Uplink {
    std::uint8_t port{};
    std::int64_t time{};  ///< ms since 1970
    std::string_view payload;
};

/// One template's script in a global object of its own: what it leaves there, or does to the
/// built-in objects, nobody else sees. The functions are TS013's (decodeUplink, decodeDownlink,
/// encodeDownlink) or, if these are missing, the older Decode and Encode (ChirpStack v3) or Decoder
/// and Encoder (The Things Network v2). The caller keeps the time. Thread safety: the engine's
/// thread.
class Script final {
  public:
    Script(JSContext* context, Decoder decoder);

    /// Compiles, runs the top level, looks for the functions. Once, before everything else.
    std::optional<Error> load(std::string_view source);

    /// Writes the rest of an Answer that is Fine; what was written counts only without an error.
    std::optional<Error> decode(const Uplink& uplink, const Fields& variables, Writer& out);
    std::optional<Error> encode(const Fields& data, std::uint8_t port, const Fields& variables,
                                Writer& out);

  private:
    std::optional<Error> evaluate(std::string_view source, JS::MutableHandleValue result);
    std::optional<Error> look();
    std::optional<Error> fill(JS::HandleObject input, const Uplink& uplink);
    std::optional<Error> call(JS::HandleObject function, JS::HandleObject input,
                              JS::MutableHandleObject result);
    const char* decoderName() const;

    JSContext* context_;
    Decoder decoder_;
    JS::PersistentRootedObject global_;
    JS::PersistentRootedObject decode_;
    JS::PersistentRootedObject encode_;
};

}  // namespace runnel::javascript
