// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace runnel {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes parts off the front of a text.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    /// Exactly `digits` digits; -1 and nothing good any more if they are not there.
    int number(std::size_t digits) {
        int value = -1;
        if (rest_.size() < digits || rest_.front() == '-') return fail();
        const char* end = rest_.data() + digits;
        if (std::from_chars(rest_.data(), end, value).ptr != end) return fail();
        rest_.remove_prefix(digits);
        return value;
    }
    bool take(std::string_view anyOf) {
        if (rest_.empty() || anyOf.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(std::string_view anyOf) {
        if (!take(anyOf)) fail();
    }
    char front() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool isGood() const { return isGood_; }
    bool isDone() const { return isGood_ && rest_.empty(); }

  private:
    int fail() {
        isGood_ = false;
        rest_ = {};
        return -1;
    }
    std::string_view rest_;
    bool isGood_ = true;
};

/// Further digits than milliseconds are cut off.
milliseconds fraction(Scanner& in) {
    if (!in.take(".")) return milliseconds{0};
    int value = in.number(1) * 100;
    for (int unit = 10; in.front() >= '0' && in.front() <= '9'; unit /= 10) {
        value += in.number(1) * unit;
    }
    return milliseconds{value};
}

minutes offset(Scanner& in) {
    if (in.take("Zz")) return minutes{0};
    const bool isWest = in.take("-");
    if (!isWest) in.expect("+");
    const int hour = in.number(2);
    in.expect(":");
    const int minute = in.number(2);
    if (hour > 23 || minute > 59) in.expect("");
    const minutes value = hours{hour} + minutes{minute};
    return isWest ? -value : value;
}

}  // namespace

std::string timeText(Instant time) {
    const auto day = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<milliseconds> clock(time - day);
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::optional<Instant> parseTime(std::string_view text) {
    constexpr int kFirstYear = 1970;
    Scanner in(text);
    const int year = in.number(4);
    in.expect("-");
    const int month = in.number(2);
    in.expect("-");
    const int day = in.number(2);
    in.expect("Tt ");
    const int hour = in.number(2);
    in.expect(":");
    const int minute = in.number(2);
    in.expect(":");
    const int second = in.number(2);
    const milliseconds part = fraction(in);
    const minutes shift = offset(in);
    if (!in.isDone()) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    // 60 is a leap second: the next minute's first one.
    if (!date.ok() || year < kFirstYear || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return Instant(std::chrono::sys_days(date)) + hours{hour} + minutes{minute} + seconds{second} +
           part - shift;
}

}  // namespace runnel
