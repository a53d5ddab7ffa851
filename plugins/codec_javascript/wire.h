// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runnel/values.h"

/// What broker and child say to each other: frames of a 32-bit length, a Frame number and a body,
/// integers little-endian as both run on one machine. Both ends come out of one build, so there is
/// no version. WIRE.md has the bodies.
namespace runnel::javascript {

enum class Frame : std::uint8_t { Hello = 1, Define, Forget, Check, Decode, Encode, Answer };

/// How a call ended. Slow, Hungry: its script was stopped; Suspended: it was not even called.
enum class Ending : std::uint8_t { Fine, Failed, Slow, Hungry, Suspended };

/// Which of a script's functions Frame::Decode calls.
enum class Decoder : std::uint8_t { Uplink, Downlink };

inline constexpr std::size_t kMaxFrame = 1024 * 1024;
inline constexpr std::size_t kMaxDepth = 16;           ///< of lists and objects in each other
inline constexpr std::size_t kMaxMembers = 1'000;      ///< of one list or object
inline constexpr std::size_t kMaxFields = 64 * 1024;   ///< bytes of one answer, as written here
inline constexpr std::size_t kMaxScript = 256 * 1024;  ///< bytes

enum class Tag : std::uint8_t { Null, False, True, Integer, Number, Text, List, Fields };

/// Appends to a buffer. Thread safety: none.
class Writer {
  public:
    explicit Writer(std::string& out) : out_(out) {}

    template <class T>
    void number(T value) {
        out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void tag(Tag tag) { number(tag); }
    void text(std::string_view text) {
        number(static_cast<std::uint32_t>(text.size()));
        out_.append(text);
    }
    void bytes(std::string_view bytes) { out_.append(bytes); }
    void value(const Value& value);
    void fields(const Fields& fields);  ///< a Value of Tag::Fields

    /// Begins a frame; returns what endFrame wants to know.
    std::size_t beginFrame(Frame frame);
    void endFrame(std::size_t begin);

    /// A 32-bit place to be filled in later.
    std::size_t hole() {
        number(std::uint32_t{});
        return out_.size() - sizeof(std::uint32_t);
    }
    void fill(std::size_t hole, std::uint32_t value) {
        out_.replace(hole, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
    }
    std::size_t size() const { return out_.size(); }
    bool has(std::size_t at, Tag tag) const { return out_[at] == static_cast<char>(tag); }
    void shrink(std::size_t size) { out_.resize(size); }

  private:
    std::string& out_;
};

/// Reads what a Writer wrote, and survives anything else: after a mistake isGood() is false and
/// every further value is empty. Thread safety: none.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
    T number() {
        T value{};
        const std::string_view bytes = take(sizeof value);
        if (isGood_) bytes.copy(reinterpret_cast<char*>(&value), sizeof value);
        return value;
    }
    std::string_view text() { return take(number<std::uint32_t>()); }
    Value value(std::size_t depth = 0);
    Fields fields();  ///< a Value, which has to be of Tag::Fields

    bool isGood() const { return isGood_; }
    bool isAtEnd() const { return rest_.empty(); }

  private:
    std::string_view take(std::size_t size);
    /// The number of members that follow; at least `each` bytes have to be there for every one.
    std::uint32_t count(std::size_t each);

    std::string_view rest_;
    bool isGood_ = true;
};

/// Cuts a stream of bytes into frames. Thread safety: none.
class FrameBuffer {
  public:
    struct Cut {
        Frame frame{};
        std::string_view body;  ///< valid until append()
    };
    void append(std::string_view bytes);
    /// The next complete frame. A frame that is longer than kMaxFrame makes isGood() false.
    std::optional<Cut> next();
    bool isGood() const { return isGood_; }

  private:
    std::string bytes_;
    std::size_t used_ = 0;
    bool isGood_ = true;
};

}  // namespace runnel::javascript
