// SPDX-License-Identifier: Apache-2.0
#include "cayenne_program.h"

#include <algorithm>
#include <charconv>

#include "codecs/in_words.h"
#include "codecs/program_codec.h"
#include "value_codec.h"

namespace runnel::cayenne {
namespace {

using codecs::inWords;
using codecs::refusal;

constexpr std::size_t kHeader = 2;            // channel and type
constexpr std::size_t kLongestPayload = 242;  // LoRaWAN Regional Parameters: no region allows more

std::string atByte(std::size_t offset) {
    return "at byte " + std::to_string(offset);
}

/// What is wrong with the value at `offset`, if anything.
std::optional<Error> checkValue(const Bytes& payload, std::size_t offset) {
    const std::size_t left = payload.size() - offset;
    if (left < kHeader) {
        return Error{"payload",
                     "must be channel, type and value again and again, found one byte "
                     "more " +
                         atByte(offset)};
    }
    const DataType* const type = typeNumbered(payload[offset + 1]);
    if (!type) {
        return Error{"payload", "has the unknown type " + std::to_string(payload[offset + 1]) +
                                    " " + atByte(offset + 1) + "; known are " + knownNumbers()};
    }
    if (left < kHeader + type->size()) {
        return Error{"payload", "must have " + std::to_string(type->size()) + " bytes of " +
                                    std::string{type->name} + " " + atByte(offset + kHeader) +
                                    ", found " + std::to_string(left - kHeader)};
    }
    return std::nullopt;
}

}  // namespace

CayenneProgram::Name CayenneProgram::parse(std::string_view field) {
    const std::size_t line = field.rfind('_');
    if (line == std::string_view::npos) return {};
    const std::string_view digits = field.substr(line + 1);
    unsigned channel = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), channel);
    const bool isChannel = problem == std::errc{} && end == digits.data() + digits.size() &&
                           channel <= 255 && (digits.size() == 1 || digits.front() != '0');
    if (!isChannel) return {};
    return {typeNamed(field.substr(0, line)), static_cast<std::uint8_t>(channel), {}};
}

std::string CayenneProgram::nameOf(const DataType& type, std::uint8_t channel) const {
    for (const Name& name : names_) {
        if (name.type == &type && name.channel == channel) return name.text;
    }
    return std::string{type.name} + "_" + std::to_string(channel);
}

CayenneProgram::Name CayenneProgram::named(std::string_view field) const {
    for (const Name& name : names_) {
        if (name.text == field) return name;
    }
    return parse(field);
}

Result<CayenneProgram> CayenneProgram::load(const Fields& parameters) {
    CayenneProgram program;
    program.port_ = static_cast<std::uint8_t>(valueOr<std::int64_t>(parameters, "port", 1));
    for (const Field& entry : valueOr(parameters, "names", Fields{})) {
        Name name = parse(entry.name);
        const std::string field = "names." + entry.name;
        if (!name.type) {
            return Error{field, "must be <type>_<channel>, such as temperature_1; types are " +
                                    knownNames()};
        }
        const auto* text = std::get_if<std::string>(&entry.value.is);
        if (!text || text->empty()) {
            return Error{field, "must be the name of a field, found " + inWords(entry.value)};
        }
        if (parse(*text).type || program.named(*text).type) {
            return Error{field,
                         "must be a name that no other field has, found " + codecs::quoted(*text)};
        }
        name.text = *text;
        program.names_.push_back(std::move(name));
    }
    return program;
}

CodecAnswer CayenneProgram::decode(const CodecJob& job) const {
    const Bytes& payload = job.payload;
    CodecAnswer answer;
    Fields fields;
    for (std::size_t offset = 0; offset < payload.size();) {
        if (auto wrong = checkValue(payload, offset)) return refusal(std::move(*wrong));
        const DataType& type = *typeNumbered(payload[offset + 1]);
        std::string name = nameOf(type, payload[offset]);
        Value value = readValue(type, payload.data() + offset + kHeader);
        const auto earlier =
            std::find_if(fields.begin(), fields.end(),
                         [&name](const Field& field) { return field.name == name; });
        if (earlier == fields.end()) {
            fields.push_back({std::move(name), std::move(value)});
        } else {
            answer.warnings.push_back(name + " comes again " + atByte(offset) +
                                      "; the later value stays");
            earlier->value = std::move(value);
        }
        offset += kHeader + type.size();
    }
    answer.fields = std::move(fields);
    return answer;
}

CodecAnswer CayenneProgram::encode(const CodecJob& job) const {
    if (job.fields.empty()) return refusal({"", "must have at least one field, found none"});
    CodecAnswer answer;
    for (const Field& field : job.fields) {
        const Name name = named(field.name);
        if (!name.type) {
            return refusal({field.name,
                            "must be <type>_<channel>, such as digital_out_3, with a "
                            "channel of 0 to 255; types are " +
                                knownNames()});
        }
        answer.payload.push_back(name.channel);
        answer.payload.push_back(name.type->number);
        if (auto wrong = writeValue(*name.type, field.name, field.value, answer.payload)) {
            return refusal(std::move(*wrong));
        }
        if (answer.payload.size() > kLongestPayload) {
            return refusal({field.name,
                            "does not fit: a payload has at most 242 bytes, "
                            "leave fields out"});
        }
    }
    answer.port = job.port != 0 ? job.port : port_;
    return answer;
}

}  // namespace runnel::cayenne
