// SPDX-License-Identifier: Apache-2.0
#include "layout_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "codecs/in_words.h"
#include "entry_keys.h"
#include "entry_reader.h"

namespace runnel::fields {
namespace {

using codecs::inWords;

/// Reads the lists of one option; the first complaint ends everything.
class LayoutReader final {
  public:
    explicit LayoutReader(bool isLittle) : isLittle_{isLittle} {}

    Layout read(const Value& value, const std::string& path) {
        Layout layout;
        slots_ = 0;
        layout.entries = readList(value, path);
        layout.slots = slots_;
        return layout;
    }
    const std::optional<Error>& error() const { return error_; }

  private:
    std::vector<Entry> readList(const Value& value, const std::string& path) {
        std::vector<Entry> entries;
        const auto* list = std::get_if<List>(&value.is);
        if (!list || list->empty()) {
            refuse({path, "must be a list of entries, found " +
                              (list ? "an empty one" : inWords(value))});
            return entries;
        }
        lists_.push_back(&entries);
        for (std::size_t i = 0; i < list->size() && !error_; ++i) {
            const std::string place = path + "[" + std::to_string(i) + "]";
            if (++count_ > kMostEntries) {
                refuse({place, "is too much: there may be 256 entries"});
                break;
            }
            addEntry((*list)[i], place, entries);
        }
        lists_.pop_back();
        return entries;
    }

    void addEntry(const Value& value, const std::string& place, std::vector<Entry>& entries) {
        const auto* object = std::get_if<Fields>(&value.is);
        if (!object)
            return refuse({place, "must be a map with name and type, found " + inWords(value)});
        EntryKeys keys{*object, place};
        Entry entry = readEntry(keys, isLittle_);
        if (!keys.error()) readWhen(keys, entry);
        if (!keys.error()) checkName(keys, entry, entries);
        if (keys.error()) return refuse(*keys.error());
        if (entry.kind == Kind::Repeat) readInner(keys, entry);
        entries.push_back(std::move(entry));
    }

    void readInner(EntryKeys& keys, Entry& entry) {
        if (lists_.size() > kDeepestRepeat) {
            return refuse({keys.pathOf("repeat"), "must not be inside two others"});
        }
        const Value* const fields = keys.value("fields");
        entry.fields = readList(fields ? *fields : Value{}, keys.pathOf("fields"));
    }

    /// No field twice but under conditions, and none that is both a value and an object.
    static void checkName(EntryKeys& keys, Entry& entry, std::vector<Entry>& entries) {
        if (entry.name.empty()) return;
        for (Entry& other : entries) {
            if (other.name == entry.name) {
                if (other.when.slot == kNone || entry.when.slot == kNone) {
                    keys.refuse("name", "must be a new one unless both entries have when, found " +
                                            codecs::quoted(entry.name) + " again");
                }
                other.mayBeTwice = entry.mayBeTwice = true;
            }
            if (other.name.starts_with(entry.name + ".") ||
                entry.name.starts_with(other.name + ".")) {
                keys.refuse("name", "must not be both a value and an object, found " +
                                        codecs::quoted(entry.name) + " beside " +
                                        codecs::quoted(other.name));
            }
        }
    }

    void readWhen(EntryKeys& keys, Entry& entry) {
        const Fields* const when = keys.object("when");
        if (!when) return;
        static constexpr std::string_view kKeys[]{"field", "is"};
        EntryKeys inner{*when, keys.pathOf("when")};
        inner.allowOnly(kKeys, "when");
        const auto name = inner.text("field");
        Entry* const field = name ? earlier(*name) : nullptr;
        if (!field) {
            inner.expect("field", "an earlier field with a single value and entry");
        } else if (readWanted(inner, entry.when)) {
            if (field->slot == kNone) field->slot = slots_++;
            entry.when.slot = field->slot;
            entry.when.text = *name + " is " + entry.when.text;
        }
        keys.adopt(inner.error());
    }

