// SPDX-License-Identifier: Apache-2.0
#include "paths.h"

#include <algorithm>

namespace runnel::fields {
namespace {

Value* findMutable(Fields& fields, const std::string& name) {
    for (Field& field : fields) {
        if (field.name == name) return &field.value;
    }
    return nullptr;
}

/// The object called `name` in `fields`; load() has refused layouts in which it is something else.
Fields& objectAt(Fields& fields, const std::string& name) {
    if (Value* const there = findMutable(fields, name)) return std::get<Fields>(there->is);
    fields.push_back({name, {Fields{}}});
    return std::get<Fields>(fields.back().value.is);
}

}  // namespace

void put(Fields& fields, const Entry& entry, Value value) {
    Fields* object = &fields;
    for (std::size_t i = 0; i + 1 < entry.path.size(); ++i) {
        object = &objectAt(*object, entry.path[i]);
    }
    Value* const there = entry.mayBeTwice ? findMutable(*object, entry.path.back()) : nullptr;
    if (there) {
        *there = std::move(value);
    } else {
        object->push_back({entry.path.back(), std::move(value)});
    }
}

const Value* findAt(const Fields& fields, const Entry& entry) {
    const Fields* object = &fields;
    for (std::size_t i = 0; i + 1 < entry.path.size(); ++i) {
        const Value* const next = find(*object, entry.path[i]);
        object = next ? std::get_if<Fields>(&next->is) : nullptr;
        if (!object) return nullptr;
    }
    return find(*object, entry.path.back());
}

std::optional<std::string> unknownName(const Fields& fields, const std::vector<Entry>& entries,
                                       const std::string& prefix) {
    for (const Field& field : fields) {
        const std::string name = prefix + field.name;
        const auto isIt = [&name](const Entry& entry) { return entry.name == name; };
        if (std::any_of(entries.begin(), entries.end(), isIt)) continue;
        const auto isInside = [&name](const Entry& entry) {
            return entry.name.starts_with(name + ".");
        };
        const auto* inner = std::get_if<Fields>(&field.value.is);
        if (!inner || std::none_of(entries.begin(), entries.end(), isInside)) return name;
        if (auto unknown = unknownName(*inner, entries, name + ".")) return unknown;
    }
    return std::nullopt;
}

std::string namesOf(const std::vector<Entry>& entries) {
    std::string names;
    for (const Entry& entry : entries) {
        if (entry.name.empty()) continue;
        names += (names.empty() ? "" : ", ") + entry.name;
    }
    return names;
}

}  // namespace runnel::fields
