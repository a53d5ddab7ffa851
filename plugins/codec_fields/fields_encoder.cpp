// SPDX-License-Identifier: Apache-2.0
#include "fields_encoder.h"

#include <algorithm>
#include <optional>

#include "bits.h"
#include "codecs/in_words.h"
#include "numbers.h"
#include "paths.h"

namespace runnel::fields {
namespace {

using codecs::inWords;

/// Writes one payload. The first error ends everything. `prefix` is what stands before the names of
/// a repeated element's fields: "readings[2].".
class Encoder final {
  public:
    Encoder(const Layout& layout, std::vector<std::string>& warnings)
        : warnings_{warnings}, slots_(static_cast<std::size_t>(layout.slots)) {}

    std::size_t write(const std::vector<Entry>& entries, const Fields& fields, std::size_t start,
                      const std::string& prefix) {
        if (auto unknown = unknownName(fields, entries)) {
            return fail({prefix + *unknown, "is not in the layout; there are " + namesOf(entries)});
        }
        std::size_t previous = start;
        std::size_t next = start;
        std::size_t furthest = start;
        for (const Entry& entry : entries) {
            if (!isThere(entry, fields, prefix)) continue;
            if (entry.offset != kSame) {
                previous =
                    entry.offset >= 0 ? start + static_cast<std::size_t>(entry.offset) : next;
            }
            next = writeOne(entry, fields, previous, prefix);
            if (error_) break;
            furthest = std::max(furthest, next);
        }
        return furthest;
    }

    const std::optional<Error>& error() const { return error_; }
    Bytes take() { return std::move(payload_); }

  private:
    bool isThere(const Entry& entry, const Fields& fields, const std::string& prefix) {
        if (entry.when.slot == kNone) return true;
        const Value& value = slots_[static_cast<std::size_t>(entry.when.slot)];
        if (std::any_of(entry.when.is.begin(), entry.when.is.end(),
                        [&value](const Value& wanted) { return isSame(value, wanted); })) {
            return true;
        }
        if (entry.slot != kNone) slots_[static_cast<std::size_t>(entry.slot)] = {};
        if (!entry.name.empty() && !entry.mayBeTwice && findAt(fields, entry)) {
            warnings_.push_back(prefix + entry.name + " is not sent: only if " + entry.when.text);
        }
        return false;
    }

    std::size_t fail(Error error) {
        error_ = std::move(error);
        return 0;
    }

    /// Makes room for `size` bytes at `at`; zeros if they are new.
    bool makeRoom(const std::string& name, std::size_t at, std::size_t size) {
        if (at + size > kLongestPayload) {
            fail({name, "does not fit: a payload has at most 242 bytes"});
            return false;
        }
        if (payload_.size() < at + size) payload_.resize(at + size);
        return true;
    }

    void keep(const Entry& entry, Value value) {
        if (entry.slot != kNone) slots_[static_cast<std::size_t>(entry.slot)] = std::move(value);
    }

    std::size_t writeOne(const Entry& entry, const Fields& fields, std::size_t at,
                         const std::string& prefix) {
        const std::string name = prefix + entry.name;
        if (entry.kind == Kind::Constant) return writeBytes("const", entry.constant, at);
        const Value* const value = findAt(fields, entry);
        if (!value)
            return fail({name, "is missing; the layout has it at byte " + std::to_string(at)});
        if (entry.kind == Kind::Repeat) return writeRepeat(entry, *value, at, name);
        if (entry.kind == Kind::Hex || entry.kind == Kind::Text) {
            return writeText(entry, *value, at, name);
        }
        const auto bits = toBits(entry, *value);
        if (!bits) return fail({prefix + bits.error().field, bits.error().reason});
        if (!makeRoom(name, at, entry.width)) return 0;
        writeBits(entry, *bits, payload_.data() + at);
        if (entry.slot != kNone) keep(entry, toValue(entry, *bits, warnings_));
        return at + entry.width;
    }

    std::size_t writeBytes(const std::string& name, const Bytes& bytes, std::size_t at) {
        if (!makeRoom(name, at, bytes.size())) return 0;
        std::copy(bytes.begin(), bytes.end(), payload_.begin() + static_cast<std::ptrdiff_t>(at));
        return at + bytes.size();
    }

    std::size_t writeText(const Entry& entry, const Value& value, std::size_t at,
                          const std::string& name) {
        const auto* text = std::get_if<std::string>(&value.is);
        if (!text) return fail({name, "must be text, found " + inWords(value)});
        const bool isHex = entry.kind == Kind::Hex;
        std::optional<Bytes> bytes =
            isHex ? parseHex(*text) : std::optional{Bytes{text->begin(), text->end()}};
        if (!bytes) {
            return fail(
                {name, "must be hexadecimal digits, two per byte, found " + inWords(value)});
        }
        const auto length = static_cast<std::size_t>(entry.length);
        if (entry.length != kRest &&
            (bytes->size() > length || (isHex && bytes->size() < length))) {
            return fail({name, std::string{isHex ? "must be " : "must be at most "} +
                                   std::to_string(length) + " bytes, found " +
                                   std::to_string(bytes->size())});
        }
        if (entry.length != kRest) bytes->resize(length);
        keep(entry, value);
        return writeBytes(name, *bytes, at);
    }

    std::size_t writeRepeat(const Entry& entry, const Value& value, std::size_t at,
                            const std::string& name) {
        const auto* list = std::get_if<List>(&value.is);
        if (!list) return fail({name, "must be a list, found " + inWords(value)});
        if (entry.count != kRest && list->size() != static_cast<std::size_t>(entry.count)) {
            return fail({name, "must have " + std::to_string(entry.count) + " elements, found " +
                                   std::to_string(list->size())});
        }
        for (std::size_t i = 0; i < list->size(); ++i) {
            const std::string element = name + "[" + std::to_string(i) + "]";
            const auto* fields = std::get_if<Fields>(&(*list)[i].is);
            if (!fields) return fail({element, "must be an object, found " + inWords((*list)[i])});
            const std::size_t end = write(entry.fields, *fields, at, element + ".");
            if (error_) return 0;
            if (end == at) return fail({element, "must have at least one byte, found none"});
            at = end;
        }
        return at;
    }

    std::vector<std::string>& warnings_;
    std::vector<Value> slots_;
    Bytes payload_;
    std::optional<Error> error_;
};

}  // namespace

Result<Bytes> encodeFields(const Layout& layout, const Fields& fields,
                           std::vector<std::string>& warnings) {
    Encoder encoder{layout, warnings};
    encoder.write(layout.entries, fields, 0, "");
    if (encoder.error()) return *encoder.error();
    return encoder.take();
}

}  // namespace runnel::fields