    static bool readWanted(EntryKeys& keys, Condition& when) {
        const Value* const is = keys.value("is");
        const auto* list = is ? std::get_if<List>(&is->is) : nullptr;
        if (list) {
            when.is = *list;
        } else if (is) {
            when.is = {*is};
        }
        const bool hasOther = std::any_of(when.is.begin(), when.is.end(), [](const Value& value) {
            return value.is.index() == 0 || std::holds_alternative<List>(value.is) ||
                   std::holds_alternative<Fields>(value.is);
        });
        if (when.is.empty() || hasOther) {
            keys.expect("is", "a number, text, true or false, or a list of them");
            return false;
        }
        for (const Value& value : when.is) {
            when.text += (when.text.empty() ? "" : " or ") + inWords(value);
        }
        return true;
    }

    /// The entry called `name` before this one, in this list or in one around it.
    Entry* earlier(const std::string& name) {
        for (auto list = lists_.rbegin(); list != lists_.rend(); ++list) {
            for (Entry& entry : **list) {
                if (entry.name != name) continue;
                const bool hasValue = entry.kind != Kind::Repeat && entry.kind != Kind::Flags;
                return hasValue && !entry.mayBeTwice ? &entry : nullptr;
            }
        }
        return nullptr;
    }

    void refuse(Error error) {
        if (!error_) error_ = std::move(error);
    }

    bool isLittle_;
    std::size_t count_ = 0;
    int slots_ = 0;
    std::vector<std::vector<Entry>*> lists_;  // the list that is being read and those around it
    std::optional<Error> error_;
};

struct Ports {
    int first = 0;
    int last = 0;
};

/// "2" or "10-12".
std::optional<Ports> portsOf(std::string_view text) {
    Ports ports;
    const char* const end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, ports.first);
    ports.last = ports.first;
    if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '-') {
        read = std::from_chars(read.ptr + 1, end, ports.last);
    }
    const bool isRange = read.ec == std::errc{} && read.ptr == end && ports.first >= 1 &&
                         ports.last <= 255 && ports.first <= ports.last;
    return isRange ? std::optional{ports} : std::nullopt;
}

/// Gives the newest layout its ports (the default is that of port 0); says what is wrong with them.
std::optional<Error> assign(Layouts& layouts, const std::string& key, const std::string& path) {
    const auto ports = key == "default" ? std::optional{Ports{0, 0}} : portsOf(key);
    if (!ports) {
        return Error{path, "must be a port of 1 to 255, a range such as 10-12, or default"};
    }
    for (int port = ports->first; port <= ports->last; ++port) {
        auto& of = layouts.ofPort[static_cast<std::size_t>(port)];
        if (of != kNone) {
            return Error{path, "has a port that another key has: " + std::to_string(port)};
        }
        of = static_cast<std::int16_t>(layouts.layouts.size() - 1);
    }
    layouts.ports += (layouts.ports.empty() ? "" : ", ") + key;
    return std::nullopt;
}

}  // namespace

Result<Layouts> readLayouts(const Value& value, const std::string& option, bool isLittle) {
    LayoutReader reader{isLittle};
    Layouts layouts;
    layouts.ofPort.fill(kNone);
    const auto* map = std::get_if<Fields>(&value.is);
    const Fields every = map ? *map : Fields{{"default", value}};
    if (every.empty()) return Error{option, "must have entries, found an empty map"};
    for (const Field& field : every) {
        const std::string path = map ? option + "." + field.name : option;
        layouts.layouts.push_back(reader.read(field.value, path));
        if (reader.error()) return *reader.error();
        if (auto wrong = assign(layouts, field.name, path)) return *wrong;
    }
    std::replace(layouts.ofPort.begin(), layouts.ofPort.end(), static_cast<std::int16_t>(kNone),
                 layouts.ofPort[0]);
    return layouts;
}

}  // namespace runnel::fields
