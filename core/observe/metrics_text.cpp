// SPDX-License-Identifier: Apache-2.0
#include "observe/metrics_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace runnel {

namespace {

/// A backslash, a quote and a line break are the only ones that the format escapes.
void appendEscaped(std::string& out, std::string_view text, bool isLabel) {
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && isLabel) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
}

std::string numberText(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

std::string_view wordOf(MetricsText::Type type) {
    switch (type) {
        case MetricsText::Type::Counter:
            return "counter";
        case MetricsText::Type::Gauge:
            return "gauge";
        case MetricsText::Type::Histogram:
            break;
    }
    return "histogram";
}

}  // namespace

void MetricsText::family(std::string_view name, Type type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ");
    appendEscaped(text_, help, false);
    text_.append("\n# TYPE ").append(name).append(" ").append(wordOf(type)).append("\n");
}

void MetricsText::series(std::string_view suffix, Labels labels, std::string_view le) {
    text_.append(name_).append(suffix);
    char separator = '{';
    const auto label = [&](std::string_view name, std::string_view value) {
        text_ += separator;
        text_.append(name).append("=\"");
        appendEscaped(text_, value, true);
        text_ += '"';
        separator = ',';
    };
    for (const auto& [name, value] : labels) label(name, value);
    if (!le.empty()) label("le", le);
    if (separator == ',') text_ += '}';
    text_ += ' ';
}

void MetricsText::value(Labels labels, std::uint64_t value) {
    series("", labels, "");
    text_.append(std::to_string(value)).append("\n");
}

void MetricsText::value(Labels labels, double value) {
    series("", labels, "");
    text_.append(numberText(value)).append("\n");
}

void MetricsText::histogram(Labels labels, const Histogram::Values& values) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < values.counts.size(); ++i) {
        sum += values.counts[i];
        const bool isLast = i == Histogram::kBounds.size();
        const std::string bound =
            isLast ? "+Inf" : numberText(static_cast<double>(Histogram::kBounds[i].count()) / 1e6);
        series("_bucket", labels, bound);
        text_.append(std::to_string(sum)).append("\n");
    }
    series("_sum", labels, "");
    text_.append(numberText(values.seconds)).append("\n");
    series("_count", labels, "");
    text_.append(std::to_string(sum)).append("\n");
}

}  // namespace runnel
