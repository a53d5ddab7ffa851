// SPDX-License-Identifier: Apache-2.0
#include "journal/value_codec.h"

#include "journal/message_codec.h"

namespace runnel {

namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using protozero::tag_and_type;

// Numbers of FORMAT.md.
namespace field_tag {
enum Field : protozero::pbf_tag_type { Name = 1, Value = 2 };
}  // namespace field_tag
namespace value_tag {
enum Value : protozero::pbf_tag_type {
    Boolean = 1,
    Integer = 2,
    Number = 3,
    Text = 4,
    List = 5,
    Fields = 6
};
}  // namespace value_tag
constexpr protozero::pbf_tag_type kElement = 1;  // of List and Fields

struct TooDeep : protozero::exception {
    const char* what() const noexcept override { return "its values are nested too deeply"; }
};

void encodeValue(const Value& value, pbf_writer writer, int depth);

/// Nested elements are made in a buffer of their own: a writer drops an empty one.
struct ValueEncoder {
    pbf_writer& writer;
    int depth;

    void operator()(std::monostate) const {}
    void operator()(bool value) const { writer.add_bool(value_tag::Boolean, value); }
    void operator()(std::int64_t value) const { writer.add_sint64(value_tag::Integer, value); }
    void operator()(double value) const { writer.add_double(value_tag::Number, value); }
    void operator()(const std::string& value) const { writer.add_string(value_tag::Text, value); }
    void operator()(const List& list) const {
        if (depth >= kMaxValueDepth) return;
        std::string elements;
        pbf_writer nested(elements);
        for (const Value& value : list) {
            std::string element;
            encodeValue(value, pbf_writer(element), depth + 1);
            nested.add_message(kElement, element);
        }
        writer.add_message(value_tag::List, elements);
    }
    void operator()(const Fields& fields) const {
        if (depth >= kMaxValueDepth) return;
        std::string elements;
        pbf_writer nested(elements);
        for (const Field& field : fields) {
            std::string element;
            encodeField(field, pbf_writer(element), depth + 1);
            nested.add_message(kElement, element);
        }
        writer.add_message(value_tag::Fields, elements);
    }
};

void encodeValue(const Value& value, pbf_writer writer, int depth) {
    std::visit(ValueEncoder{writer, depth}, value.is);
}

Value decodeValue(pbf_reader reader, int depth);

List decodeList(pbf_reader reader, int depth) {
    List list;
    while (reader.next(kElement, pbf_wire_type::length_delimited)) {
        list.push_back(decodeValue(reader.get_message(), depth));
    }
    return list;
}

Fields decodeFields(pbf_reader reader, int depth) {
    Fields fields;
    while (reader.next(kElement, pbf_wire_type::length_delimited)) {
        fields.push_back(decodeField(reader.get_message(), depth));
    }
    return fields;
}

Value decodeValue(pbf_reader reader, int depth) {
    if (depth > kMaxValueDepth) throw TooDeep();
    Value value;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
            case tag_and_type(value_tag::Boolean, pbf_wire_type::varint):
                value.is = reader.get_uint32() != 0;  // get_bool does not look for the end
                break;
            case tag_and_type(value_tag::Integer, pbf_wire_type::varint):
                value.is = reader.get_sint64();
                break;
            case tag_and_type(value_tag::Number, pbf_wire_type::fixed64):
                value.is = reader.get_double();
                break;
            case tag_and_type(value_tag::Text, pbf_wire_type::length_delimited):
                value.is = reader.get_string();
                break;
            case tag_and_type(value_tag::List, pbf_wire_type::length_delimited):
                value.is = decodeList(reader.get_message(), depth + 1);
                break;
            case tag_and_type(value_tag::Fields, pbf_wire_type::length_delimited):
                value.is = decodeFields(reader.get_message(), depth + 1);
                break;
            default:
                reader.skip();
        }
    }
    return value;
}

}  // namespace

void encodeField(const Field& field, pbf_writer writer, int depth) {
    writer.add_string(field_tag::Name, field.name);
    std::string value;
    encodeValue(field.value, pbf_writer(value), depth);
    if (!value.empty()) writer.add_message(field_tag::Value, value);
}

Field decodeField(pbf_reader reader, int depth) {
    Field field;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
            case tag_and_type(field_tag::Name, pbf_wire_type::length_delimited):
                field.name = reader.get_string();
                break;
            case tag_and_type(field_tag::Value, pbf_wire_type::length_delimited):
                field.value = decodeValue(reader.get_message(), depth);
                break;
            default:
                reader.skip();
        }
    }
    return field;
}

}  // namespace runnel
