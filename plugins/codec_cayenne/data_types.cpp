// SPDX-License-Identifier: Apache-2.0
#include "data_types.h"

#include <algorithm>

namespace runnel::cayenne {
namespace {

constexpr Part kByte[]{{"", 1, false, 1}};
constexpr Part kHalf[]{{"", 1, false, 2}};
constexpr Part kUnsigned2[]{{"", 2, false, 1}};
constexpr Part kUnsigned2By10[]{{"", 2, false, 10}};
constexpr Part kUnsigned2By100[]{{"", 2, false, 100}};
constexpr Part kUnsigned2By1000[]{{"", 2, false, 1000}};
constexpr Part kSigned2[]{{"", 2, true, 1}};
constexpr Part kSigned2By10[]{{"", 2, true, 10}};
constexpr Part kSigned2By100[]{{"", 2, true, 100}};
constexpr Part kUnsigned4[]{{"", 4, false, 1}};
constexpr Part kUnsigned4By1000[]{{"", 4, false, 1000}};
constexpr Part kAcceleration[]{{"x", 2, true, 1000}, {"y", 2, true, 1000}, {"z", 2, true, 1000}};
constexpr Part kRotation[]{{"x", 2, true, 100}, {"y", 2, true, 100}, {"z", 2, true, 100}};
constexpr Part kColour[]{{"red", 1, false, 1}, {"green", 1, false, 1}, {"blue", 1, false, 1}};
constexpr Part kPlace[]{
    {"latitude", 3, true, 10'000}, {"longitude", 3, true, 10'000}, {"altitude", 3, true, 100}};
constexpr Part kPrecisePlace[]{{"latitude", 4, true, 1'000'000},
                               {"longitude", 4, true, 1'000'000},
                               {"altitude", 3, true, 100}};

constexpr DataType kTypes[]{
    {0, "digital_in", kByte},
    {1, "digital_out", kByte},
    {2, "analog_in", kSigned2By100},
    {3, "analog_out", kSigned2By100},
    {100, "generic", kUnsigned4},
    {101, "luminosity", kUnsigned2},
    {102, "presence", kByte},
    {103, "temperature", kSigned2By10},
    {104, "relative_humidity", kHalf},
    {113, "accelerometer", kAcceleration},
    {115, "barometric_pressure", kUnsigned2By10},
    {116, "voltage", kUnsigned2By100},
    {117, "current", kUnsigned2By1000},
    {118, "frequency", kUnsigned4},
    {120, "percentage", kByte},
    {121, "altitude", kSigned2},
    {125, "concentration", kUnsigned2},
    {128, "power", kUnsigned2},
    {130, "distance", kUnsigned4By1000},
    {131, "energy", kUnsigned4By1000},
    {132, "direction", kUnsigned2},
    {133, "unixtime", kUnsigned4},
    {134, "gyrometer", kRotation},
    {135, "colour", kColour},
    {136, "gps", kPlace},
    {137, "gps_precise", kPrecisePlace},
    {142, "switch", kByte},
};

template <class Text>
std::string joined(Text text) {
    std::string out;
    for (const DataType& type : kTypes) {
        if (!out.empty()) out += ", ";
        out += text(type);
    }
    return out;
}

}  // namespace

std::size_t DataType::size() const {
    std::size_t bytes = 0;
    for (const Part& part : parts) bytes += part.bytes;
    return bytes;
}

const DataType* typeNumbered(std::uint8_t number) {
    const auto* const found = std::lower_bound(
        std::begin(kTypes), std::end(kTypes), number,
        [](const DataType& type, std::uint8_t wanted) { return type.number < wanted; });
    return found != std::end(kTypes) && found->number == number ? found : nullptr;
}

const DataType* typeNamed(std::string_view name) {
    const auto* const found =
        std::find_if(std::begin(kTypes), std::end(kTypes),
                     [name](const DataType& type) { return type.name == name; });
    return found != std::end(kTypes) ? found : nullptr;
}

std::string knownNumbers() {
    return joined([](const DataType& type) { return std::to_string(type.number); });
}

std::string knownNames() {
    return joined([](const DataType& type) { return std::string{type.name}; });
}

}  // namespace runnel::cayenne
