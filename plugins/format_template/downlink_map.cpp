// SPDX-License-Identifier: Apache-2.0
#include "downlink_map.h"

#include <algorithm>
#include <array>
#include <utility>

#include "documents/downlink_rules.h"
#include "documents/json_reader.h"
#include "events/base64.h"
#include "events/rfc3339.h"

namespace runnel::templates {
namespace {

constexpr int kDeepestMapping = 8;

struct Key {
    std::string_view key;
    std::string_view member;
};
constexpr std::array kKeys{Key{"device", "DeviceEUI"},
                           Key{"application", "AppEUI"},
                           Key{"port", "Port"},
                           Key{"data", "Data"},
                           Key{"fields", "Fields"},
                           Key{"confirmed", "Type"},
                           Key{"id", "Id"},
                           Key{"expires", "ExpiresAt"},
                           Key{"acknowledge", "Ack"}};
constexpr std::string_view kKnownKeys =
    "device, application, port, data, fields, confirmed, id, expires, acknowledge";

/// Reads the option's tree; `path` names the entry in errors.
Result<ValueSource> readPointer(const std::string& text, const std::string& path) {
    auto pointer = JsonPointer::parse(text);
    if (!pointer) return Error{path, pointer.error().reason};
    return ValueSource{.is = std::move(*pointer)};
}

Error expectedSource(const Value& value, const std::string& path) {
    return {path, "must be a JSON pointer or {const: VALUE}" + documents::found(value)};
}

const Value* constantIn(const Fields& fields) {
    return fields.size() == 1 && fields.front().name == "const" ? &fields.front().value : nullptr;
}

Result<ValueSource> readPlain(const Value& value, const std::string& path) {
    if (const auto* text = std::get_if<std::string>(&value.is)) return readPointer(*text, path);
    const auto* fields = std::get_if<Fields>(&value.is);
    const Value* constant = fields != nullptr ? constantIn(*fields) : nullptr;
    if (constant == nullptr) return expectedSource(value, path);
    return ValueSource{.is = *constant};
}

Result<Encoding> readEncoding(const Value& value, const std::string& path) {
    const auto* name = std::get_if<std::string>(&value.is);
    if (name != nullptr && *name == "hex") return Encoding::Hex;
    if (name != nullptr && *name == "base64") return Encoding::Base64;
    if (name != nullptr && *name == "text") return Encoding::Text;
    return Error{path, "must be hex, base64 or text" + documents::found(value)};
}

/// `{pointer: /payload, encoding: base64}`, or plain for hexadecimal digits.
Result<ValueSource> readData(const Value& value, const std::string& path) {
    const auto* fields = std::get_if<Fields>(&value.is);
    if (fields == nullptr || constantIn(*fields) != nullptr) return readPlain(value, path);
    Encoding encoding{};
    for (const Field& field : *fields) {
        const std::string place = path + "." + field.name;
        if (field.name == "encoding") {
            const auto read = readEncoding(field.value, place);
            if (!read) return read.error();
            encoding = *read;
        } else if (field.name != "pointer") {
            return Error{place, "is not known; known are pointer, encoding"};
        }
    }
    const Value* pointer = find(*fields, "pointer");
    const auto* text = pointer != nullptr ? std::get_if<std::string>(&pointer->is) : nullptr;
    if (text == nullptr) return Error{path + ".pointer", "must be a JSON pointer"};
    auto source = readPointer(*text, path + ".pointer");
    if (source) source->encoding = encoding;
    return source;
}

Result<ValueSource> readMembers(const Value& value, const std::string& path, int depth) {
    const auto* fields = std::get_if<Fields>(&value.is);
    if (fields == nullptr || constantIn(*fields) != nullptr) return readPlain(value, path);
    if (depth == kDeepestMapping) return Error{path, "must be nested at most 8 deep"};
    std::vector<ValueSource::Member> members;
    for (const Field& field : *fields) {
        auto source = readMembers(field.value, path + "." + field.name, depth + 1);
        if (!source) return source;
        members.push_back({field.name, std::move(*source)});
    }
    return ValueSource{.is = std::move(members)};
}

Result<ValueSource> readSource(std::string_view key, const Value& value, const std::string& path) {
    if (key == "data") return readData(value, path);
    if (key == "fields") return readMembers(value, path, 0);
    return readPlain(value, path);
}

/// Makes the members of one document; the first complaint stays.
class Mapper final {
  public:
    explicit Mapper(const documents::Parsed& document)
        : document_{document.root}, problem_{document.problem} {}

    /// nullopt: the document has nothing there.
    std::optional<Value> valueOf(const ValueSource& source) {
        if (const auto* constant = std::get_if<Value>(&source.is)) return *constant;
        if (const auto* pointer = std::get_if<JsonPointer>(&source.is)) return valueAt(*pointer);
        Fields object;
        for (const auto& member : std::get<std::vector<ValueSource::Member>>(source.is)) {
            if (auto value = valueOf(member.source)) {
                object.push_back({member.name, std::move(*value)});
            }
        }
        return object.empty() ? std::nullopt : std::optional{Value{std::move(object)}};
    }

