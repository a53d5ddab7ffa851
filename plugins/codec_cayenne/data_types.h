// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The data types of Cayenne LPP: a value is a channel byte, a type byte and the type's parts, most
/// significant byte first. Sizes, signs and steps of the first twelve (0 to 3, 101 to 104, 113,
/// 115, 134, 136): myDevices, "Cayenne Low Power Payload", github.com/myDevicesIoT/CayenneLPP;
/// their names: The Things Stack, pkg/messageprocessors/cayennelpp/keys.go. The others: the table
/// of github.com/ElectronicCats/CayenneLPP, decoders/decoder.js. 125, 135 and 137 (GPS in 11
/// bytes): RAKwireless' decoder for its standardized payload. The barometer is unsigned, as in both
/// tables; The Things Stack reads it as signed, which differs above 3276.7 hPa only. Thread safety:
/// constants and pure functions.
namespace runnel::cayenne {

/// One number: (raw value) / divisor.
struct Part {
    std::string_view name;  ///< "" if the type has this part only
    std::uint8_t bytes{};   ///< 1 to 4
    bool isSigned{};
    std::int32_t divisor = 1;

    std::int64_t least() const { return isSigned ? -(std::int64_t{1} << (8 * bytes - 1)) : 0; }
    std::int64_t greatest() const { return (std::int64_t{1} << (8 * bytes - isSigned)) - 1; }
};

struct DataType {
    std::uint8_t number{};
    std::string_view name;
    std::span<const Part> parts;

    std::size_t size() const;  ///< bytes of the value, without channel and type
    bool isObject() const { return !parts.front().name.empty(); }
};

/// Null if there is none.
const DataType* typeNumbered(std::uint8_t number);
const DataType* typeNamed(std::string_view name);

/// For complaints: "0, 1, 2, …" and "digital_in, …".
std::string knownNumbers();
std::string knownNames();

}  // namespace runnel::cayenne
