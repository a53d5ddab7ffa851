// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace runnel {
namespace {

constexpr std::uintmax_t kLargestFile = 4U << 20U;
constexpr std::size_t kDeepest = 32;

/// The lines of a file, to see how a scalar is written: yaml-cpp tells its value only.
class Lines final {
  public:
    Lines() = default;
    explicit Lines(std::string_view text) {
        for (std::size_t from = 0; from < text.size();) {
            const std::size_t to = std::min(text.find('\n', from), text.size());
            lines_.push_back(text.substr(from, to - from));
            from = to + 1;
        }
    }

    /// Says of a scalar that is a literal block where its text begins.
    void complete(YamlNode& scalar) const {
        const auto line = static_cast<std::size_t>(scalar.line);  // of the next one: from 0
        const auto column = static_cast<std::size_t>(scalar.column);
        if (line > lines_.size() || column > lines_[line - 1].size()) return;
        const std::string_view head = lines_[line - 1].substr(column - 1);
        // With a number behind it ("|2") the text begins with spaces of its own.
        if (head.front() != '|' || head.find_first_of("123456789") == 1) return;
        for (std::size_t i = line; i < lines_.size(); ++i) {
            const std::size_t indent = lines_[i].find_first_not_of(" \r");
            if (indent == std::string_view::npos) continue;
            scalar.textLine = scalar.line + 1;
            scalar.textColumn = static_cast<int>(indent) + 1;
            return;
        }
    }

  private:
    std::vector<std::string_view> lines_;
};

/// Builds YamlNodes out of yaml-cpp's events. Refuses by YAML::Exception, which carries the place.
class TreeBuilder final : public YAML::EventHandler {
  public:
    TreeBuilder() = default;
    explicit TreeBuilder(std::string_view text) : lines_(text) {}
    YamlNode takeRoot() { return std::move(root_); }
    bool hasDocument() const { return hasDocument_; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (hasDocument_) {
            throw YAML::ParserException(mark, "a second document begins; expected only one");
        }
        hasDocument_ = true;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        add(makeNode(YamlNode::Is::Null, mark));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        throw YAML::ParserException(mark, "aliases (*name) are not supported; write the value out");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override {
        YamlNode node = makeNode(YamlNode::Is::Scalar, mark);
        node.isQuoted = tag == "!";
        node.scalar = value;
        if (node.isQuoted) lines_.complete(node);
        add(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open(YamlNode::Is::Sequence, mark);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open(YamlNode::Is::Mapping, mark);
    }
    void OnMapEnd() override { close(); }

  private:
    static YamlNode makeNode(YamlNode::Is is, const YAML::Mark& mark) {
        YamlNode node;
        node.is = is;
        node.line = mark.line + 1;
        node.column = mark.column + 1;
        return node;
    }
    void open(YamlNode::Is is, const YAML::Mark& mark) {
        if (open_.size() == kDeepest) {
            throw YAML::ParserException(mark, "nested deeper than 32 levels");
        }
        open_.push_back(makeNode(is, mark));
    }
    void close() {
        YamlNode done = std::move(open_.back());
        open_.pop_back();
        add(std::move(done));
    }
    /// The events of a mapping alternate between key and value.
    void add(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        YamlNode& parent = open_.back();
        const bool isKey =
            parent.is == YamlNode::Is::Mapping && parent.keys.size() == parent.values.size();
        if (isKey && node.is != YamlNode::Is::Scalar) {
            throw YAML::ParserException({}, "a key that is not a text begins in line " +
                                                std::to_string(node.line) +
                                                "; expected key: value");
        }
        (isKey ? parent.keys : parent.values).push_back(std::move(node));
    }

    Lines lines_;
    YamlNode root_;
    std::vector<YamlNode> open_;
    bool hasDocument_{};
};

std::optional<std::string> readText(FileCheck& check) {
    std::error_code error;
    const std::filesystem::path file = check.file();
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        check.complain(std::string("cannot be opened: ") + std::strerror(errno));
        return std::nullopt;
    }
    if (!std::filesystem::is_regular_file(file, error)) {
        check.complain("is not a regular file; expected a file");
        return std::nullopt;
    }
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error || size > kLargestFile) {
        check.complain(
            "is over 4 MiB, the most that a file may have; bring many devices in by the API");
        return std::nullopt;
    }
    std::string text(size, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

void complain(const YAML::Exception& exception, FileCheck& check) {
    const YAML::Mark& mark = exception.mark;
    check.complain(
        mark.is_null() ? Place{check.file()} : Place{check.file(), mark.line + 1, mark.column + 1},
        "is not readable as YAML: " + exception.msg);
}

}  // namespace

std::filesystem::path FileCheck::resolve(const std::string& path) const {
    const std::filesystem::path file = std::filesystem::absolute(file_);
    std::filesystem::path resolved = (file.parent_path() / path).lexically_normal();
    // "plugins/" is "plugins", so that parent_path() means the same for both.
    if (!resolved.has_filename() && resolved.has_relative_path()) {
        resolved = resolved.parent_path();
    }
    return resolved;
}

std::optional<YamlNode> readYaml(FileCheck& check) {
    const std::optional<std::string> text = readText(check);
    if (!text) return std::nullopt;
    try {
        std::istringstream stream(*text);
        YAML::Parser parser(stream);
        TreeBuilder builder(*text);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.takeRoot();
    } catch (const YAML::Exception& exception) {
        complain(exception, check);
    }
    return std::nullopt;
}

std::optional<std::vector<YamlNode>> readYamlStream(std::istream& stream, FileCheck& check) {
    try {
        YAML::Parser parser(stream);
        std::vector<YamlNode> documents;
        for (TreeBuilder builder; parser.HandleNextDocument(builder); builder = {}) {
            YamlNode root = builder.takeRoot();
            if (root.is != YamlNode::Is::Null) documents.push_back(std::move(root));
        }
        return documents;
    } catch (const YAML::Exception& exception) {
        complain(exception, check);
    }
    return std::nullopt;
}

std::string found(const YamlNode& node) {
    constexpr std::size_t kMost = 40;
    switch (node.is) {
        case YamlNode::Is::Null:
            return "nothing";
        case YamlNode::Is::Sequence:
            return "a list";
        case YamlNode::Is::Mapping:
            return "a mapping";
        case YamlNode::Is::Scalar:
            break;
    }
    std::string shown = node.scalar.substr(0, kMost);
    for (char& c : shown) {
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    return "'" + shown + (node.scalar.size() > kMost ? "…'" : "'");
}

}  // namespace runnel
