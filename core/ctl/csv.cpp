// SPDX-License-Identifier: Apache-2.0
#include "ctl/csv.h"

namespace runnel::ctl {
namespace {

constexpr int kEnd = std::istream::traits_type::eof();

}  // namespace

bool CsvReader::skipLineEnd() {
    if (in_.peek() == '\r') in_.get();
    if (in_.peek() != '\n') return false;
    in_.get();
    ++nextLine_;
    return true;
}

void CsvReader::readQuoted(std::string& cell) {
    in_.get();
    for (int c = in_.get(); c != kEnd; c = in_.get()) {
        if (c == '\n') ++nextLine_;
        if (c == '"' && in_.peek() != '"') return;
        if (c == '"') in_.get();
        cell += static_cast<char>(c);
    }
    isWhole_ = false;
}

void CsvReader::readCell(std::string& cell) {
    if (in_.peek() == '"') readQuoted(cell);
    for (int c = in_.peek(); c != ',' && c != '\r' && c != '\n' && c != kEnd; c = in_.peek()) {
        if (c == '"') isWhole_ = false;
        cell += static_cast<char>(in_.get());
    }
}

bool CsvReader::next(std::vector<std::string>& cells) {
    cells.clear();
    isWhole_ = true;
    if (line_ == 0 && in_.peek() == 0xEF) {
        for (int i = 0; i < 3; ++i) in_.get();
    }
    while (skipLineEnd()) {
    }
    if (in_.peek() == kEnd) return false;
    line_ = nextLine_;
    do {
        readCell(cells.emplace_back());
    } while (in_.peek() == ',' && in_.get() != kEnd);
    skipLineEnd();
    return true;
}

}  // namespace runnel::ctl
