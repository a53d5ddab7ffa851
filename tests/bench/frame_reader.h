// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace runnel::bench {

enum class FrameKind : std::uint8_t { Text = 1, Close = 8, Ping = 9, Pong = 10 };

/// Cuts what a server sends into frames (RFC 6455 §5.2): unmasked and never fragmented.
/// Thread safety: none.
class FrameReader final {
  public:
    struct Frame {
        FrameKind kind;
        std::string_view payload;
    };
    class Events {
      public:
        /// The payload is valid until the call returns.
        virtual void frame(const Frame& frame) = 0;

      protected:
        ~Events() = default;
    };

    /// False when the server sent what it must not: nothing more can be read then.
    [[nodiscard]] bool feed(std::string_view bytes, Events& events);

  private:
    static bool readAll(std::string_view& bytes, Events& events);

    std::string incomplete_;  // a frame's first bytes
};

}  // namespace runnel::bench
