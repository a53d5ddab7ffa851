// SPDX-License-Identifier: Apache-2.0
#include "ctl/table.h"

#include <algorithm>

namespace runnel::ctl {
namespace {

/// Characters, not bytes, of UTF-8.
std::size_t widthOf(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string padded(const std::string& text, std::size_t width, bool isRight) {
    const std::size_t own = widthOf(text);
    const std::string gap(width > own ? width - own : 0, ' ');
    return isRight ? gap + text : text + gap;
}

}  // namespace

std::string printable(const std::string& text, bool hasLines) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool isLineEnd = hasLines && byte == '\n';
        // U+0080 to U+009F are control characters of two bytes.
        const bool isLongControl =
            byte == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
        if (isLongControl) ++i;
        const bool isControl = (byte < ' ' && !isLineEnd) || byte == 0x7FU || isLongControl;
        out += isControl ? '?' : text[i];
    }
    return out;
}

Table::Table(std::vector<std::string> columns) {
    for (std::string& column : columns) {
        isNumber_.push_back(column.front() == '#');
        if (isNumber_.back()) column.erase(0, 1);
    }
    rows_.push_back(std::move(columns));
}

void Table::add(std::vector<std::string> cells) {
    for (std::string& cell : cells) cell = cell.empty() ? "-" : printable(cell);
    rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out) const {
    std::vector<std::size_t> widths(isNumber_.size());
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], widthOf(row[i]));
        }
    }
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += (i == 0 ? "" : "  ") + padded(row[i], widths[i], isNumber_[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }
}

void printFields(std::ostream& out,
                 const std::vector<std::pair<std::string, std::string>>& fields) {
    std::size_t width = 0;
    for (const auto& [name, value] : fields) {
        if (!value.empty()) width = std::max(width, widthOf(name));
    }
    for (const auto& [name, value] : fields) {
        if (!value.empty()) out << padded(name, width, false) << "  " << printable(value) << '\n';
    }
}

}  // namespace runnel::ctl
