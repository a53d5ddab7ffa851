// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runnel/values.h"

namespace runnel::fields {

/// The keys of one object of a layout, with complaints that name the path: "uplink[2].type". The
/// first complaint stays; what is asked for afterwards is of no use. Thread safety: one thread.
class EntryKeys final {
  public:
    /// `keys` outlives this.
    EntryKeys(const Fields& keys, std::string path) : keys_{keys}, path_{std::move(path)} {}

    /// Null, or nullopt, if the key is not there or, with a complaint, if it has another type.
    const Value* value(std::string_view key) const { return find(keys_, key); }
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high);
    std::optional<double> number(std::string_view key);
    std::optional<std::string> text(std::string_view key);
    const Fields* object(std::string_view key);

    bool has(std::string_view key) const { return value(key) != nullptr; }
    /// "must be <expected>, found <what is there>".
    void expect(std::string_view key, const std::string& expected);
    void refuse(std::string_view key, std::string reason);
    /// Refuses keys twice, and keys that are not in `allowed`.
    void allowOnly(std::span<const std::string_view> allowed, const std::string& owner);

    std::string pathOf(std::string_view key) const;
    const std::optional<Error>& error() const { return error_; }
    /// Takes over the complaint of something inside.
    void adopt(const std::optional<Error>& error);

  private:
    const Fields& keys_;
    std::string path_;
    std::optional<Error> error_;
};

}  // namespace runnel::fields
