// SPDX-License-Identifier: Apache-2.0
#include "ctl/json.h"

#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include <algorithm>
#include <sstream>

namespace runnel::ctl {
namespace {

std::string plainText(const Var& value) {
    if (value.isEmpty()) return {};
    if (value.isString()) return value.extract<std::string>();
    if (value.isBoolean()) return value.extract<bool>() ? "true" : "false";
    return dump(value);
}

/// With the keys of every object sorted, so that equal values have equal texts.
void appendCanonical(const Var& value, std::string& out) {
    if (value.type() == typeid(Object::Ptr)) {
        const auto& object = value.extract<Object::Ptr>();
        auto names = object->getNames();
        std::sort(names.begin(), names.end());
        out += '{';
        for (const std::string& name : names) {
            out += dump(Var(name)) + ':';
            appendCanonical(object->get(name), out);
            out += ',';
        }
        out += '}';
    } else if (value.type() == typeid(Array::Ptr)) {
        out += '[';
        for (const Var& entry : *value.extract<Array::Ptr>()) {
            appendCanonical(entry, out);
            out += ',';
        }
        out += ']';
    } else {
        out += dump(value);
    }
}

}  // namespace

Object::Ptr newObject() {
    return new Object(Poco::JSON_PRESERVE_KEY_ORDER);
}

Array::Ptr arrayOf(const std::vector<std::string>& texts) {
    Array::Ptr array = new Array;
    for (const std::string& text : texts) array->add(text);
    return array;
}

Var parseJson(const std::string& text) {
    Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
    return parser.parse(text);
}

Object::Ptr parseObject(const std::string& text) {
    const Var value = parseJson(text);
    return value.type() == typeid(Object::Ptr) ? value.extract<Object::Ptr>() : newObject();
}

std::string dump(const Var& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out);
    return out.str();
}

std::string text(const Object& object, const std::string& key) {
    const Var value = object.get(key);
    if (value.type() != typeid(Array::Ptr)) return plainText(value);
    std::string joined;
    for (const Var& entry : *value.extract<Array::Ptr>()) {
        joined += (joined.empty() ? "" : ", ") + plainText(entry);
    }
    return joined;
}

std::int64_t number(const Object& object, const std::string& key) {
    const Var value = object.get(key);
    return value.isNumeric() && !value.isBoolean() ? value.convert<std::int64_t>() : 0;
}

bool isTrue(const Object& object, const std::string& key) {
    const Var value = object.get(key);
    return value.isBoolean() && value.extract<bool>();
}

Object::Ptr child(const Object& object, const std::string& key) {
    const Var value = object.get(key);
    return value.type() == typeid(Object::Ptr) ? value.extract<Object::Ptr>() : newObject();
}

std::vector<Object::Ptr> children(const Object& object, const std::string& key) {
    std::vector<Object::Ptr> found;
    const Var value = object.get(key);
    if (value.type() != typeid(Array::Ptr)) return found;
    for (const Var& entry : *value.extract<Array::Ptr>()) {
        if (entry.type() == typeid(Object::Ptr)) found.push_back(entry.extract<Object::Ptr>());
    }
    return found;
}

std::vector<std::string> texts(const Object& object, const std::string& key) {
    std::vector<std::string> found;
    const Var value = object.get(key);
    if (value.type() != typeid(Array::Ptr)) return found;
    for (const Var& entry : *value.extract<Array::Ptr>()) found.push_back(plainText(entry));
    return found;
}

bool isSame(const Var& one, const Var& other) {
    std::string left;
    std::string right;
    appendCanonical(one, left);
    appendCanonical(other, right);
    return left == right;
}

}  // namespace runnel::ctl
