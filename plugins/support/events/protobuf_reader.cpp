// SPDX-License-Identifier: Apache-2.0
#include "events/protobuf_reader.h"

#include <Poco/UTF8Encoding.h>

#include <cmath>

namespace runnel::events {

namespace {

using protozero::pbf_wire_type;

constexpr std::int64_t kYear10000 = 253'402'300'800;
constexpr std::int32_t kNanosPerMilli = 1'000'000;

std::string_view describe(pbf_wire_type type) {
    switch (type) {
        case pbf_wire_type::varint:
            return "a whole number";
        case pbf_wire_type::fixed64:
            return "8 bytes";
        case pbf_wire_type::length_delimited:
            return "a text, bytes or a message";
        case pbf_wire_type::fixed32:
            return "4 bytes";
        default:
            return "nothing known";
    }
}

bool isUtf8(std::string_view text) {
    const Poco::UTF8Encoding encoding;
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    const unsigned char* const end = at + text.size();
    while (at < end) {
        // A first byte that cannot be one gives -1, and so do sequences that are too long, stand
        // for surrogates or are incomplete.
        const int size = *at < 0x80 ? 1 : encoding.sequenceLength(at, 1);
        if (size < 1 || size > end - at || !Poco::UTF8Encoding::isLegal(at, size)) return false;
        at += size;
    }
    return true;
}

template <class Real>
Real orZero(Real number) {
    return std::isfinite(number) ? number : Real{};
}

}  // namespace

std::uint32_t ProtobufReader::integer(std::string_view name, std::uint32_t most) {
    if (!isA(pbf_wire_type::varint, name)) return 0;
    const std::uint64_t number = pbf_.get_uint64();
    if (number <= most) return static_cast<std::uint32_t>(number);
    complain(name, "must be a whole number of 0 to " + std::to_string(most) + ", found " +
                       std::to_string(number));
    return 0;
}

std::int32_t ProtobufReader::signedInteger(std::string_view name) {
    return isA(pbf_wire_type::varint, name) ? pbf_.get_int32() : 0;
}

bool ProtobufReader::boolean(std::string_view name) {
    return isA(pbf_wire_type::varint, name) && pbf_.get_uint64() != 0;
}

float ProtobufReader::real(std::string_view name) {
    return isA(pbf_wire_type::fixed32, name) ? orZero(pbf_.get_float()) : 0;
}

double ProtobufReader::wideReal(std::string_view name) {
    return isA(pbf_wire_type::fixed64, name) ? orZero(pbf_.get_double()) : 0;
}

std::string_view ProtobufReader::bytes(std::string_view name) {
    if (!isA(pbf_wire_type::length_delimited, name)) return {};
    const protozero::data_view view = pbf_.get_view();
    return {view.data(), view.size()};
}

std::string ProtobufReader::text(std::string_view name) {
    const std::string_view text = bytes(name);
    if (isUtf8(text)) return std::string(text);
    complain(name, "must be a text in UTF-8");
    return {};
}

std::optional<Eui> ProtobufReader::eui(std::string_view name) {
    const std::string found = text(name);
    const std::optional<Eui> eui = parseEui(found);
    if (eui || found.empty()) return eui;
    complain(name, "must be an EUI of 16 hexadecimal digits, found \"" +
                       (found.size() > 40 ? "a long text" : found) + '"');
    return std::nullopt;
}

std::optional<Instant> ProtobufReader::time(std::string_view name) {
    ProtobufReader time = message(name);
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    while (time.next()) {
        if (time.field() == 1 && time.isA(pbf_wire_type::varint, "seconds")) {
            seconds = time.pbf_.get_int64();
        } else if (time.field() == 2) {
            nanos = time.signedInteger("nanos");
        } else if (time.field() > 2) {
            time.skip();
        }
    }
    if (seconds >= 0 && seconds < kYear10000 && nanos >= 0 && nanos < 1000 * kNanosPerMilli) {
        return Instant(std::chrono::seconds(seconds) +
                       std::chrono::milliseconds(nanos / kNanosPerMilli));
    }
    complain(name, "must be a time of 1970 to 9999, found " + std::to_string(seconds) +
                       " seconds and " + std::to_string(nanos) + " nanoseconds");
    return std::nullopt;
}

ProtobufReader ProtobufReader::message(std::string_view name, int index) {
    const std::string_view view = bytes(name);
    return {protozero::pbf_reader(view.data(), view.size()), *this, name, index};
}

void ProtobufReader::complain(std::string_view name, const std::string& reason) const {
    if (!complaint_) complaint_ = Error{path() + std::string(name), reason};
}

/// False: the value has been skipped.
bool ProtobufReader::isA(pbf_wire_type type, std::string_view name) {
    if (pbf_.wire_type() == type) return true;
    complain(name, "must be written as " + std::string(describe(type)) + ", found " +
                       std::string(describe(pbf_.wire_type())));
    pbf_.skip();
    return false;
}

std::string ProtobufReader::path() const {
    if (!parent_) return {};
    std::string path = parent_->path() + std::string(name_);
    if (index_ >= 0) path += '[' + std::to_string(index_) + ']';
    return path + '.';
}

}  // namespace runnel::events
