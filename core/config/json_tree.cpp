// SPDX-License-Identifier: Apache-2.0
#include "config/json_tree.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

namespace runnel {

namespace {

bool findPointer(const YamlNode& node, int number, std::string& pointer) {
    if (node.line == number) return true;
    const std::size_t length = pointer.size();
    for (std::size_t i = 0; i < node.values.size(); ++i) {
        const bool isMember = i < node.keys.size();
        pointer += pointerStep(isMember ? node.keys[i].scalar : std::to_string(i));
        if (isMember && node.keys[i].line == number) return true;
        if (findPointer(node.values[i], number, pointer)) return true;
        pointer.resize(length);
    }
    return false;
}

}  // namespace

std::string pointerStep(const std::string& key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return step;
}

JsonTree::JsonTree(const Poco::Dynamic::Var& document) : root_(nodeOf(document)) {}

std::string JsonTree::pointerTo(const Place& place) const {
    std::string pointer;
    findPointer(root_, place.line, pointer);
    return pointer;
}

YamlNode JsonTree::scalar(std::string text, bool isQuoted) {
    YamlNode node;
    node.is = YamlNode::Is::Scalar;
    node.line = ++last_;
    node.isQuoted = isQuoted;
    node.scalar = std::move(text);
    return node;
}

YamlNode JsonTree::nodeOf(const Poco::Dynamic::Var& value) {
    if (value.isString()) return scalar(value.extract<std::string>(), true);
    YamlNode node;
    node.line = ++last_;
    if (value.type() == typeid(Poco::JSON::Object::Ptr)) {
        node.is = YamlNode::Is::Mapping;
        const auto& object = value.extract<Poco::JSON::Object::Ptr>();
        for (const std::string& key : object->getNames()) {  // in their order, if it kept that
            node.keys.push_back(scalar(key, true));
            node.values.push_back(nodeOf(object->get(key)));
        }
    } else if (value.type() == typeid(Poco::JSON::Array::Ptr)) {
        node.is = YamlNode::Is::Sequence;
        for (const auto& entry : *value.extract<Poco::JSON::Array::Ptr>()) {
            node.values.push_back(nodeOf(entry));
        }
    } else if (!value.isEmpty()) {
        return scalar(value.convert<std::string>(), false);
    }
    return node;
}

}  // namespace runnel
