// SPDX-License-Identifier: Apache-2.0
#include "admin/time_text.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace runnel::admin {

namespace {

namespace chrono = std::chrono;

/// Takes pieces off the front; after the first one that does not fit, nothing fits any more.
class Reader final {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (rest_.size() < count) isGood_ = false;
        for (std::size_t i = 0; isGood_ && i < count; ++i) {
            isGood_ = rest_[i] >= '0' && rest_[i] <= '9';
            value = value * 10 + (rest_[i] - '0');
        }
        if (isGood_) rest_.remove_prefix(count);
        return isGood_ ? value : 0;
    }
    /// The character, if it is one of these; else 0, and no harm done.
    char optional(std::string_view characters) {
        if (!isGood_ || rest_.empty() || characters.find(rest_.front()) == characters.npos) {
            return '\0';
        }
        const char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }
    char required(std::string_view characters) {
        const char found = optional(characters);
        if (found == '\0') isGood_ = false;
        return found;
    }
    /// Of a second's fraction.
    int milliseconds() {
        int value = 0;
        int weight = 100;
        do {
            value += weight * digits(1);
            weight /= 10;
        } while (isGood_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9');
        return value;
    }
    bool isGood() const { return isGood_; }
    bool isAtEnd() const { return isGood_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool isGood_ = true;
};

std::optional<chrono::sys_days> readDate(Reader& reader) {
    const chrono::year year(reader.digits(4));
    reader.required("-");
    const chrono::month month(static_cast<unsigned>(reader.digits(2)));
    reader.required("-");
    const chrono::day day(static_cast<unsigned>(reader.digits(2)));
    const chrono::year_month_day date{year, month, day};
    if (!reader.isGood() || !date.ok() || year < chrono::year(1970)) return std::nullopt;
    return chrono::sys_days(date);
}

std::optional<chrono::milliseconds> readTimeOfDay(Reader& reader) {
    const int hour = reader.digits(2);
    reader.required(":");
    const int minute = reader.digits(2);
    reader.required(":");
    const int second = reader.digits(2);
    const int fraction = reader.optional(".") != '\0' ? reader.milliseconds() : 0;
    if (!reader.isGood() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second) +
           chrono::milliseconds(fraction);
}

std::optional<chrono::minutes> readOffset(Reader& reader) {
    const char sign = reader.required("Zz+-");
    if (sign == 'Z' || sign == 'z') return chrono::minutes(0);
    const int hours = reader.digits(2);
    reader.required(":");
    const int minutes = reader.digits(2);
    if (!reader.isGood() || hours > 23 || minutes > 59) return std::nullopt;
    const int offset = hours * 60 + minutes;
    return chrono::minutes(sign == '-' ? -offset : offset);
}

}  // namespace

std::string timeText(Instant instant) {
    const auto day = chrono::floor<chrono::days>(instant);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss time(instant - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()),
                  static_cast<int>(time.subseconds().count()));
    return text.data();
}

std::optional<Instant> parseTime(std::string_view text) {
    Reader reader(text);
    const auto date = readDate(reader);
    reader.required("Tt ");
    const auto time = readTimeOfDay(reader);
    const auto offset = readOffset(reader);
    if (!date || !time || !offset || !reader.isAtEnd()) return std::nullopt;
    const Instant instant = Instant(*date) + *time - *offset;
    if (instant.time_since_epoch().count() < 0) return std::nullopt;
    return instant;
}

}  // namespace runnel::admin
