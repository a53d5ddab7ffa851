// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/traffic.h"

#include <charconv>

#include "tests/bench/broker_process.h"

namespace runnel::bench {

namespace {

constexpr const char* kDevice = "0080E1150529E258";
constexpr const char* kTimestamp = "1734964219";
constexpr std::size_t kPayload = 70;  // bytes: makes the document about 330 bytes long

std::string payload() {
    std::string hex;
    for (std::size_t i = 0; i < kPayload; ++i) {
        hex += "0123456789ABCDEF"[i % 16];
        hex += "0123456789ABCDEF"[i * 7 / 16 % 16];
    }
    return hex;
}

/// What both sides spell alike.
std::string radio() {
    return "\"Frequency\":868.1,\"RSSI\":-39,\"SNR\":11.5,\"FrameCounter\":";
}

std::string beginning() {
    return std::string("\"DeviceEUI\":\"") + kDevice + "\",\"AppEUI\":\"" + kApplication +
           "\",\"Timestamp\":" + kTimestamp + ",\"Port\":2,\"Data\":\"" + payload() + "\"," +
           radio();
}

}  // namespace

Traffic::Traffic() : prefix_("{\"Type\":2," + beginning()) {}

std::string Traffic::next() {
    isSeen_.push_back(false);
    return "{" + beginning() + std::to_string(posted_++) + "}";
}

bool Traffic::arrived(std::size_t index, std::string_view document) {
    if (!document.starts_with(prefix_) || !document.ends_with('}')) return false;
    document.remove_prefix(prefix_.size());
    document.remove_suffix(1);
    std::uint32_t counter = 0;
    const char* end = document.data() + document.size();
    const auto parsed = std::from_chars(document.data(), end, counter);
    if (parsed.ec != std::errc() || parsed.ptr != end) return false;
    if (index == order_.size()) {
        if (!isNew(counter)) return false;
        order_.push_back(counter);
        receivers_.push_back(0);
    }
    if (index >= order_.size() || order_[index] != counter) return false;
    ++deliveries_;
    ++receivers_[index];
    while (completed_ < order_.size() && receivers_[completed_] == sessions_) ++completed_;
    return true;
}

bool Traffic::isNew(std::uint32_t counter) {
    if (counter >= isSeen_.size() || isSeen_[counter]) return false;
    isSeen_[counter] = true;
    return true;
}

}  // namespace runnel::bench
