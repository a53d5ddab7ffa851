// SPDX-License-Identifier: Apache-2.0
#include "uplink_source.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "dice.h"

namespace runnel::simulator {

namespace {

// Purposes of the dice: different sequences from one seed.
enum Purpose : std::uint64_t { kOrder = 1, kUplink, kHome, kCounter, kLoss };

Dice diceFor(const Settings& settings, Purpose purpose, std::uint64_t number) {
    return Dice(mix(settings.seed * 8 + purpose) ^ mix(number));
}

/// How many gateways hear an uplink, as measured on a campus with twelve gateways: 51 % one,
/// 18 % two to five, 31 % six to twelve.
std::uint64_t drawReceptionCount(Dice& dice) {
    const double share = dice.share();
    if (share < 0.51) return 1;
    return share < 0.69 ? 2 + dice.below(4) : 6 + dice.below(7);
}

/// The SNR that goes with an RSSI, in quarters of a dB as receivers report it. Strong signals
/// saturate near +13 dB; below about -100 dBm noise takes over. Measured: -24 to +14.8.
float drawSnr(int rssiDbm, Dice& dice) {
    const double noise = static_cast<double>(dice.below(17)) / 4 - 2;
    const double ideal = rssiDbm > -100 ? 11.0 : 11.0 + (rssiDbm + 100) * 1.1;
    return static_cast<float>(std::clamp(std::round((ideal + noise) * 4) / 4, -24.0, 14.75));
}

/// The fastest data rate that the signal carries with 5 dB to spare, as ADR would settle on.
const DataRate& fastest(const Region& region, float snrDb) {
    for (auto rate = region.dataRates.rbegin(); rate != region.dataRates.rend(); ++rate) {
        if (snrDb >= rate->snrFloorDb + 5) return *rate;
    }
    return region.dataRates.front();
}

void addPayload(Message& message, std::size_t maxSize, Dice& dice) {
    constexpr std::size_t kLargest = 51;
    const std::size_t size = 1 + dice.below(std::min(maxSize, kLargest));
    message.payload.reserve(size);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (i % 8 == 0) bits = dice.next();
        message.payload.push_back(static_cast<std::uint8_t>(bits >> (i % 8 * 8)));
    }
}

}  // namespace

UplinkSource::UplinkSource(const Settings& settings, std::string run)
    : settings_(settings), origin_("sim-" + std::move(run)) {
    if (origin_.back() != '-') origin_ += '-';
    Dice dice = diceFor(settings_, kOrder, 0);
    first_ = dice.below(settings_.devices);
    stride_ = 1 + dice.below(settings_.devices);
    while (std::gcd(stride_, settings_.devices) != 1) ++stride_;
}

Message UplinkSource::uplink(std::uint64_t number) const {
    const std::uint64_t device = deviceOf(number);
    Dice dice = diceFor(settings_, kUplink, number);
    Message message = start(Kind::Uplink, Eui{kFirstDevice + device});
    message.isConfirmed = dice.share() < settings_.confirmedShare;
    message.port = static_cast<std::uint8_t>(1 + dice.below(223));
    message.frequencyHz = settings_.region->channel(dice.next());
    const std::uint64_t firstCounter = diceFor(settings_, kCounter, device).below(1000);
    message.frameCounter = static_cast<std::uint32_t>(firstCounter + number / settings_.devices);
    addReceptions(message, device, dice.next());
    const DataRate& rate = fastest(*settings_.region, message.receptions.front().snrDb);
    message.dataRate = rate.name;
    addPayload(message, rate.maxPayload, dice);
    message.originId = origin_ + std::to_string(number);
    return message;
}

Message UplinkSource::event(Kind kind, const Downlink& downlink, std::uint64_t number) const {
    Message message = start(kind, downlink.device);
    message.isConfirmed = downlink.isConfirmed;
    message.port = downlink.port;
    message.downlinkId = downlink.id;
    message.originId = origin_ + "down-" + std::to_string(number) + '-' +
                       std::to_string(static_cast<unsigned>(kind));
    return message;
}

bool UplinkSource::isLost(std::uint64_t number) const {
    return diceFor(settings_, kLoss, number).share() < settings_.lossyShare;
}

bool UplinkSource::hasDevice(Eui device) const {
    return device.value - kFirstDevice < settings_.devices;
}

std::uint64_t UplinkSource::deviceOf(std::uint64_t number) const {
    return (first_ + number % settings_.devices * stride_) % settings_.devices;
}

/// Each device has a home gateway, which hears it best; the next numbers are the neighbours.
void UplinkSource::addReceptions(Message& message, std::uint64_t device, std::uint64_t seed) const {
    Dice dice(seed);
    const std::uint64_t home = diceFor(settings_, kHome, device).below(settings_.gateways);
    const std::uint64_t count = std::min(drawReceptionCount(dice), settings_.gateways);
    int rssiDbm = -60 - static_cast<int>(dice.below(67));
    for (std::uint64_t i = 0; i < count; ++i) {
        Reception reception;
        reception.gateway = Eui{kFirstGateway + (home + i) % settings_.gateways};
        reception.rssiDbm = static_cast<std::int16_t>(rssiDbm);
        reception.snrDb = drawSnr(rssiDbm, dice);
        message.receptions.push_back(reception);
        rssiDbm = std::max(-127, rssiDbm - static_cast<int>(dice.below(9)));
    }
}

Message UplinkSource::start(Kind kind, Eui device) const {
    Message message;
    message.kind = kind;
    message.device = device;
    message.application = settings_.application;
    message.region = settings_.region->name;
    message.networkApplication = "simulator";
    message.networkDevice = text(device);
    message.deviceName = "Simulated device " + std::to_string(device.value - kFirstDevice);
    return message;
}

}  // namespace runnel::simulator
