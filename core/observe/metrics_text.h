// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "observe/histogram.h"

namespace runnel {

/// Writes the Prometheus text format, version 0.0.4: begin a family, then its series.
/// https://prometheus.io/docs/instrumenting/exposition_formats/. Thread safety: one thread.
class MetricsText final {
  public:
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

    enum class Type { Counter, Gauge, Histogram };
    /// A new family. A counter's name ends in "_total".
    void family(std::string_view name, Type type, std::string_view help);

    /// Names are ours; values are escaped.
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    void value(Labels labels, std::uint64_t value);
    void value(Labels labels, double value);
    void value(std::uint64_t number) { value({}, number); }
    /// In seconds.
    void histogram(Labels labels, const Histogram::Values& values);

    const std::string& text() const { return text_; }

  private:
    void series(std::string_view suffix, Labels labels, std::string_view le);

    std::string name_;
    std::string text_;
};

}  // namespace runnel
