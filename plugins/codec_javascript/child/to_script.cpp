// SPDX-License-Identifier: Apache-2.0
#include "child/to_script.h"

#include <js/Array.h>
#include <js/CharacterEncoding.h>
#include <js/PropertyAndElement.h>
#include <js/Value.h>
#include <js/ValueArray.h>
#include <jsapi.h>

namespace runnel::javascript {
namespace {

/// One alternative of a Value.
struct Maker {
    JSContext* context;
    JS::MutableHandleValue out;

    bool operator()(std::monostate) const { return set(JS::NullValue()); }
    bool operator()(bool value) const { return set(JS::BooleanValue(value)); }
    bool operator()(std::int64_t value) const {
        return set(JS::NumberValue(static_cast<double>(value)));
    }
    bool operator()(double value) const { return set(JS::NumberValue(value)); }
    bool operator()(const std::string& value) const {
        JSString* text = JS_NewStringCopyUTF8N(context, JS::UTF8Chars(value.data(), value.size()));
        return text != nullptr && set(JS::StringValue(text));
    }
    bool operator()(const List& list) const {
        JS::RootedObject array{context, JS::NewArrayObject(context, list.size())};
        if (!array) return false;
        JS::RootedValue element{context};
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (!toScript(context, list[i], &element)) return false;
            if (!JS_DefineElement(context, array, static_cast<std::uint32_t>(i), element,
                                  JSPROP_ENUMERATE)) {
                return false;
            }
        }
        return set(JS::ObjectValue(*array));
    }
    bool operator()(const Fields& fields) const { return toScript(context, fields, out); }

    bool set(JS::Value value) const {
        JS::MutableHandleValue{out}.set(value);
        return true;
    }
};

bool defineField(JSContext* context, JS::HandleObject object, const Field& field) {
    JS::RootedValue value{context};
    JS::RootedString name{
        context,
        JS_NewStringCopyUTF8N(context, JS::UTF8Chars(field.name.data(), field.name.size()))};
    JS::RootedId id{context};
    return name && JS_StringToId(context, name, &id) && toScript(context, field.value, &value) &&
           JS_DefinePropertyById(context, object, id, value, JSPROP_ENUMERATE);
}

}  // namespace

bool toScript(JSContext* context, const Value& value, JS::MutableHandleValue out) {
    return std::visit(Maker{context, out}, value.is);
}

bool toScript(JSContext* context, const Fields& fields, JS::MutableHandleValue out) {
    JS::RootedObject object{context, JS_NewPlainObject(context)};
    if (!object) return false;
    for (const Field& field : fields) {
        if (!defineField(context, object, field)) return false;
    }
    out.setObject(*object);
    return true;
}

bool bytesToScript(JSContext* context, std::string_view bytes, JS::MutableHandleValue out) {
    JS::RootedValueVector numbers{context};
    if (!numbers.reserve(bytes.size())) return false;
    for (const char byte : bytes) {
        numbers.infallibleAppend(JS::Int32Value(static_cast<unsigned char>(byte)));
    }
    JSObject* array = JS::NewArrayObject(context, numbers);
    if (array == nullptr) return false;
    out.setObject(*array);
    return true;
}

bool define(JSContext* context, JS::HandleObject object, const char* name, JS::HandleValue value) {
    return JS_DefineProperty(context, object, name, value, JSPROP_ENUMERATE);
}

}  // namespace runnel::javascript
