// SPDX-License-Identifier: Apache-2.0
#include "events/rfc3339.h"

#include <cstddef>

namespace runnel::events {

namespace {

using namespace std::chrono;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes text off its front; once something does not fit, `isGood` stays false.
struct Cursor {
    std::string_view rest;
    bool isGood = true;

    char front() const { return rest.empty() ? '\0' : rest.front(); }

    int number(std::size_t digits, int least, int most) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (!isDigit(front())) {
                isGood = false;
                return least;
            }
            value = value * 10 + (rest.front() - '0');
            rest.remove_prefix(1);
        }
        isGood = isGood && value >= least && value <= most;
        return value;
    }
    void expect(std::string_view oneOf) {
        isGood = isGood && !rest.empty() && oneOf.find(rest.front()) != std::string_view::npos;
        if (isGood) rest.remove_prefix(1);
    }
};

/// ".900961179" -> 900 ms; nothing there -> 0.
milliseconds takeFraction(Cursor& cursor) {
    if (cursor.front() != '.') return {};
    cursor.rest.remove_prefix(1);
    cursor.isGood = cursor.isGood && isDigit(cursor.front());
    int value = 0;
    for (int weight = 100; isDigit(cursor.front()); weight /= 10) {
        value += (cursor.rest.front() - '0') * weight;
        cursor.rest.remove_prefix(1);
    }
    return milliseconds(value);
}

/// "Z" or "+02:00": what to subtract to get UTC.
minutes takeOffset(Cursor& cursor) {
    const char sign = cursor.front();
    cursor.expect("Zz+-");
    if (sign != '+' && sign != '-') return {};
    minutes offset = hours(cursor.number(2, 0, 23));
    cursor.expect(":");
    offset += minutes(cursor.number(2, 0, 59));
    return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<Instant> parseRfc3339(std::string_view text) {
    Cursor cursor{text};
    const int yearNumber = cursor.number(4, 1970, 9999);
    cursor.expect("-");
    const int monthNumber = cursor.number(2, 1, 12);
    cursor.expect("-");
    const int dayNumber = cursor.number(2, 1, 31);
    cursor.expect("Tt ");
    milliseconds time = hours(cursor.number(2, 0, 23));
    cursor.expect(":");
    time += minutes(cursor.number(2, 0, 59));
    cursor.expect(":");
    time += seconds(cursor.number(2, 0, 60));  // 60: a leap second
    time += takeFraction(cursor);
    time -= takeOffset(cursor);
    const year_month_day date = year(yearNumber) / monthNumber / dayNumber;
    if (!cursor.isGood || !cursor.rest.empty() || !date.ok()) return std::nullopt;
    const Instant instant = sys_days(date) + time;
    if (instant.time_since_epoch().count() < 0) return std::nullopt;
    return instant;
}

}  // namespace runnel::events
