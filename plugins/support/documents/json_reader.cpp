// SPDX-License-Identifier: Apache-2.0
#include "documents/json_reader.h"

#include <Poco/JSON/Handler.h>
#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/Parser.h>

#include <istream>
#include <limits>
#include <streambuf>
#include <utility>
#include <vector>

namespace runnel::documents {
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

Parsed parseJson(std::string_view document) {
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

}  // namespace runnel::documents