    void complain(std::string field, std::string reason) {
        if (!problem_) problem_ = Error{std::move(field), std::move(reason)};
    }
    const std::optional<Error>& problem() const { return problem_; }

  private:
    std::optional<Value> valueAt(const JsonPointer& pointer) {
        if (pointer.isAmbiguousIn(document_)) {
            complain(pointer.text(), "must be there once, found it twice");
        }
        const Value* value = pointer.in(document_);
        return value != nullptr ? std::optional{*value} : std::nullopt;
    }

    const Value& document_;
    std::optional<Error> problem_;
};

/// Bytes as the hexadecimal digits that the rules read; nullopt if the text is no such encoding.
std::optional<std::string> hexOf(const std::string& text, Encoding encoding) {
    Bytes bytes{text.begin(), text.end()};
    if (encoding == Encoding::Base64) {
        auto decoded = events::decodeBase64(text);
        if (!decoded) return std::nullopt;
        bytes = std::move(*decoded);
    }
    std::string hex;
    appendHex(hex, bytes.data(), bytes.size());
    return hex;
}

Value typeOf(const Value& value, const std::string& field, Mapper& mapper) {
    const auto* flag = std::get_if<bool>(&value.is);
    if (flag == nullptr) mapper.complain(field, "must be true or false" + documents::found(value));
    return {std::int64_t{flag != nullptr && *flag ? 5 : 3}};
}

Value expiryOf(Value value) {
    const auto* text = std::get_if<std::string>(&value.is);
    const auto when = text != nullptr ? events::parseRfc3339(*text) : std::nullopt;
    if (!when) return value;
    return {std::chrono::floor<std::chrono::seconds>(*when).time_since_epoch().count()};
}

Value dataOf(Value value, Encoding encoding, const std::string& field, Mapper& mapper) {
    const auto* text = std::get_if<std::string>(&value.is);
    auto hex = text != nullptr ? hexOf(*text, encoding) : std::nullopt;
    if (hex) return {std::move(*hex)};
    const bool isBase64 = encoding == Encoding::Base64;
    mapper.complain(field, (isBase64 ? "must be base64 with padding" : "must be a text") +
                               documents::found(value));
    return value;
}

/// The value as the stream's own documents have it; complains under `field`.
Value converted(std::string_view key, Encoding encoding, Value value, const std::string& field,
                Mapper& mapper) {
    if (key == "confirmed") return typeOf(value, field, mapper);
    if (key == "expires") return expiryOf(std::move(value));
    const bool isData = key == "data" && encoding != Encoding::Hex;
    return isData ? dataOf(std::move(value), encoding, field, mapper) : value;
}

}  // namespace

Result<DownlinkMap> DownlinkMap::read(const Fields& tree) {
    DownlinkMap map;
    for (const Field& field : tree) {
        const std::string path = "downlink." + field.name;
        const auto* known = std::ranges::find(kKeys, field.name, &Key::key);
        if (known == kKeys.end()) {
            return Error{"downlink." + documents::excerpt(field.name),
                         "is not known; known are " + std::string{kKnownKeys}};
        }
        auto source = readSource(known->key, field.value, path);
        if (!source) return source.error();
        map.entries_.push_back({known->key, known->member, std::move(*source)});
    }
    const auto isMapped = [&](std::string_view key) {
        return std::ranges::find(map.entries_, key, &Entry::key) != map.entries_.end();
    };
    if (!isMapped("data") && !isMapped("fields")) {
        return Error{"downlink", "must say where the payload is: data or fields is missing"};
    }
    return map;
}

Request DownlinkMap::request(const DecodeInput& input) const {
    const documents::Parsed document = documents::parseJson(input.document);
    Mapper mapper{document};
    Fields members;
    for (const Entry& entry : entries_) {
        auto value = mapper.valueOf(entry.source);
        if (!value) continue;
        Value member =
            converted(entry.key, entry.source.encoding, std::move(*value), placeOf(entry), mapper);
        if (entry.key == "acknowledge") members.clear();
        members.push_back({std::string{entry.member}, std::move(member)});
        if (entry.key == "acknowledge") break;
    }
    Request request =
        documents::readRequest({{std::move(members)}, mapper.problem()}, "an object", input.device);
    if (auto* receipt = std::get_if<Receipt>(&request); receipt != nullptr && receipt->rejected) {
        const auto entry = std::ranges::find(entries_, receipt->rejected->field, &Entry::member);
        if (entry != entries_.end()) receipt->rejected->field = placeOf(*entry);
    }
    return request;
}

std::string DownlinkMap::placeOf(const Entry& entry) {
    const auto* pointer = std::get_if<JsonPointer>(&entry.source.is);
    return pointer != nullptr ? pointer->text() : std::string{entry.key};
}

}  // namespace runnel::templates
