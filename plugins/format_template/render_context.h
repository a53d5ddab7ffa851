// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "template_text.h"

namespace runnel::templates {

/// What the names of one rendering stand for, inside the sections that are open.
/// Thread safety: one thread.
class RenderContext final {
  public:
    /// One element of a list, or an object: what a section stands on.
    struct Item {
        const Value* value{};
        bool isElement{};
        bool isLast{};
        std::size_t bodySize{};  ///< of the section
    };

    /// A rendering that is stopped since it costs too much.
    struct TooMuch {};

    RenderContext(const EncodeInput& input, bool isSample) : input_{input}, isSample_{isSample} {}

    /// The text of a variable.
    std::string text(const Slot& slot);
    /// What a section is repeated for; empty: it is left out. The items' numbers are in order,
    /// starting at `first`.
    struct Items {
        std::size_t first{};
        std::size_t count{};
    };
    Items items(const Slot& slot);

    void enter(std::size_t item);
    void leave() { open_.pop_back(); }

    /// Counts work, in bytes of text that are looked at. Throws TooMuch.
    void spend(std::size_t bytes);

  private:
    const Value* find(const Slot& slot);
    const Value* findInItems(const std::string& name);
    const Value* findInMessage(const Slot& slot, std::size_t& used);
    const Value* keep(Value value) { return &kept_.emplace_back(std::move(value)); }

    const EncodeInput& input_;
    bool isSample_;
    std::vector<Item> open_;
    std::deque<Item> items_;
    std::deque<Value> kept_;  ///< what was made for this rendering
    std::size_t spent_{};
};

}  // namespace runnel::templates
