// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "config/yaml_tree.h"
#include "ctl/json.h"

/// Between the API's JSON and the YAML of the configuration files. Thread safety: pure functions.
namespace runnel::ctl {

/// Writes `object` as one YAML document in block style, keys in their order. Every text that YAML
/// might take for something else stands in double quotes, so that readYaml and valueOf give the
/// same value back.
void writeYaml(std::ostream& out, const Object& object);

/// The JSON value of a node. Plain true, false, 3 and 21.5 are typed; what is quoted, 007 and 12E4
/// stay texts, as in the configuration files.
Var valueOf(const YamlNode& node);

/// The same rule for a word of the command line or of a CSV file, taken as written without quotes.
Var valueOf(const std::string& word);

}  // namespace runnel::ctl
