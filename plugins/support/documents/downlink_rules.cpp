// SPDX-License-Identifier: Apache-2.0
#include "documents/downlink_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace runnel::documents {
namespace {

constexpr std::size_t kLargestPayload = 242;
constexpr std::size_t kLongestId = 64;
constexpr std::int64_t kLargestPosition = (std::int64_t{1} << 53) - 1;
constexpr std::int64_t kEndOfYear9999 = 253'402'300'799;  // catches milliseconds

enum Member : std::uint8_t { Type, DeviceEui, AppEui, Port, Data, Decoded, Id, ExpiresAt, Ack };
constexpr std::array<std::string_view, 9> kNames{"Type",   "DeviceEUI", "AppEUI",    "Port", "Data",
                                                 "Fields", "Id",        "ExpiresAt", "Ack"};
constexpr std::string_view kKnown =
    "Type, DeviceEUI, AppEUI, Port, Data, Fields, Id, ExpiresAt, Ack";

std::optional<Member> memberCalled(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (isSameName(kNames[i], name)) return static_cast<Member>(i);
    }
    return std::nullopt;
}

/// A value as the end of "…, found ".
struct Described {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const {
        if (!std::isfinite(number)) return "a number beyond 64 bits";
        std::array<char, 32> digits{};
        const auto [end, problem] =
            std::to_chars(digits.data(), digits.data() + digits.size(), number);
        return problem == std::errc{} ? std::string{digits.data(), end} : "a number";
    }
    std::string operator()(const std::string& text) const {
        return "the text \"" + excerpt(text) + "\"";
    }
    std::string operator()(const List&) const { return "an array"; }
    std::string operator()(const Fields&) const { return "an object"; }
};

}  // namespace

std::string found(const Value& value) {
    return ", found " + std::visit(Described{}, value.is);
}

namespace {

bool isNumber(const Value& value) {
    return std::holds_alternative<std::int64_t>(value.is) ||
           std::holds_alternative<double>(value.is);
}

/// 2.0 is the integer 2: JSON does not tell them apart.
std::optional<std::int64_t> wholeNumber(const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) return *whole;
    const auto* number = std::get_if<double>(&value.is);
    const bool isWhole = number != nullptr && std::isfinite(*number) &&
                         std::trunc(*number) == *number &&
                         std::abs(*number) <= static_cast<double>(kLargestPosition);
    return isWhole ? std::optional{static_cast<std::int64_t>(*number)} : std::nullopt;
}

bool isPrintable(char c) {
    return c >= 0x20 && c < 0x7F;
}

/// What is wrong with these digits, "" if nothing.
std::string hexProblem(std::string_view digits) {
    if (digits.empty()) return "must have 1 to 242 bytes, found none";
    if (digits.size() > 2 * kLargestPayload) {
        return "must have 1 to 242 bytes, found " + std::to_string((digits.size() + 1) / 2);
    }
    const auto bad = std::ranges::find_if(digits, [](char c) { return hexDigit(c) < 0; });
    if (bad != digits.end()) {
        return "must be hexadecimal digits, found '" + excerpt({&*bad, 1}) + "' as character " +
               std::to_string(bad - digits.begin() + 1);
    }
    if (digits.size() % 2 != 0) {
        return "must be two hexadecimal digits per byte, found an odd number, " +
               std::to_string(digits.size());
    }
    return {};
}

/// Reads one document's members; the first complaint stays.
class Reader final {
  public:
    explicit Reader(std::optional<Eui> address) : address_{address} {}

    void complain(std::string field, std::string reason) {
        if (!problem_) problem_ = Error{std::move(field), std::move(reason)};
    }

    void sortMembers(const Fields& members) {
        for (const Field& field : members) {
            const auto member = memberCalled(field.name);
            if (!member) {
                complain(field.name.empty() ? "\"\"" : excerpt(field.name),
                         "is not known; known are " + std::string{kKnown});
            } else if (values_[*member] != nullptr) {
                complain(std::string{kNames[*member]}, "must be there once, found it twice");
            } else {
                values_[*member] = &field.value;
            }
        }
    }

    Request request() {
        if (values_[Ack] != nullptr) return acknowledge();
        downlink_.isConfirmed = readType() == 5;
        readDevice();
        if (const Value* value = values_[AppEui]) downlink_.application = readEui(AppEui, *value);
        downlink_.port = static_cast<std::uint8_t>(readInteger(Port, 1, 223, defaultPort()));
        readPayload();
        readId();
        readExpiry();
        if (problem_) return rejection();
        return std::move(downlink_);
    }

    /// After a complaint: with Id and device, as far as they can be read.
    Request rejectionOfWhole() {
        readDevice();
        readId();
        return rejection();
    }

  private:
    void complain(Member member, std::string reason) {
        complain(std::string{kNames[member]}, std::move(reason));
    }

    Request rejection() { return Receipt{std::move(downlink_.id), device_, std::move(problem_)}; }

