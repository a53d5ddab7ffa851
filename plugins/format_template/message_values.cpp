// SPDX-License-Identifier: Apache-2.0
#include "message_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "documents/members.h"
#include "events/base64.h"

namespace runnel::templates {
namespace {

using Read = Value (*)(const EncodeInput&);

Instant when(const Message& message) {
    return message.networkTime.value_or(message.brokerTime);
}

void appendDigits(std::string& out, std::int64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

/// ISO 8601, UTC, milliseconds: 2024-12-23T14:30:19.250Z.
std::string isoTime(Instant instant) {
    using std::chrono::days;
    const auto day = std::chrono::floor<days>(instant);
    const std::chrono::year_month_day date{day};
    std::int64_t rest = (instant - day).count();
    const std::int64_t milliseconds = rest % 1'000;
    rest /= 1'000;
    std::string out;
    out.reserve(24);
    appendDigits(out, static_cast<int>(date.year()), 4);
    out += '-';
    appendDigits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    appendDigits(out, static_cast<unsigned>(date.day()), 2);
    for (const auto& [separator, part] :
         {std::pair{'T', rest / 3'600}, {':', rest / 60 % 60}, {':', rest % 60}}) {
        out += separator;
        appendDigits(out, part, 2);
    }
    out += '.';
    appendDigits(out, milliseconds, 3);
    return out + 'Z';
}

Value textValue(const std::string& text) {
    return text.empty() ? Value{} : Value{text};
}

Value wholeValue(std::uint64_t number) {
    return {static_cast<std::int64_t>(number)};
}

Value euiValue(const std::optional<Eui>& eui) {
    return eui ? Value{text(*eui)} : Value{};
}

/// The double with the float's shortest text: 11.3, not 11.300000190734863.
Value snrValue(float snr) {
    if (!std::isfinite(snr)) return {};
    std::array<char, 32> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), snr).ptr;
    double number = 0;
    std::from_chars(digits.data(), end, number);
    return {number};
}

Value dataValue(const EncodeInput& in) {
    std::string hex;
    appendHex(hex, in.message.payload.data(), in.message.payload.size());
    return {std::move(hex)};
}

Value receptionsValue(const EncodeInput& in) {
    List list;
    for (const Reception& heard : in.message.receptions) {
        Fields one{{"GatewayEUI", euiValue(heard.gateway)},
                   {"RSSI", {std::int64_t{heard.rssiDbm}}},
                   {"SNR", snrValue(heard.snrDb)},
                   {"Time", heard.time ? Value{isoTime(*heard.time)} : Value{}}};
        list.push_back({std::move(one)});
    }
    return {std::move(list)};
}

Value decodeErrorValue(const EncodeInput& in) {
    if (in.decodeError == nullptr) return {};
    const Error& error = *in.decodeError;
    return {error.field.empty() ? error.reason : error.field + " " + error.reason};
}

std::int64_t unixSeconds(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

bool isUplink(const EncodeInput& in) {
    return in.message.kind == Kind::Uplink;
}

Value none(const EncodeInput&) {
    return {};
}

struct Named {
    std::string_view name;
    Read read;
};
using In = const EncodeInput&;

constexpr std::array kSources{
    Named{
        "Type",
        [](In in) { return isUplink(in) ? wholeValue(in.message.isConfirmed ? 4 : 2) : Value{}; }},
    Named{"Event",
          [](In in) { return textValue(std::string{documents::eventName(in.message.kind)}); }},
    Named{"Id", [](In in) { return textValue(in.message.downlinkId); }},
    Named{"DeviceEUI", [](In in) { return Value{text(in.message.device)}; }},
    Named{"AppEUI", [](In in) { return euiValue(in.message.application); }},
    Named{"DeviceName", [](In in) { return textValue(in.message.deviceName); }},
    Named{"Timestamp", [](In in) { return Value{unixSeconds(when(in.message))}; }},
    Named{"TimestampMs",
          [](In in) { return Value{std::int64_t{when(in.message).time_since_epoch().count()}}; }},
    Named{"Time", [](In in) { return Value{isoTime(when(in.message))}; }},
    Named{"Port", [](In in) { return wholeValue(in.message.port); }},
    Named{"Data", &dataValue},
    Named{"DataBase64", [](In in) { return Value{events::encodeBase64(in.message.payload)}; }},
    Named{"Confirmed", [](In in) { return Value{in.message.isConfirmed}; }},
    Named{"FrameCounter", [](In in) { return wholeValue(in.message.frameCounter); }},
    Named{"Frequency",
          [](In in) {
              return in.message.frequencyHz == 0 ? Value{} : Value{in.message.frequencyHz / 1e6};
          }},
    Named{"FrequencyHz",
          [](In in) {
              return in.message.frequencyHz == 0 ? Value{} : wholeValue(in.message.frequencyHz);
          }},
    Named{"DataRate", [](In in) { return textValue(in.message.dataRate); }},
    Named{"Region", [](In in) { return textValue(in.message.region); }},
    Named{"RSSI",
          [](In in) {
              return in.reception == nullptr ? Value{} : Value{std::int64_t{in.reception->rssiDbm}};
          }},
    Named{"SNR",
          [](In in) { return in.reception == nullptr ? Value{} : snrValue(in.reception->snrDb); }},
    Named{
        "GatewayEUI",
        [](In in) { return in.reception == nullptr ? Value{} : euiValue(in.reception->gateway); }},
    Named{"Receptions", &receptionsValue},
    Named{"Sequence", [](In in) { return wholeValue(in.message.position); }},
    Named{"Network", [](In in) { return textValue(in.message.network); }},
    Named{"NetworkApplication", [](In in) { return textValue(in.message.networkApplication); }},
    Named{"NetworkDevice", [](In in) { return textValue(in.message.networkDevice); }},
    Named{"Text", [](In in) { return textValue(in.message.text); }},
    Named{"Replayed", [](In in) { return Value{in.isReplay}; }},
    Named{"DecodeError", &decodeErrorValue},
    Named{"Fields", &none},
    Named{"Tags", &none},
    Named{"Details", &none},
};
constexpr Source kDetails = kSources.size() - 1;
constexpr Source kTags = kDetails - 1;
constexpr Source kFields = kTags - 1;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// How many letters have to be put in, taken out or exchanged, whatever their case.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<Source> sourceCalled(std::string_view name) {
    const auto* found = std::ranges::find(kSources, name, &Named::name);
    if (found == kSources.end()) return std::nullopt;
    return static_cast<Source>(found - kSources.begin());
}

Value valueOf(Source source, const EncodeInput& input) {
    if (!isOpen(source)) return kSources.at(source).read(input);
    const Fields* object = objectOf(source, input);
    return object != nullptr ? Value{*object} : Value{};
}

const Fields* objectOf(Source source, const EncodeInput& input) {
    if (source == kFields) return input.decoded;
    if (source == kTags) return input.tags;
    const bool isThere = source == kDetails && !input.message.extra.empty();
    return isThere ? &input.message.extra : nullptr;
}

bool isOpen(Source source) {
    return source >= kFields;
}

bool isReceptionMember(std::string_view name) {
    return name == "GatewayEUI" || name == "RSSI" || name == "SNR" || name == "Time";
}

std::string sourceNames() {
    std::string names;
    for (const Named& source : kSources) {
        if (!names.empty()) names += ", ";
        names += source.name;
    }
    return names;
}

std::string_view nearestName(std::string_view name) {
    constexpr std::size_t kFarthest = 3;
    std::size_t least = std::min(kFarthest, name.size() / 2) + 1;
    std::string_view nearest;
    for (const Named& source : kSources) {
        const std::size_t away = name.size() > 64 ? least : distance(name, source.name);
        if (away < least) {
            least = away;
            nearest = source.name;
        }
    }
    return nearest;
}

}  // namespace runnel::templates
