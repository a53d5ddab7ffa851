// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/uplinks.h"

namespace runnel::bench {

namespace {

constexpr std::uint64_t kApplications = 1000;
constexpr std::uint64_t kDevices = 50;
constexpr std::uint64_t kGateways = 200;
constexpr std::size_t kPayload = 20;
constexpr Instant kStart{std::chrono::milliseconds(1'734'964'219'000)};

}  // namespace

std::vector<std::shared_ptr<Message>> Uplinks::next(std::size_t count) {
    std::vector<std::shared_ptr<Message>> batch;
    batch.reserve(count);
    for (std::size_t i = 0; i < count; ++i) batch.push_back(next());
    return batch;
}

std::shared_ptr<Message> Uplinks::next() {
    auto message = std::make_shared<Message>();
    const std::uint64_t application = random_() % kApplications;
    const std::uint64_t device = application * kDevices + random_() % kDevices;
    message->application = Eui{0x70B3D57ED1000000 + application};
    message->device = Eui{0x0080E11501000000 + device};
    message->port = static_cast<std::uint8_t>(1 + random_() % 4);
    message->frameCounter = static_cast<std::uint32_t>(count_ % 60'000);
    message->frequencyHz = 868'100'000;
    message->region = "EU868";
    message->dataRate = "SF7BW125";
    message->brokerTime = kStart + std::chrono::milliseconds(count_);
    message->networkTime = message->brokerTime - std::chrono::milliseconds(40);
    message->payload.resize(kPayload);
    for (std::uint8_t& byte : message->payload) byte = static_cast<std::uint8_t>(random_());
    for (int i = 0; i < 2; ++i) {
        const Eui gateway{0x7276FF0000000000 + random_() % kGateways};
        message->receptions.push_back({gateway, -97, 7.5F, message->networkTime});
    }
    message->network = "chirpstack";
    message->networkApplication = "8f7b2a5c-0d7e-4f4e-9c65-3b6c1c1f0a01";
    message->networkDevice = text(message->device);
    message->deviceName = "Sensor " + std::to_string(device);
    message->originId = "b2c41d1c-5f4b-4c44-8a3e-" + std::to_string(100'000'000'000 + count_);
    if (isSkewed_ && count_ % 2 == 0) message->application = kHalf.eui;
    if (isSkewed_ && count_ % 100 == 1) message->application = kHundredth.eui;
    if (isSkewed_ && count_ % 10'000 == 3) message->device = kRare.eui;
    ++count_;
    return message;
}

}  // namespace runnel::bench