    Request acknowledge() {
        const bool isAlone =
            std::ranges::count(values_, nullptr) == static_cast<std::ptrdiff_t>(values_.size() - 1);
        if (!isAlone) complain(Ack, "must be the only member");
        const std::int64_t upTo = readInteger(Ack, 0, kLargestPosition, 0);
        if (problem_) return rejectionOfWhole();
        return Acknowledge{static_cast<Position>(upTo)};
    }

    std::int64_t readInteger(Member member, std::int64_t low, std::int64_t high,
                             std::int64_t fallback) {
        const Value* value = values_[member];
        if (value == nullptr) return fallback;
        const auto number = wholeNumber(*value);
        if (number && *number >= low && *number <= high) return *number;
        const std::string range = std::to_string(low) + " to " + std::to_string(high);
        const std::string expected = isNumber(*value) ? range : "a number from " + range;
        complain(member, "must be " + expected + found(*value));
        return fallback;
    }

    /// 0 leaves it to the codec.
    std::int64_t defaultPort() const { return values_[Decoded] != nullptr ? 0 : 1; }

    std::int64_t readType() {
        const Value* value = values_[Type];
        if (value == nullptr) return 3;
        const auto number = wholeNumber(*value);
        if (number != 3 && number != 5) {
            complain(Type, "must be 3 (unconfirmed) or 5 (confirmed)" + found(*value));
        }
        return number.value_or(3);
    }

    std::optional<Eui> readEui(Member member, const Value& value) {
        const auto* digits = std::get_if<std::string>(&value.is);
        const auto eui = digits != nullptr ? parseEui(*digits) : std::nullopt;
        if (!eui) complain(member, "must be a text of 16 hexadecimal digits" + found(value));
        return eui;
    }

    void readDevice() {
        const Value* value = values_[DeviceEui];
        device_ = value != nullptr ? readEui(DeviceEui, *value) : address_;
        if (value == nullptr && !address_) complain(DeviceEui, "is missing");
        if (device_ && address_ && device_ != address_) {
            complain(DeviceEui, "must be " + text(*address_) +
                                    ", the device of its address or its stream, found " +
                                    text(*device_));
        }
        if (device_) downlink_.device = *device_;
    }

    void readPayload() {
        const Value* data = values_[Data];
        const Value* decoded = values_[Decoded];
        if (data != nullptr) readData(*data);
        if (decoded != nullptr) readFields(*decoded);
        if (data == nullptr && decoded == nullptr) complain(Data, "is missing");
        if (data != nullptr && decoded != nullptr) complain(Decoded, "must not be there with Data");
    }

    void readData(const Value& value) {
        const auto* digits = std::get_if<std::string>(&value.is);
        if (digits == nullptr) {
            complain(Data, "must be a text of hexadecimal digits" + found(value));
            return;
        }
        std::string problem = hexProblem(*digits);
        if (!problem.empty()) {
            complain(Data, std::move(problem));
        } else if (auto bytes = parseHex(*digits)) {
            downlink_.payload = std::move(*bytes);
        }
    }

    void readFields(const Value& value) {
        const auto* fields = std::get_if<Fields>(&value.is);
        if (fields == nullptr) {
            complain(Decoded, "must be an object" + found(value));
        } else {
            downlink_.fields = *fields;
        }
    }

    void readId() {
        const Value* value = values_[Id];
        if (value == nullptr) return;
        const auto* id = std::get_if<std::string>(&value->is);
        if (id == nullptr) {
            complain(Id, "must be a text" + found(*value));
        } else if (id->empty() || id->size() > kLongestId) {
            complain(Id, "must have 1 to 64 characters, found " + std::to_string(id->size()));
        } else if (!std::ranges::all_of(*id, isPrintable)) {
            complain(Id, "must be printable ASCII" + found(*value));
        } else {
            downlink_.id = *id;
        }
    }

    void readExpiry() {
        const Value* value = values_[ExpiresAt];
        if (value == nullptr) return;
        const auto seconds = wholeNumber(*value);
        if (!seconds || *seconds < 0 || *seconds > kEndOfYear9999) {
            complain(ExpiresAt, "must be whole Unix seconds, at most 253402300799" + found(*value));
            return;
        }
        downlink_.expires = Instant{std::chrono::seconds{*seconds}};
    }

    std::optional<Eui> address_;
    std::array<const Value*, kNames.size()> values_{};
    Downlink downlink_;
    std::optional<Eui> device_;
    std::optional<Error> problem_;
};

}  // namespace

Request readRequest(const Parsed& parsed, std::string_view expected, std::optional<Eui> address) {
    Reader reader{address};
    if (parsed.problem) {
        const auto member = memberCalled(parsed.problem->field);
        reader.complain(member ? std::string{kNames[*member]} : parsed.problem->field,
                        parsed.problem->reason);
    }
    const auto* members = std::get_if<Fields>(&parsed.root.is);
    if (members == nullptr) {
        reader.complain("", "must be " + std::string{expected} + found(parsed.root));
        return reader.rejectionOfWhole();
    }
    reader.sortMembers(*members);
    return parsed.problem ? reader.rejectionOfWhole() : reader.request();
}

}  // namespace runnel::documents
