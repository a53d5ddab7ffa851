// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Object.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runnel/values.h"

namespace runnel::events {

/// Parses one JSON object from outside: at most 64 levels deep, valid UTF-8.
Result<Poco::JSON::Object::Ptr> parseObject(std::string_view document);

/// Reads one JSON object member by member. What is absent (or null) gives the type's zero; what is
/// there and wrong gives it too, and is remembered: the first complaint of a document counts, and
/// names the member by its path ("rxInfo[0].gatewayId").
/// Thread safety: one document, one thread.
class JsonReader final {
  public:
    enum class Keys : std::uint8_t { Exact, AnyCase };
    using Complaint = std::optional<Error>;

    /// `object` may be null: a reader of an absent object. `complaint` must outlive the reader.
    JsonReader(Poco::JSON::Object::Ptr object, Complaint& complaint, Keys keys = Keys::Exact);

    bool has(std::string_view name) const;
    std::string text(std::string_view name) const;
    bool boolean(std::string_view name) const;
    /// A whole number of `least` to `most`.
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most) const;
    /// Any number, as a number or as a text (protobuf's JSON writes 64-bit integers as texts),
    /// brought into the range: for radio figures, which never cause a refusal.
    double figure(std::string_view name, double least, double most) const;
    /// A frequency in whole hertz, given in units of `unitHz`; 0 when it is absent or impossible.
    std::uint32_t hertz(std::string_view name, double unitHz = 1) const;
    std::optional<Eui> eui(std::string_view name) const;
    /// Complains when there is none.
    Eui requiredEui(std::string_view name) const;
    std::optional<Instant> time(std::string_view name) const;
    Bytes base64(std::string_view name) const;
    Bytes hex(std::string_view name) const;
    JsonReader object(std::string_view name) const;
    std::vector<JsonReader> objects(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;
    /// The member as a field of the same name with a plain value; null when it is absent or not a
    /// text, number or boolean.
    std::optional<Field> scalar(std::string_view name) const;

    void complain(std::string_view name, std::string reason) const;

  private:
    JsonReader(Poco::JSON::Object::Ptr object, const JsonReader& parent, std::string path);
    Poco::Dynamic::Var get(std::string_view name) const;
    std::string path(std::string_view name) const;
    void expected(std::string_view name, const std::string& what,
                  const Poco::Dynamic::Var& found) const;

    Poco::JSON::Object::Ptr object_;
    Complaint& complaint_;
    std::string path_;  ///< "" or "rxInfo[0]."
    Keys keys_;
};

}  // namespace runnel::events
