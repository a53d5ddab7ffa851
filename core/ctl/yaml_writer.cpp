// SPDX-License-Identifier: Apache-2.0
#include "ctl/yaml_writer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

namespace runnel::ctl {
namespace {

bool isReserved(std::string word) {
    constexpr std::array<std::string_view, 9> kWords{"true", "false", "null", "yes", "no",
                                                     "on",   "off",   "y",    "n"};
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

/// Words that mean themselves in every YAML: letters first, then nothing that YAML knows.
bool isPlain(const std::string& text) {
    if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
    if (text.back() == ' ' || isReserved(text)) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ' ' || c == '_' ||
               c == '-' || c == '.' || c == '/' || c == '@';
    });
}

/// U+0080 to U+009F, U+2028, U+2029 and U+FEFF are line ends or not allowed in YAML.
std::size_t lengthOfOdd(std::string_view rest, const char*& escape) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    if (rest.size() > 1 && byte(0) == 0xC2U && byte(1) == 0x85U) return escape = "\\u0085", 2;
    if (rest.substr(0, 3) == "\xE2\x80\xA8") return escape = "\\u2028", 3;
    if (rest.substr(0, 3) == "\xE2\x80\xA9") return escape = "\\u2029", 3;
    if (rest.substr(0, 3) == "\xEF\xBB\xBF") return escape = "\\uFEFF", 3;
    return 0;
}

std::string quoted(const std::string& text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char* escape = nullptr;
        const auto byte = static_cast<unsigned char>(text[i]);
        if (const std::size_t length = lengthOfOdd(std::string_view(text).substr(i), escape)) {
            out += escape;
            i += length - 1;
        } else if (text[i] == '"' || text[i] == '\\') {
            out += {'\\', text[i]};
        } else if (text[i] == '\n') {
            out += "\\n";
        } else if (byte < ' ' || byte == 0x7FU) {
            out += {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xFU]};
        } else {
            out += text[i];
        }
    }
    return out + '"';
}

std::string scalar(const Var& value) {
    if (value.isEmpty()) return "null";
    if (!value.isString()) return dump(value);
    const auto text = value.convert<std::string>();
    return isPlain(text) ? text : quoted(text);
}

bool isNested(const Var& value) {
    return value.type() == typeid(Object::Ptr) || value.type() == typeid(Array::Ptr);
}

void writeObject(std::ostream& out, const Object& object, std::size_t indent, bool isInList);

/// What follows "key:"; ends the line.
void writeValue(std::ostream& out, const Var& value, std::size_t indent) {
    if (!isNested(value)) {
        out << ' ' << scalar(value) << '\n';
        return;
    }
    if (value.type() == typeid(Object::Ptr)) {
        const auto& object = *value.extract<Object::Ptr>();
        if (object.size() == 0) {
            out << " {}\n";
            return;
        }
        out << '\n';
        writeObject(out, object, indent + 2, false);
        return;
    }
    const auto& array = *value.extract<Array::Ptr>();
    if (std::none_of(array.begin(), array.end(), isNested)) {
        out << " [";
        for (std::size_t i = 0; i < array.size(); ++i) {
            const std::string entry = scalar(array.get(static_cast<unsigned>(i)));
            // A comma would end a plain word here; isPlain knows none.
            out << (i == 0 ? "" : ", ") << entry;
        }
        out << "]\n";
        return;
    }
    out << '\n';
    for (const Var& entry : array) {
        out << std::string(indent + 2, ' ') << '-';
        if (entry.type() == typeid(Object::Ptr) && entry.extract<Object::Ptr>()->size() != 0) {
            out << ' ';
            writeObject(out, *entry.extract<Object::Ptr>(), indent + 4, true);
        } else {
            writeValue(out, entry, indent + 2);
        }
    }
}

/// `isInList`: the first key stands behind "- ".
void writeObject(std::ostream& out, const Object& object, std::size_t indent, bool isInList) {
    bool isFirst = isInList;
    for (const std::string& name : object.getNames()) {
        if (!isFirst) out << std::string(indent, ' ');
        isFirst = false;
        out << scalar(Var(name)) << ':';
        writeValue(out, object.get(name), indent);
    }
}

}  // namespace

void writeYaml(std::ostream& out, const Object& object) {
    if (object.size() == 0) {
        out << "{}\n";
        return;
    }
    writeObject(out, object, 0, false);
}

Var valueOf(const std::string& word) {
    if (word == "true" || word == "false") return word == "true";
    const std::size_t sign = word.rfind('-', 0) == 0 ? 1 : 0;
    const bool isPlainNumber =
        word.size() > sign && word.find_first_not_of("0123456789.", sign) == std::string::npos;
    const bool hasLeadingZero =
        word.size() > sign + 1 && word[sign] == '0' && word[sign + 1] != '.';
    if (!isPlainNumber || hasLeadingZero) return word;
    const char* end = word.data() + word.size();
    std::int64_t integer{};
    if (const auto read = std::from_chars(word.data(), end, integer);
        read.ptr == end && read.ec == std::errc{}) {
        return integer;
    }
    double number{};
    const auto [read, error] = std::from_chars(word.data(), end, number);
    return read == end && error == std::errc{} ? Var(number) : Var(word);
}

Var valueOf(const YamlNode& node) {
    switch (node.is) {
        case YamlNode::Is::Null:
            return {};
        case YamlNode::Is::Scalar:
            return node.isQuoted ? Var(node.scalar) : valueOf(node.scalar);
        case YamlNode::Is::Sequence: {
            Array::Ptr array = new Array;
            for (const YamlNode& entry : node.values) array->add(valueOf(entry));
            return array;
        }
        case YamlNode::Is::Mapping:
            break;
    }
    Object::Ptr object = newObject();
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        object->set(node.keys[i].scalar, valueOf(node.values[i]));
    }
    return object;
}

}  // namespace runnel::ctl
