// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The small values that cross between broker and plugin. Thread safety: plain values.
/// ABI: every struct of the SDK is frozen within one kAbiMajor (plugin.h).
namespace runnel {

/// A 64-bit identifier of LoRaWAN (device EUI, application EUI = JoinEUI, gateway EUI).
/// 0 is a legal EUI, many devices join with it; "absent" is std::nullopt.
struct Eui {
    std::uint64_t value{};
    auto operator<=>(const Eui&) const = default;
};

using Bytes = std::vector<std::uint8_t>;

/// Number of a message in the journal. Only grows, stays below 2^53 so that JavaScript keeps it
/// exact.
using Position = std::uint64_t;

/// Chosen by the caller of an asynchronous call and handed back once with its result. 0 = none.
using Ticket = std::uint64_t;

/// UTC, milliseconds since the Unix epoch.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// What is wrong and where: `field` is the name as the other side wrote it ("" = the whole input),
/// `reason` completes the sentence "<field> …", such as "must be 1 to 223, found 0".
struct Error {
    std::string field;
    std::string reason;
};

struct Done {};

/// A value or the reason why there is none. Never throws by itself; reading the wrong side is
/// undefined.
template <class T, class E = Error>
class [[nodiscard]] Result {
  public:
    Result(T value) : is_(std::in_place_index<0>, std::move(value)) {}
    Result(E error) : is_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return is_.index() == 0; }
    T& operator*() { return *std::get_if<0>(&is_); }
    const T& operator*() const { return *std::get_if<0>(&is_); }
    T* operator->() { return std::get_if<0>(&is_); }
    const T* operator->() const { return std::get_if<0>(&is_); }
    const E& error() const { return *std::get_if<1>(&is_); }

  private:
    std::variant<T, E> is_;
};
using Status = Result<Done>;

/// A document without a schema: options of a plugin, decoded payload fields. Order is kept.
struct Value;
struct Field;
using List = std::vector<Value>;
using Fields = std::vector<Field>;
struct Value {
    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Fields> is;
};
struct Field {
    std::string name;
    Value value;
};

/// The value called `name`, or null. Linear: option tables are short.
inline const Value* find(const Fields& fields, std::string_view name) {
    for (const Field& field : fields) {
        if (field.name == name) return &field.value;
    }
    return nullptr;
}

/// The value called `name` if it is there and of type T, else `fallback`.
template <class T>
T valueOr(const Fields& fields, std::string_view name, T fallback) {
    const Value* value = find(fields, name);
    const T* typed = value ? std::get_if<T>(&value->is) : nullptr;
    return typed ? *typed : std::move(fallback);
}

/// Appends two upper-case hexadecimal digits per byte.
inline void appendHex(std::string& out, const std::uint8_t* bytes, std::size_t size) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::size_t at = out.size();
    out.resize(at + 2 * size);
    for (std::size_t i = 0; i < size; ++i) {
        out[at++] = kDigits[bytes[i] >> 4];
        out[at++] = kDigits[bytes[i] & 15];
    }
}

/// 0 to 15, or -1 if `c` is no hexadecimal digit.
constexpr int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The bytes that `text` spells, or nullopt: odd length, or a character that is no hexadecimal
/// digit.
inline std::optional<Bytes> parseHex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hexDigit(text[i]);
        const int low = hexDigit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return bytes;
}

/// Sixteen hexadecimal digits of any case; one `-` or `:` between bytes is accepted, all alike or
/// none.
inline std::optional<Eui> parseEui(std::string_view text) {
    const char separator = text.size() == 23 ? text[2] : '\0';
    if (text.size() != 16 && separator != '-' && separator != ':') return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (separator != '\0' && i % 3 == 2) {
            if (text[i] != separator) return std::nullopt;
            continue;
        }
        const int digit = hexDigit(text[i]);
        if (digit < 0) return std::nullopt;
        value = value << 4 | static_cast<std::uint64_t>(digit);
    }
    return Eui{value};
}

/// Sixteen upper-case hexadecimal digits, no separators: runnel's way to write an EUI.
inline std::string text(Eui eui) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(eui.value >> (56 - 8 * i));
    }
    std::string out;
    appendHex(out, bytes.data(), bytes.size());
    return out;
}

}  // namespace runnel
