// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <string>
#include <vector>

/// The API's documents. Objects keep the order of their keys. Thread safety: plain functions.
namespace runnel::ctl {

using Var = Poco::Dynamic::Var;
using Object = Poco::JSON::Object;
using Array = Poco::JSON::Array;

/// A new object that keeps the order of its keys.
Object::Ptr newObject();
/// ["a", "b"]
Array::Ptr arrayOf(const std::vector<std::string>& texts);

/// Throws Poco::Exception if `text` is no JSON.
Var parseJson(const std::string& text);
/// As parseJson; an empty object if the document is none.
Object::Ptr parseObject(const std::string& text);
/// On one line.
std::string dump(const Var& value);

/// The value of `key` for people: "" if absent or null, "a, b" for a list.
std::string text(const Object& object, const std::string& key);
std::int64_t number(const Object& object, const std::string& key);
bool isTrue(const Object& object, const std::string& key);
/// The object at `key`; an empty one if there is none.
Object::Ptr child(const Object& object, const std::string& key);
/// The objects of the list at `key`; what is no object is left out.
std::vector<Object::Ptr> children(const Object& object, const std::string& key);
/// The texts of the list at `key`.
std::vector<std::string> texts(const Object& object, const std::string& key);

/// Whether both say the same; the order of an object's keys does not count.
bool isSame(const Var& one, const Var& other);

}  // namespace runnel::ctl
