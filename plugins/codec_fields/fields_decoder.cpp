// SPDX-License-Identifier: Apache-2.0
#include "fields_decoder.h"

#include <algorithm>
#include <optional>

#include "bits.h"
#include "numbers.h"
#include "paths.h"

namespace runnel::fields {
namespace {

/// Reads one payload. The first error ends everything.
class Decoder final {
  public:
    Decoder(const Layout& layout, std::span<const std::uint8_t> payload,
            std::vector<std::string>& warnings)
        : payload_{payload}, warnings_{warnings}, slots_(static_cast<std::size_t>(layout.slots)) {}

    /// Reads the entries from `start` on into `out`; returns the end of the furthest one.
    std::size_t read(const std::vector<Entry>& entries, std::size_t start, Fields& out) {
        std::size_t previous = start;
        std::size_t next = start;
        std::size_t furthest = start;
        for (const Entry& entry : entries) {
            if (!isThere(entry)) continue;
            if (entry.offset != kSame) {
                previous =
                    entry.offset >= 0 ? start + static_cast<std::size_t>(entry.offset) : next;
            }
            next = readOne(entry, previous, out);
            furthest = std::max(furthest, next);
            if (error_) break;
        }
        return furthest;
    }

    const std::optional<Error>& error() const { return error_; }

  private:
    bool isThere(const Entry& entry) {
        if (entry.when.slot == kNone) return true;
        const Value& value = slots_[static_cast<std::size_t>(entry.when.slot)];
        const bool isThere =
            std::any_of(entry.when.is.begin(), entry.when.is.end(),
                        [&value](const Value& wanted) { return isSame(value, wanted); });
        if (!isThere && entry.slot != kNone) slots_[static_cast<std::size_t>(entry.slot)] = {};
        return isThere;
    }

    std::size_t fail(Error error) {
        error_ = std::move(error);
        return payload_.size();
    }

    /// True if `size` bytes are there.
    bool has(const Entry& entry, std::size_t at, std::size_t size) {
        if (at <= payload_.size() && payload_.size() - at >= size) return true;
        const std::string name = entry.name.empty() ? "a constant" : entry.name;
        fail({"payload", "must have " + std::to_string(size) +
                             (size == 1 ? " byte of " : " bytes of ") + name + " at byte " +
                             std::to_string(at) + ", but has " + std::to_string(payload_.size()) +
                             " bytes"});
        return false;
    }

    void keep(const Entry& entry, Value value, Fields& out) {
        if (++count_ > kMostFields) {
            fail({"payload", "has more than 1000 fields: shorten it, or repeat less"});
        }
        if (entry.slot != kNone) slots_[static_cast<std::size_t>(entry.slot)] = value;
        put(out, entry, std::move(value));
    }

    std::size_t readOne(const Entry& entry, std::size_t at, Fields& out) {
        if (entry.kind == Kind::Repeat) return readRepeat(entry, at, out);
        if (entry.kind == Kind::Constant) return readConstant(entry, at);
        if (entry.kind == Kind::Hex || entry.kind == Kind::Text) return readBytes(entry, at, out);
        if (!has(entry, at, entry.width)) return at;
        keep(entry, toValue(entry, readBits(entry, payload_.data() + at), warnings_), out);
        return at + entry.width;
    }

    std::size_t readConstant(const Entry& entry, std::size_t at) {
        const std::size_t size = entry.constant.size();
        if (!has(entry, at, size)) return at;
        if (!std::equal(entry.constant.begin(), entry.constant.end(), payload_.data() + at)) {
            return fail({"payload", "must have " + hex(entry.constant.data(), size) + " at byte " +
                                        std::to_string(at) + ", found " +
                                        hex(payload_.data() + at, size)});
        }
        return at + size;
    }

    std::size_t readBytes(const Entry& entry, std::size_t at, Fields& out) {
        const std::size_t rest = at <= payload_.size() ? payload_.size() - at : 0;
        const std::size_t size =
            entry.length == kRest ? rest : static_cast<std::size_t>(entry.length);
        if (!has(entry, at, size)) return at;
        const std::uint8_t* const bytes = payload_.data() + at;
        if (entry.kind == Kind::Hex) {
            keep(entry, {hex(bytes, size)}, out);
        } else {
            std::string text{bytes, bytes + size};
            text.erase(text.find_last_not_of('\0') + 1);
            keep(entry, {std::move(text)}, out);
        }
        return at + size;
    }

    std::size_t readRepeat(const Entry& entry, std::size_t at, Fields& out) {
        List elements;
        for (int i = 0; entry.count == kRest ? at < payload_.size() : i < entry.count; ++i) {
            Fields element;
            const std::size_t end = read(entry.fields, at, element);
            if (error_) return end;
            if (end == at) {
                return fail({"payload", "has an element of " + entry.name +
                                            " without any byte, at "
                                            "byte " +
                                            std::to_string(at)});
            }
            elements.push_back({std::move(element)});
            at = end;
        }
        keep(entry, {std::move(elements)}, out);
        return at;
    }

    static std::string hex(const std::uint8_t* bytes, std::size_t size) {
        std::string text;
        appendHex(text, bytes, size);
        return text;
    }

    std::span<const std::uint8_t> payload_;
    std::vector<std::string>& warnings_;
    std::vector<Value> slots_;
    std::size_t count_ = 0;
    std::optional<Error> error_;
};

}  // namespace

Result<Fields> decodeFields(const Layout& layout, std::span<const std::uint8_t> payload,
                            std::vector<std::string>& warnings) {
    Decoder decoder{layout, payload, warnings};
    Fields fields;
    fields.reserve(layout.entries.size());
    const std::size_t end = decoder.read(layout.entries, 0, fields);
    if (decoder.error()) return *decoder.error();
    if (end < payload.size()) {
        warnings.push_back("the layout ends at byte " + std::to_string(end) + ", the payload has " +
                           std::to_string(payload.size()) + " bytes");
    }
    return fields;
}

}  // namespace runnel::fields
