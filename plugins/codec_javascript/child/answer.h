// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <js/TypeDecls.h>

#include <optional>
#include <string>
#include <vector>

#include "wire.h"

namespace runnel::javascript {

/// Judges what a function of TS013's form returned and writes the rest of Frame::Answer: `errors`
/// fail the call, `warnings` go along with `data` or `bytes`. Thread safety: the engine's thread,
/// inside the script's realm.
class Answer final {
  public:
    Answer(JSContext* context, const char* function, Writer& out)
        : context_(context), function_(function), out_(out) {}

    std::optional<Error> writeFields(JS::HandleObject result);
    /// `port` is used if the script names none.
    std::optional<Error> writeBytes(JS::HandleObject result, std::uint8_t port);

  private:
    std::optional<Error> member(JS::HandleObject result, const char* name,
                                JS::MutableHandleValue value);
    std::optional<Error> texts(JS::HandleObject result, const char* name,
                               std::vector<std::string>& texts);
    std::optional<Error> refusal(JS::HandleObject result);
    std::optional<Error> readPort(JS::HandleObject result, std::uint8_t& port);
    std::optional<Error> readLength(JS::HandleObject list, std::uint32_t& length);
    std::optional<Error> readBytes(JS::HandleObject result, std::string& bytes);
    std::optional<Error> writeWarnings(JS::HandleObject result);
    Error fail(std::string reason) const { return {function_, std::move(reason)}; }

    JSContext* context_;
    const char* function_;
    Writer& out_;
};

}  // namespace runnel::javascript
