// SPDX-License-Identifier: Apache-2.0
#include "child/from_script.h"

#include <js/Array.h>
#include <js/BigInt.h>
#include <js/Class.h>
#include <js/Conversions.h>
#include <js/Id.h>
#include <js/Object.h>
#include <js/PropertyAndElement.h>
#include <js/String.h>
#include <js/Value.h>
#include <js/experimental/TypedData.h>
#include <jsapi.h>

#include <algorithm>
#include <cmath>

namespace runnel::javascript {
namespace {

bool isLeftOut(JS::HandleValue value) {
    return value.isUndefined() || value.isSymbol() ||
           (value.isObject() && JS::IsCallable(&value.toObject()));
}

}  // namespace

bool FromScript::fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
}

bool FromScript::write(JS::HandleValue value, std::size_t depth) {
    if (out_.size() - begin_ > kMaxFields) {
        return fail("is larger than " + std::to_string(kMaxFields) + " bytes");
    }
    if (value.isNumber()) return writeNumber(value.toNumber());
    if (value.isString()) {
        const JS::RootedString text{context_, value.toString()};
        out_.tag(Tag::Text);
        return writeText(text);
    }
    if (value.isBoolean()) {
        out_.tag(value.toBoolean() ? Tag::True : Tag::False);
        return true;
    }
    if (value.isBigInt()) return writeBigInt(value);
    if (!value.isObject() || isLeftOut(value)) {
        out_.tag(Tag::Null);
        return true;
    }
    const JS::RootedObject object{context_, &value.toObject()};
    return writeObject(object, depth);
}

bool FromScript::writeNumber(double number) {
    constexpr double kLimit = 9'223'372'036'854'775'808.0;  // 2^63
    if (!std::isfinite(number)) {
        out_.tag(Tag::Null);
    } else if (std::trunc(number) == number && number >= -kLimit && number < kLimit) {
        out_.tag(Tag::Integer);
        out_.number(static_cast<std::int64_t>(number));
    } else {
        out_.tag(Tag::Number);
        out_.number(number);
    }
    return true;
}

bool FromScript::writeText(JS::HandleString text) {
    if (JS::GetStringLength(text) > kMaxFields) {
        return fail("is larger than " + std::to_string(kMaxFields) + " bytes");
    }
    const JS::UniqueChars bytes = JS_EncodeStringToUTF8(context_, text);
    JSLinearString* linear = bytes ? JS_EnsureLinearString(context_, text) : nullptr;
    if (linear == nullptr) return false;
    out_.text({bytes.get(), JS::GetDeflatedUTF8StringLength(linear)});
    return true;
}

bool FromScript::writeBigInt(JS::HandleValue value) {
    std::int64_t number = 0;
    if (!JS::BigIntFits(value.toBigInt(), &number)) {
        return fail("has a BigInt that does not fit into 64 bits");
    }
    out_.tag(Tag::Integer);
    out_.number(number);
    return true;
}

bool FromScript::writePlain(JS::HandleObject object, bool isDate) {
    const JS::HandleValueArray none = JS::HandleValueArray::empty();
    JS::RootedValue plain{context_};
    if (!JS_CallFunctionName(context_, object, "valueOf", none, &plain)) return false;
    if (isDate && plain.isNumber() && std::isfinite(plain.toNumber())) {
        if (!JS_CallFunctionName(context_, object, "toISOString", none, &plain)) return false;
    }
    // A script may have replaced these functions; an object that they answer is not looked into.
    if (plain.isObject()) plain.setNull();
    return write(plain);
}

bool FromScript::writeObject(JS::HandleObject object, std::size_t depth) {
    if (depth >= kMaxDepth) {
        return fail("is nested more than " + std::to_string(kMaxDepth) + " deep");
    }
    js::ESClass kind = js::ESClass::Other;
    if (!JS::GetBuiltinClass(context_, object, &kind)) return false;
    if (kind == js::ESClass::Date) return writePlain(object, true);
    if (kind == js::ESClass::Array) {
        std::uint32_t length = 0;
        return JS::GetArrayLength(context_, object, &length) && writeList(object, length, depth);
    }
    if (kind == js::ESClass::Number || kind == js::ESClass::String ||
        kind == js::ESClass::Boolean || kind == js::ESClass::BigInt) {
        return writePlain(object, false);
    }
    if (JS_IsTypedArrayObject(object)) {
        const std::size_t length = JS_GetTypedArrayLength(object);
        return writeList(object, static_cast<std::uint32_t>(std::min(length, kMaxMembers + 1)),
                         depth);
    }
    return writeFields(object, depth);
}

bool FromScript::writeList(JS::HandleObject list, std::uint32_t length, std::size_t depth) {
    if (length > kMaxMembers) {
        return fail("has a list of more than " + std::to_string(kMaxMembers) + " members");
    }
    out_.tag(Tag::List);
    out_.number(length);
    JS::RootedValue element{context_};
    for (std::uint32_t i = 0; i < length; ++i) {
        if (!JS_GetElement(context_, list, i, &element) || !write(element, depth + 1)) {
            return false;
        }
    }
    return true;
}

bool FromScript::writeMember(JS::HandleObject object, JS::HandleId id, std::size_t depth,
                             bool& isThere) {
    JS::RootedValue value{context_};
    JS::RootedValue name{context_};
    if (!JS_GetPropertyById(context_, object, id, &value)) return false;
    isThere = !isLeftOut(value);
    if (!isThere) return true;
    if (!JS_IdToValue(context_, id, &name)) return false;
    const JS::RootedString text{context_, JS::ToString(context_, name)};
    return text && writeText(text) && write(value, depth + 1);
}

bool FromScript::writeFields(JS::HandleObject object, std::size_t depth) {
    JS::Rooted<JS::IdVector> ids{context_, JS::IdVector(context_)};
    if (!JS_Enumerate(context_, object, &ids)) return false;
    if (ids.length() > kMaxMembers) {
        return fail("has an object of more than " + std::to_string(kMaxMembers) + " members");
    }
    out_.tag(Tag::Fields);
    const std::size_t hole = out_.hole();
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < ids.length(); ++i) {
        bool isThere = false;
        if (!writeMember(object, ids[i], depth, isThere)) return false;
        if (isThere) ++count;
    }
    out_.fill(hole, count);
    return true;
}

}  // namespace runnel::javascript
