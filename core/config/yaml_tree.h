// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace runnel {

/// One value of a YAML or JSON document with its place. Our own, since yaml-cpp's nodes accept
/// duplicate keys silently, change when they are looked at, and share what aliases name.
/// Thread safety: a plain value.
struct YamlNode {
    enum class Is : std::uint8_t { Null, Scalar, Sequence, Mapping } is = Is::Null;
    int line{};  ///< from 1
    int column{};
    bool isQuoted{};  ///< Scalar: written in quotes, so certainly a text
    int textLine{};   ///< of a literal block ("|"): where its text begins; else 0
    int textColumn{};
    std::string scalar;            ///< as written, without quotes and escapes
    std::vector<YamlNode> keys;    ///< Mapping: scalars, one per child
    std::vector<YamlNode> values;  ///< of a Sequence or a Mapping, in file order
};

/// Where complaints about one file go.
class FileCheck final {
  public:
    /// `all` outlives this object.
    FileCheck(const std::filesystem::path& file, std::vector<Complaint>& all)
        : file_(file.string()), all_(all) {}

    void complain(const YamlNode& node, std::string text) {
        all_.push_back({place(node), std::move(text)});
    }
    /// About the file as a whole.
    void complain(std::string text) { all_.push_back({Place{file_}, std::move(text)}); }
    void complain(Place place, std::string text) {
        all_.push_back({std::move(place), std::move(text)});
    }
    Place place(const YamlNode& node) const { return {file_, node.line, node.column}; }
    /// `path` as written in this file, absolute: it is relative to the file's directory.
    std::filesystem::path resolve(const std::string& path) const;
    const std::string& file() const { return file_; }

  private:
    std::string file_;
    std::vector<Complaint>& all_;
};

/// The one document in the file; an empty file is Null. Complains and returns nullopt about a file
/// that cannot be read, is over 4 MiB, is no YAML, has several documents, is nested deeper than 32
/// or uses aliases (they make small files huge). yaml-cpp reads about 5 MB/s: many thousands of
/// devices belong into the registry, by the API, and not into a file.
std::optional<YamlNode> readYaml(FileCheck& check);

/// All documents of a stream ("---" between them), without the empty ones and without a limit of
/// size: what an administrator hands to runnelctl. Complains and returns nullopt as readYaml.
std::optional<std::vector<YamlNode>> readYamlStream(std::istream& stream, FileCheck& check);

/// "'abc'" shortened to 40 characters, "nothing", "a list" or "a mapping": for "found …".
std::string found(const YamlNode& node);

}  // namespace runnel
