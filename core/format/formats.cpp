// SPDX-License-Identifier: Apache-2.0
#include "format/formats.h"

#include "loader/guard.h"

#include <array>
#include <charconv>

namespace runnel {

namespace {

void describe(std::string& out, const Value& value);

void describe(std::string& out, const Fields& fields) {
    for (const Field& field : fields) {
        out += std::to_string(field.name.size()) + ':' + field.name + '=';
        describe(out, field.value);
    }
}

/// Any text that differs when the value differs.
struct Describer {
    std::string& out;
    void operator()(std::monostate) const { out += 'n'; }
    void operator()(bool value) const { out += value ? 't' : 'f'; }
    void operator()(std::int64_t value) const { out += 'i' + std::to_string(value) + ';'; }
    void operator()(double value) const {
        // std::to_string would round to six decimals.
        std::array<char, 32> text{};
        const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), value);
        out += 'd';
        out.append(text.data(), end);
        out += ';';
    }
    void operator()(const std::string& value) const {
        out += 's' + std::to_string(value.size()) + ':' + value;
    }
    void operator()(const List& values) const {
        out += '[';
        for (const Value& value : values) describe(out, value);
        out += ']';
    }
    void operator()(const Fields& fields) const {
        out += '{';
        describe(out, fields);
        out += '}';
    }
};

void describe(std::string& out, const Value& value) {
    std::visit(Describer{out}, value.is);
}

}  // namespace

Result<const FormatUse*> Formats::get(const LoadedPlugin& plugin, Host& host,
                                      const Fields& options) {
    std::string key = plugin.name + '/';
    describe(key, options);
    {
        const auto formats = formats_.lock();
        const auto known = formats->find(key);
        if (known != formats->end()) return known->second.get();
    }
    const std::string name = "format_" + plugin.name;
    auto made = guarded(name, [&] { return plugin.descriptor->format(host, options); });
    if (!made) return made.error();
    if (!*made) return Error{"", "plugin " + name + " made no format and gave no reason"};
    auto use = std::make_unique<FormatUse>(FormatUse{name, std::move(*made)});
    // Two may have made it at once: the first one counts.
    return formats_.lock()->emplace(std::move(key), std::move(use)).first->second.get();
}

}  // namespace runnel
