// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "runnel/plugin.h"

namespace runnel::test {

/// The rows that a README's option table must have, made from the descriptor. A `|` inside a type
/// is written `\|`, as Markdown wants it.
inline std::vector<std::string> optionRows(std::span<const Option> options) {
    std::vector<std::string> rows;
    for (const Option& option : options) {
        std::string type;
        for (const char c : std::string(option.type)) type += c == '|' ? "\\|" : std::string(1, c);
        const std::string fallback =
            option.fallback ? "`" + std::string(option.fallback) + "`" : "";
        rows.push_back("| `" + std::string(option.name) + "` | " + type + " | " + fallback + " | " +
                       (option.isRequired ? "yes" : "") + " | " + option.help + " |");
    }
    return rows;
}

/// The rows of the table that begins with "| option |" in the file.
inline std::vector<std::string> tableRows(const std::string& file) {
    std::ifstream in(file);
    std::vector<std::string> rows;
    bool isInside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("| option |"))
            isInside = true;
        else if (isInside && line.empty())
            break;
        else if (isInside && !line.starts_with("|-") && !line.starts_with("| -"))
            rows.push_back(line);
    }
    return rows;
}

}  // namespace runnel::test
