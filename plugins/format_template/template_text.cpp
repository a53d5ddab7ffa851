// SPDX-License-Identifier: Apache-2.0
#include "template_text.h"

#include <algorithm>
#include <utility>

#include "documents/parsed.h"

namespace runnel::templates {
namespace {

constexpr std::size_t kMostFilters = 4;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t from = text.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

/// Calls `each` with every part of `text` between separators, empty ones too.
template <class Each>
void split(std::string_view text, char separator, Each each) {
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(separator, from), text.size());
        each(trimmed(text.substr(from, to - from)));
        from = to + 1;
    }
}

struct Tag {
    char kind{};            ///< 0 variable, & unescaped, # ^ / sections, ! comment
    std::string_view name;  ///< as written, trimmed
    std::size_t from{};     ///< offset of the first brace
    std::size_t to{};       ///< behind the last one
};

struct Open {
    std::string_view name;
    std::size_t from;
    std::size_t bodyFrom;
    std::string number;
    bool isFree;       ///< names inside may be members of decoded fields
    bool isReception;  ///< names inside may be members of a reception
};

class Compiler final {
  public:
    explicit Compiler(std::string_view text) : text_{text} {}

    Result<CompiledText> run() {
        std::size_t at = 0;
        while (!problem_) {
            const std::size_t from = text_.find("{{", at);
            out_.mustache += text_.substr(at, from - at);
            if (from == std::string_view::npos) break;
            const Tag tag = tagAt(from);
            if (!problem_) take(tag);
            at = tag.to;
        }
        if (!problem_ && !open_.empty()) {
            complain("has the section \"" + documents::excerpt(open_.back().name) +
                         "\" without its end {{/" + documents::excerpt(open_.back().name) + "}}",
                     open_.back().from);
        }
        if (problem_) return std::move(*problem_);
        return std::move(out_);
    }

  private:
    void complain(const std::string& reason, std::size_t offset) {
        if (problem_) return;
        problem_ = Error{"uplink", reason + " (" + documents::place(text_, offset) + ")"};
    }

    Tag tagAt(std::size_t from) {
        const bool isTriple = text_.substr(from).starts_with("{{{");
        const std::size_t inner = from + (isTriple ? 3 : 2);
        const std::string_view end = isTriple ? "}}}" : "}}";
        const std::size_t to = text_.find(end, inner);
        if (to == std::string_view::npos) {
            complain("has a tag without its end " + std::string{end}, from);
            return {0, {}, from, text_.size()};
        }
        std::string_view name = trimmed(text_.substr(inner, to - inner));
        char kind = isTriple ? '&' : '\0';
        constexpr std::string_view kKinds = "&#^/!>=";
        if (!isTriple && !name.empty() && kKinds.find(name.front()) != std::string_view::npos) {
            kind = name.front();
            name = trimmed(name.substr(1));
        }
        return {kind, name, from, to + end.size()};
    }

    void take(const Tag& tag) {
        switch (tag.kind) {
            case '!':
                return;
            case '>':
                complain("has a partial, which there is none to include", tag.from);
                return;
            case '=':
                complain("sets other delimiters, which is not possible: use {{ and }}", tag.from);
                return;
            case '/':
                takeEnd(tag);
                return;
            default:
                takeName(tag);
        }
    }

    void takeEnd(const Tag& tag) {
        if (open_.empty() || open_.back().name != tag.name) {
            const std::string expected =
                open_.empty()
                    ? "no section is open"
                    : "{{/" + documents::excerpt(open_.back().name) + "}} has to come first";
            complain("ends the section \"" + documents::excerpt(tag.name) + "\", but " + expected,
                     tag.from);
            return;
        }
        out_.slots[std::stoul(open_.back().number)].bodySize = tag.from - open_.back().bodyFrom;
        out_.mustache += "{{/" + open_.back().number + "}}";
        open_.pop_back();
    }

    void takeName(const Tag& tag) {
        Slot slot = slotOf(tag);
        if (problem_) return;
        slot.isSection = tag.kind == '#' || tag.kind == '^';
        slot.from = tag.from;
        const std::string number = std::to_string(out_.slots.size());
        out_.mustache += tag.kind == '\0' ? "{{" : "{{" + std::string{tag.kind};
        out_.mustache += number + "}}";
        if (slot.isSection) open(tag, slot, number);
        out_.slots.push_back(std::move(slot));
    }

    void open(const Tag& tag, const Slot& slot, const std::string& number) {
        if (open_.size() == kDeepestSection) {
            complain("nests sections more than 16 deep", tag.from);
        }
        const bool isFree = !slot.source || isOpen(*slot.source);
        const bool isReception = slot.path.size() == 1 && slot.path.front() == "Receptions";
        open_.push_back({tag.name, tag.from, tag.to, number, isFree && tag.kind == '#',
                         isReception && tag.kind == '#'});
    }

    Slot slotOf(const Tag& tag) {
        Slot slot;
        std::size_t part = 0;
        split(tag.name, '|', [&](std::string_view text) {
            if (part++ == 0) {
                readPath(text, tag, slot);
            } else if (const Filter filter = filterCalled(text)) {
                slot.filters.push_back(filter);
            } else {
                complain("has the unknown filter \"" + documents::excerpt(text) + "\"; known are " +
                             std::string{kFilterNames},
                         tag.from);
            }
        });
        if (slot.filters.size() > kMostFilters) {
            complain("has more than 4 filters in one tag", tag.from);
        }
        return slot;
    }

    void readPath(std::string_view name, const Tag& tag, Slot& slot) {
        if (name == ".") {
            if (open_.empty()) complain("has . outside of a section", tag.from);
            return;
        }
        bool isComplete = !name.empty();
        split(name, '.', [&](std::string_view member) {
            isComplete = isComplete && !member.empty();
            slot.path.emplace_back(member);
        });
        if (!isComplete) {
            complain("has a tag with an incomplete name, \"" + documents::excerpt(name) + "\"",
                     tag.from);
            return;
        }
        slot.source = sourceCalled(slot.path.front());
        checkName(tag, slot);
    }

    void checkName(const Tag& tag, const Slot& slot) {
        const std::string& head = slot.path.front();
        const bool isMember = slot.path.size() > 1;
        if (slot.source && (!isMember || isOpen(*slot.source))) return;
        for (const Open& section : open_) {
            if (section.isFree) return;
            if (section.isReception && !isMember && isReceptionMember(head)) return;
        }
        if (head == "last" && !open_.empty()) return;
        const std::string_view near = nearestName(head);
        std::string reason = "has the unknown name \"" + documents::excerpt(tag.name) + "\"";
        if (slot.source) {
            reason += "; only Fields, Tags and Details have members";
        } else {
            if (!near.empty()) reason += "; did you mean " + std::string{near} + "?";
            reason += " Known are " + sourceNames() + ", and last in lists";
        }
        complain(reason, tag.from);
    }

    std::string_view text_;
    CompiledText out_;
    std::vector<Open> open_;
    std::optional<Error> problem_;
};

}  // namespace

Result<CompiledText> compile(std::string_view text) {
    if (text.size() > kLongestText) {
        return Error{"uplink",
                     "must have at most 65536 bytes, found " + std::to_string(text.size())};
    }
    if (const auto at = documents::badByte(text)) {
        return Error{"uplink", "must be UTF-8 (" + documents::place(text, *at) + ")"};
    }
    return Compiler{text}.run();
}

}  // namespace runnel::templates
