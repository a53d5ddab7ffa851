// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/yaml_tree.h"

namespace runnel {

/// Typed access to one mapping. Whatever is wrong becomes a complaint and the fallback is returned,
/// so that reading goes on. A key that is absent or has no value counts as not written.
/// Order of use: read every key that may be there, then finish().
/// Thread safety: one thread.
class MappingReader final {
  public:
    /// Complains if `node` is no mapping (then it reads as empty) and about duplicate keys. `what`
    /// names it in complaints: "a stream". Both references outlive this object.
    MappingReader(const YamlNode& node, std::string what, FileCheck& check);

    /// Null if not written.
    const YamlNode* find(const std::string& key);
    /// As find; complains if not written.
    const YamlNode* require(const std::string& key);

    std::string text(const std::string& key, std::string fallback = {});
    bool boolean(const std::string& key, bool fallback);
    double number(const std::string& key, double lowest, double highest, double fallback);
    /// The same of a whole number.
    std::int64_t whole(const std::string& key, std::int64_t lowest, std::int64_t highest,
                       std::int64_t fallback);
    /// The index of the value in `choices`.
    std::size_t choice(const std::string& key, const std::vector<std::string>& choices,
                       std::size_t fallback);
    std::optional<Eui> requireEui(const std::string& key);
    /// The entries of a list; empty if it is not written or no list.
    const std::vector<YamlNode>& list(const std::string& key);

    /// Complains about keys that nobody asked for.
    void finish();

    FileCheck& check() { return check_; }
    const YamlNode& node() const { return node_; }
    bool isMapping() const { return node_.is == YamlNode::Is::Mapping; }

  private:
    const YamlNode& node_;
    std::string what_;
    FileCheck& check_;
    std::vector<std::string> asked_;
};

/// The text of a scalar; complains and returns nullopt about anything else. `name` is the key, for
/// the complaint.
std::optional<std::string> readText(const YamlNode& node, const std::string& name,
                                    FileCheck& check);

/// An EUI in any accepted form.
std::optional<Eui> readEui(const YamlNode& node, const std::string& name, FileCheck& check);

/// 1 to 64 of letters, digits, '.', '_' and '-': names that stand in URLs, commands and metrics.
bool isIdentifier(std::string_view name);

/// What to write instead, for complaints about identifiers and EUIs.
inline constexpr std::string_view kIdentifierRule =
    "must be 1 to 64 letters, digits, '.', '_' or '-'";
inline constexpr std::string_view kEuiRule =
    "must be an EUI, 16 hexadecimal digits such as 70B3D57ED0000001";

/// Complains about keys that stand twice in a mapping.
void complainDuplicateKeys(const YamlNode& mapping, FileCheck& check);

}  // namespace runnel
