// SPDX-License-Identifier: Apache-2.0
#include "wire.h"

#include <type_traits>

namespace runnel::javascript {
namespace {

struct ValueWriter {
    Writer& writer;

    void operator()(std::monostate) const { writer.tag(Tag::Null); }
    void operator()(bool value) const { writer.tag(value ? Tag::True : Tag::False); }
    void operator()(std::int64_t value) const {
        writer.tag(Tag::Integer);
        writer.number(value);
    }
    void operator()(double value) const {
        writer.tag(Tag::Number);
        writer.number(value);
    }
    void operator()(const std::string& value) const {
        writer.tag(Tag::Text);
        writer.text(value);
    }
    void operator()(const List& list) const {
        writer.tag(Tag::List);
        writer.number(static_cast<std::uint32_t>(list.size()));
        for (const Value& value : list) writer.value(value);
    }
    void operator()(const Fields& fields) const { writer.fields(fields); }
};

}  // namespace

void Writer::value(const Value& value) {
    std::visit(ValueWriter{*this}, value.is);
}

void Writer::fields(const Fields& fields) {
    tag(Tag::Fields);
    number(static_cast<std::uint32_t>(fields.size()));
    for (const Field& field : fields) {
        text(field.name);
        value(field.value);
    }
}

std::size_t Writer::beginFrame(Frame frame) {
    const std::size_t begin = hole();
    number(frame);
    return begin;
}

void Writer::endFrame(std::size_t begin) {
    fill(begin, static_cast<std::uint32_t>(out_.size() - begin - sizeof(std::uint32_t)));
}

std::string_view Reader::take(std::size_t size) {
    if (size > rest_.size()) isGood_ = false;
    if (!isGood_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

std::uint32_t Reader::count(std::size_t each) {
    const auto members = number<std::uint32_t>();
    if (members > rest_.size() / each) isGood_ = false;
    return isGood_ ? members : 0;
}

Value Reader::value(std::size_t depth) {
    if (depth > kMaxDepth) isGood_ = false;
    switch (number<Tag>()) {
        case Tag::False:
            return {false};
        case Tag::True:
            return {true};
        case Tag::Integer:
            return {number<std::int64_t>()};
        case Tag::Number:
            return {number<double>()};
        case Tag::Text:
            return {std::string{text()}};
        case Tag::List: {
            List list(count(1));
            for (Value& each : list) each = value(depth + 1);
            return {std::move(list)};
        }
        case Tag::Fields: {
            Fields fields(count(5));
            for (Field& each : fields) {
                each.name = text();
                each.value = value(depth + 1);
            }
            return {std::move(fields)};
        }
        case Tag::Null:
            return {};
    }
    isGood_ = false;
    return {};
}

Fields Reader::fields() {
    Value all = value();
    auto* fields = std::get_if<Fields>(&all.is);
    if (fields == nullptr) isGood_ = false;
    return isGood_ ? std::move(*fields) : Fields{};
}

void FrameBuffer::append(std::string_view bytes) {
    bytes_.erase(0, used_);
    used_ = 0;
    bytes_.append(bytes);
}

std::optional<FrameBuffer::Cut> FrameBuffer::next() {
    Reader reader{std::string_view{bytes_}.substr(used_)};
    const auto size = reader.number<std::uint32_t>();
    if (!reader.isGood()) return std::nullopt;
    if (size == 0 || size > kMaxFrame) isGood_ = false;
    constexpr std::size_t kHead = sizeof size + sizeof(Frame);
    if (!isGood_ || bytes_.size() - used_ < sizeof size + size) return std::nullopt;
    const Cut cut{reader.number<Frame>(),
                  std::string_view{bytes_}.substr(used_ + kHead, size - sizeof(Frame))};
    used_ += sizeof size + size;
    return cut;
}

}  // namespace runnel::javascript
