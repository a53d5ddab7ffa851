// SPDX-License-Identifier: Apache-2.0
#include "uplink_source.h"

namespace runnel::simulator {

namespace {

constexpr double kFastest = 100'000;

/// The broker checks the types and ranges of the option table; what is checked here again protects
/// the arithmetic from a table that was changed without it.
std::optional<Error> complaint(const Settings& settings) {
    if (settings.devices < 1 || settings.devices > 1'000'000) {
        return Error{"devices", "must be 1 to 1000000"};
    }
    if (settings.gateways < 1 || settings.gateways > 10'000) {
        return Error{"gateways", "must be 1 to 10000"};
    }
    if (!(settings.rate > 0 && settings.rate <= kFastest)) {
        return Error{"rate", "must be above 0 and at most 100000 uplinks per second"};
    }
    if (!(settings.confirmedShare >= 0 && settings.confirmedShare <= 1)) {
        return Error{"confirmed", "must be 0 to 1"};
    }
    if (!(settings.lossyShare >= 0 && settings.lossyShare <= 1)) {
        return Error{"lossy", "must be 0 to 1"};
    }
    return std::nullopt;
}

std::uint64_t count(const Fields& options, std::string_view name, std::int64_t fallback) {
    return static_cast<std::uint64_t>(valueOr<std::int64_t>(options, name, fallback));
}

}  // namespace

Result<Settings> readSettings(const Fields& options) {
    Settings settings;
    settings.devices = count(options, "devices", 10);
    settings.gateways = count(options, "gateways", 3);
    settings.rate = valueOr<double>(options, "rate", 1.0);
    settings.seed = count(options, "seed", 1);
    settings.confirmedShare = valueOr<double>(options, "confirmed", 0.1);
    settings.count = count(options, "count", 0);
    settings.lossyShare = valueOr<double>(options, "lossy", 0.0);
    const auto application = valueOr<std::string>(options, "application", "0102030405060708");
    const std::optional<Eui> eui = parseEui(application);
    if (!eui) {
        return Error{"application",
                     "must be an EUI of 16 hexadecimal digits, found \"" + application + "\""};
    }
    settings.application = *eui;
    const auto region = valueOr<std::string>(options, "region", "EU868");
    settings.region = findRegion(region);
    if (!settings.region) {
        return Error{"region", "must be a known region such as EU868, found \"" + region + "\""};
    }
    if (auto error = complaint(settings)) return *std::move(error);
    return settings;
}

}  // namespace runnel::simulator
