// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/yaml_tree.h"
#include "runnel/plugin.h"

namespace runnel {

/// One plugin's table of options or settings and whose it is: "protocol websocket".
struct OptionTable {
    std::string owner;
    std::span<const Option> options;
};

OptionTable optionsOf(PluginKind kind, const std::string& name, const Plugin& plugin);
OptionTable settingsOf(const std::string& name, const Plugin& plugin);

/// The values that `options` (a mapping, or null if none is written) has for this table, in the
/// table's order, with defaults filled in. Complains about wrong values and, at `options` or else
/// at `owner`, about missing ones; ignores names that the table lacks. A secret's value is in no
/// complaint.
Fields readOptions(const YamlNode* options, const OptionTable& table, const YamlNode& owner,
                   FileCheck& check);

/// Complains about every option that is in none of the tables; `also` are further names that are
/// allowed there.
void complainUnknownOptions(const YamlNode& options, const std::vector<OptionTable>& tables,
                            const std::vector<std::string>& also, FileCheck& check);

/// A scalar as it looks: plain true, 3 and 21.5 are typed; what is quoted, 007 and 12E4 stay texts,
/// as codes look so.
Value readPlain(const YamlNode& scalar);

/// Whatever JSON can say, its scalars as readPlain has them and 1.5e3 and 1e-7 as numbers.
/// Complains about keys that stand twice.
Value readTree(const YamlNode& node, FileCheck& check);

/// The defaults alone, without regard for what is required.
Fields defaultOptions(std::span<const Option> options);

}  // namespace runnel
