// SPDX-License-Identifier: Apache-2.0
#include "json_reader.h"

#include <Poco/JSON/Handler.h>
#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/Parser.h>

#include <istream>
#include <limits>
#include <streambuf>
#include <utility>
#include <vector>

#include "utf8.h"

namespace runnel::json {
namespace {

/// Lets Poco read the borrowed bytes and tells afterwards how far it came, which the parser itself
/// does not say.
class BorrowedBuffer final : public std::streambuf {
  public:
    explicit BorrowedBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data());  // a get area is never written to
        setg(begin, begin, begin + text.size());
    }
    std::size_t consumed() const { return static_cast<std::size_t>(gptr() - eback()); }
};

/// Builds runnel::Value from the parser's events.
class TreeBuilder final : public Poco::JSON::Handler {
  public:
    void reset() override { open_.clear(); }
    void startObject() override { open_.push_back({{}, Value{Fields{}}}); }
    void endObject() override { closeInnermost(); }
    void startArray() override { open_.push_back({{}, Value{List{}}}); }
    void endArray() override { closeInnermost(); }
    void key(const std::string& name) override { open_.back().nextName = name; }
    void null() override { add({}); }
    void value(int number) override { add({std::int64_t{number}}); }
    void value(unsigned number) override { add({std::int64_t{number}}); }
    void value(Poco::Int64 number) override { add({std::int64_t{number}}); }
    // Comes only for what does not fit into Int64, and then with a number that may be wrong.
    void value(Poco::UInt64) override { add({std::numeric_limits<double>::infinity()}); }
    void value(const std::string& text) override { add({text}); }
    void value(double number) override { add({number}); }
    void value(bool flag) override { add({flag}); }

    /// The member of the outermost object that is being read, "" if there is none.
    std::string currentMember() const { return open_.empty() ? "" : open_.front().nextName; }

    Value takeRoot() {
        while (!open_.empty()) closeInnermost();
        return std::move(root_);
    }

  private:
    struct Level {
        std::string nextName;
        Value value;
    };

    void add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Level& level = open_.back();
        if (auto* fields = std::get_if<Fields>(&level.value.is)) {
            fields->push_back({std::move(level.nextName), std::move(value)});
            level.nextName.clear();
        } else if (auto* list = std::get_if<List>(&level.value.is)) {
            list->push_back(std::move(value));
        }
    }
    void closeInnermost() {
        Value closed = std::move(open_.back().value);
        open_.pop_back();
        add(std::move(closed));
    }

    std::vector<Level> open_;
    Value root_;
};

std::string place(std::string_view document, std::size_t offset) {
    const std::string_view before = document.substr(0, offset);
    std::size_t line = 1;
    for (const char c : before) line += c == '\n' ? 1 : 0;
    const std::size_t lineStart = before.rfind('\n') + 1;  // npos + 1 is 0
    return "line " + std::to_string(line) + ", column " + std::to_string(offset - lineStart + 1);
}

/// Offset of the first byte that is not UTF-8, or nullopt.
std::optional<std::size_t> badByte(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8Length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::nullopt;
}

std::optional<Error> problemBeforeParsing(std::string_view document) {
    if (document.size() > kLongestDocument) {
        return Error{"", "must have at most " + std::to_string(kLongestDocument) +
                             " bytes, found " + std::to_string(document.size())};
    }
    if (const auto at = badByte(document)) {
        return Error{"", "must be UTF-8, found the byte " + excerpt(document.substr(*at, 1)) +
                             " at " + place(document, *at)};
    }
    return std::nullopt;
}

std::string syntaxReason(const Poco::Exception& exception, const std::string& where) {
    if (exception.message() == "Maximum depth exceeded") {
        return "must be nested at most " + std::to_string(kDeepestDocument) +
               " deep, found more at " + where;
    }
    return "must be JSON, found at " + where + ": " + excerpt(exception.message());
}

/// Offset of the last byte that the parser took.
std::size_t lastTaken(const BorrowedBuffer& buffer) {
    return buffer.consumed() == 0 ? 0 : buffer.consumed() - 1;
}

}  // namespace

Parsed parse(std::string_view document) {
    if (auto problem = problemBeforeParsing(document)) return {{}, std::move(problem)};
    Poco::SharedPtr<TreeBuilder> builder{new TreeBuilder};
    BorrowedBuffer buffer{document};
    std::istream stream{&buffer};
    std::optional<Error> problem;
    try {
        Poco::JSON::Parser parser{builder};
        parser.setDepth(kDeepestDocument);
        parser.parse(stream);
    } catch (const Poco::SyntaxException&) {  // from Poco's number parser: 1e400, 40 digits
        problem = Error{excerpt(builder->currentMember()),
                        "must hold numbers of at most 64 bits, found a larger one at " +
                            place(document, lastTaken(buffer))};
    } catch (const Poco::Exception& exception) {
        problem = Error{"", syntaxReason(exception, place(document, lastTaken(buffer)))};
    }
    return {builder->takeRoot(), std::move(problem)};
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t kMost = 40;
    std::string shown;
    for (const char c : text.substr(0, kMost)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            shown += c;
        } else {
            shown += "\\x";
            appendHex(shown, &byte, 1);
        }
    }
    if (text.size() > kMost) shown += "...";
    return shown;
}

}  // namespace runnel::json
