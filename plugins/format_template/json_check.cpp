// SPDX-License-Identifier: Apache-2.0
#include "json_check.h"

#include "runnel/values.h"

namespace runnel::templates {
namespace {

constexpr int kDeepest = 64;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Recursive descent; every method answers whether to go on.
class Checker final {
  public:
    explicit Checker(std::string_view text) : text_{text} {}

    std::optional<JsonFlaw> run() {
        if (value(0)) {
            skipSpace();
            if (at_ != text_.size()) fail("something follows the end");
        }
        return flaw_;
    }

  private:
    bool fail(std::string_view reason) {
        flaw_ = JsonFlaw{at_, reason};
        return false;
    }
    char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool accept(char c) {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void skipSpace() {
        while (now() == ' ' || now() == '\n' || now() == '\r' || now() == '\t') ++at_;
    }

    bool value(int depth) {
        if (depth > kDeepest) return fail("more than 64 levels");
        skipSpace();
        switch (now()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }

    bool object(int depth) {
        ++at_;
        skipSpace();
        if (accept('}')) return true;
        do {
            skipSpace();
            if (now() != '"') return fail("a member's name in quotes is missing");
            if (!string()) return false;
            skipSpace();
            if (!accept(':')) return fail("':' is missing");
            if (!value(depth + 1)) return false;
            skipSpace();
        } while (accept(','));
        return accept('}') || fail("',' or '}' is missing");
    }

    bool array(int depth) {
        ++at_;
        skipSpace();
        if (accept(']')) return true;
        do {
            if (!value(depth + 1)) return false;
            skipSpace();
        } while (accept(','));
        return accept(']') || fail("',' or ']' is missing");
    }

    bool string() {
        ++at_;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) return fail("a line break in a text");
            if (c == '\\' && !escape()) return false;
        }
        return fail("a text without its end");
    }

    /// Leaves at_ on the last character of the escape.
    bool escape() {
        ++at_;
        const char c = now();
        if (c != 'u') {
            const bool isKnown = std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos;
            return (isKnown && c != '\0') || fail("an unknown escape after '\\'");
        }
        for (int i = 0; i < 4; ++i) {
            ++at_;
            if (hexDigit(now()) < 0) return fail("an unknown escape after '\\'");
        }
        return true;
    }

    bool word(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected)) return fail("a value is missing");
        at_ += expected.size();
        return true;
    }

    bool digits() {
        if (!isDigit(now())) return fail("a value is missing");
        while (isDigit(now())) ++at_;
        return true;
    }

    bool number() {
        accept('-');
        if (now() == '0') {
            ++at_;
            if (isDigit(now())) return fail("a number with a leading 0");
        } else if (!digits()) {
            return false;
        }
        if (accept('.') && !digits()) return false;
        if (accept('e') || accept('E')) {
            if (!accept('+')) accept('-');
            return digits();
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_{};
    std::optional<JsonFlaw> flaw_;
};

}  // namespace

std::optional<JsonFlaw> jsonFlaw(std::string_view text) {
    return Checker{text}.run();
}

}  // namespace runnel::templates
