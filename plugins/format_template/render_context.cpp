// SPDX-License-Identifier: Apache-2.0
#include "render_context.h"

namespace runnel::templates {
namespace {

constexpr std::size_t kMostWork = 1'048'576;

/// Stands for every member of Fields, Tags and Details in a sample.
const Value kAnything{std::int64_t{1}};

bool isNothing(const Value& value) {
    const auto* flag = std::get_if<bool>(&value.is);
    const auto* text = std::get_if<std::string>(&value.is);
    return std::holds_alternative<std::monostate>(value.is) || (flag != nullptr && !*flag) ||
           (text != nullptr && text->empty());
}

const Value* memberOf(const Value& value, const std::string& name) {
    if (&value == &kAnything) return &kAnything;
    const auto* fields = std::get_if<Fields>(&value.is);
    return fields != nullptr ? find(*fields, name) : nullptr;
}

}  // namespace

void RenderContext::spend(std::size_t bytes) {
    spent_ += bytes + 1;
    if (spent_ > kMostWork) throw TooMuch{};
}

const Value* RenderContext::findInItems(const std::string& name) {
    for (auto item = open_.rbegin(); item != open_.rend(); ++item) {
        if (item->isElement && name == "last") return keep({item->isLast});
        if (const Value* member = memberOf(*item->value, name)) return member;
    }
    return nullptr;
}

const Value* RenderContext::findInMessage(const Slot& slot, std::size_t& used) {
    if (!slot.source) return nullptr;
    if (!isOpen(*slot.source)) return keep(valueOf(*slot.source, input_));
    if (isSample_) return &kAnything;
    const Fields* object = objectOf(*slot.source, input_);
    if (object == nullptr) return nullptr;
    if (slot.path.size() == 1) return keep({*object});
    used = 2;
    return runnel::find(*object, slot.path[1]);
}

const Value* RenderContext::find(const Slot& slot) {
    if (slot.path.empty()) return open_.empty() ? nullptr : open_.back().value;
    std::size_t used = 1;
    const Value* value = findInItems(slot.path.front());
    if (value == nullptr) value = findInMessage(slot, used);
    for (; value != nullptr && used < slot.path.size(); ++used) {
        value = memberOf(*value, slot.path[used]);
    }
    return value;
}

std::string RenderContext::text(const Slot& slot) {
    const Value* value = find(slot);
    if (slot.filters.empty()) {
        std::string plain = value != nullptr ? shown(*value) : std::string{};
        spend(plain.size());
        return plain;
    }
    Value filtered = value != nullptr ? *value : Value{};
    for (const Filter filter : slot.filters) {
        filtered = filter(filtered);
    }
    std::string plain = shown(filtered);
    spend(plain.size());
    return plain;
}

RenderContext::Items RenderContext::items(const Slot& slot) {
    const Value* value = find(slot);
    const std::size_t first = items_.size();
    spend(0);
    if (value == nullptr) return {};
    if (!slot.filters.empty()) {
        Value filtered = *value;
        for (const Filter filter : slot.filters) filtered = filter(filtered);
        value = keep(std::move(filtered));
    }
    if (const auto* list = std::get_if<List>(&value->is)) {
        spend(list->size());
        for (const Value& element : *list) {
            items_.push_back({&element, true, &element == &list->back(), slot.bodySize});
        }
        return {first, list->size()};
    }
    if (isNothing(*value)) return {};
    items_.push_back({value, value == &kAnything, true, slot.bodySize});
    return {first, 1};
}

void RenderContext::enter(std::size_t item) {
    spend(items_.at(item).bodySize);
    open_.push_back(items_.at(item));
}

}  // namespace runnel::templates
