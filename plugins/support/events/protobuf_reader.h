// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "runnel/values.h"

namespace runnel::events {

/// Walks over the fields of one protobuf message from outside. After next() exactly one getter or
/// skip() is called. What is there and wrong (another wire type, a value that cannot be) gives the
/// type's zero and is remembered: the first complaint of a document counts, and names the field by
/// its path, in JSON's spelling ("rxInfo[0].gatewayId").
///
/// Bytes that are no protobuf at all throw protozero::exception from next(), skip() and the
/// getters; catch it once, where the document is read.
/// Thread safety: one document, one thread.
class ProtobufReader final {
  public:
    using Complaint = std::optional<Error>;

    /// `bytes` and `complaint` outlive the reader and the readers of the messages inside.
    ProtobufReader(std::string_view bytes, Complaint& complaint)
        : pbf_(bytes.data(), bytes.size()), complaint_(complaint) {}

    bool next() { return pbf_.next(); }
    std::uint32_t field() const { return pbf_.tag(); }
    void skip() { pbf_.skip(); }

    /// An unsigned whole number of at most `most`.
    std::uint32_t integer(std::string_view name, std::uint32_t most);
    std::int32_t signedInteger(std::string_view name);
    bool boolean(std::string_view name);
    /// Not a number becomes 0.
    float real(std::string_view name);
    double wideReal(std::string_view name);
    std::string_view bytes(std::string_view name);
    /// Complains about what is not UTF-8.
    std::string text(std::string_view name);
    std::optional<Eui> eui(std::string_view name);
    /// google.protobuf.Timestamp, of 1970 or later, cut to milliseconds.
    std::optional<Instant> time(std::string_view name);
    /// A message inside, the one at `index` of its list. This reader outlives it and is not used
    /// before it is read.
    ProtobufReader message(std::string_view name, int index = -1);

    void complain(std::string_view name, const std::string& reason) const;

  private:
    ProtobufReader(protozero::pbf_reader pbf, const ProtobufReader& parent, std::string_view name,
                   int index)
        : pbf_(pbf), complaint_(parent.complaint_), parent_(&parent), name_(name), index_(index) {}
    bool isA(protozero::pbf_wire_type type, std::string_view name);
    std::string path() const;

    protozero::pbf_reader pbf_;
    Complaint& complaint_;
    const ProtobufReader* parent_ = nullptr;
    std::string_view name_;
    int index_ = -1;
};

/// Calls `entry(key, value)` for one entry of a map<string, string>.
template <class Entry>
void readMapEntry(ProtobufReader reader, Entry entry) {
    std::string key;
    std::string value;
    while (reader.next()) {
        if (reader.field() == 1) {
            key = reader.text("key");
        } else if (reader.field() == 2) {
            value = reader.text("value");
        } else {
            reader.skip();
        }
    }
    entry(key, std::move(value));
}

}  // namespace runnel::events
