// SPDX-License-Identifier: Apache-2.0
#include "admin/merge_patch.h"

#include "admin/json_body.h"

namespace runnel::admin {

namespace {

using Poco::Dynamic::Var;
using Object = Poco::JSON::Object::Ptr;

Object objectIn(const Var& value) {
    return value.type() == typeid(Object) ? value.extract<Object>() : Object();
}

}  // namespace

Object mergePatch(const Object& target, const Object& patch) {
    Object merged = newObject();
    for (const std::string& name : target->getNames()) {
        if (!patch->has(name)) {
            merged->set(name, target->get(name));
        } else if (!patch->isNull(name)) {
            merged->set(name, mergePatch(target->get(name), patch->get(name)));
        }
    }
    for (const std::string& name : patch->getNames()) {
        if (patch->isNull(name) || target->has(name)) continue;
        merged->set(name, mergePatch(Var(), patch->get(name)));
    }
    return merged;
}

Var mergePatch(const Var& target, const Var& patch) {
    const Object changes = objectIn(patch);
    if (!changes) return patch;
    const Object base = objectIn(target);
    return mergePatch(base ? base : newObject(), changes);
}

}  // namespace runnel::admin
