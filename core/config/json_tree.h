// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Dynamic/Var.h>

#include <string>

#include "config/yaml_tree.h"

namespace runnel {

/// A JSON document as the tree that files are read into, so that one reader serves both. Texts
/// count as quoted. A node's line is its number in the document, which leads a complaint back to
/// the JSON pointer of what it is about. Thread safety: built once, then const.
class JsonTree final {
  public:
    /// A text, number, boolean, null, Poco::JSON::Object or Array, nested as deep as whoever parsed
    /// it allows.
    explicit JsonTree(const Poco::Dynamic::Var& document);

    const YamlNode& root() const { return root_; }
    /// "/options/url" (RFC 6901), "" for the whole document.
    std::string pointerTo(const Place& place) const;

  private:
    YamlNode nodeOf(const Poco::Dynamic::Var& value);
    YamlNode scalar(std::string text, bool isQuoted);

    int last_ = 0;
    YamlNode root_;
};

/// "/gps", "/a~1b": one step of a JSON pointer (RFC 6901). Thread safety: a pure function.
std::string pointerStep(const std::string& key);

}  // namespace runnel
