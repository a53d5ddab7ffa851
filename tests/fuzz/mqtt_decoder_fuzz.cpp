// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "mqtt/decoder.h"
#include "plugins/support/mqtt/tests/any_packet.h"
#include "plugins/support/mqtt/tests/sample_packets.h"
#include "tests/fuzz/fuzz_target.h"

/// An input is a byte of switches, a number of cuts with a byte for each (the bytes of a part), and
/// what is sent. Promises: the cuts, and pauses between packets, change nothing; what decodes can
/// be encoded, and decodes to the same once more.
namespace runnel::mqtt {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMaxCuts = 16;

struct Input {
    Peer peer;
    bool doesPause{};
    Bytes cuts;
    Bytes sent;
};

Input inputOf(Bytes data) {
    Input input;
    if (data.size() < 2) return input;
    const std::uint8_t switches = data[0];
    input.peer.sender = (switches & 1U) != 0 ? Sender::Server : Sender::Client;
    input.peer.version = (switches & 2U) != 0 ? Version::V5 : Version::V311;
    input.doesPause = (switches & 4U) != 0;
    if ((switches & 8U) != 0) input.peer.maxPacketBytes = 100;
    const std::size_t cuts = std::min(data[1] % (kMaxCuts + 1), data.size() - 2);
    input.cuts = data.subspan(2, cuts);
    input.sent = data.subspan(2 + cuts);
    return input;
}

/// Lets each packet through and pauses after it.
class Pauser final : public PacketHandler {
  public:
    Pauser(Decoder& decoder, bool doesPause) : decoder_(decoder), doesPause_(doesPause) {}

    void packet(const Packet& packet) override {
        if (doesPause_) decoder_.pause();
        packets.push_back(describe(packet));
    }

    std::vector<std::string> packets;

  private:
    Decoder& decoder_;
    bool doesPause_;
};

Decoded decodeInParts(const Input& input) {
    Decoder decoder{input.peer.sender, input.peer.maxPacketBytes};
    decoder.setVersion(input.peer.version);
    Pauser pauser{decoder, input.doesPause};
    Bytes left = input.sent;
    std::size_t cut = 0;
    while (!left.empty()) {
        const std::size_t wanted = cut < input.cuts.size() ? input.cuts[cut] : left.size();
        const Bytes part = left.first(std::min(wanted, left.size()));
        const ByteVector copy{part.begin(), part.end()};
        decoder.feed(copy, pauser);
        // Every other pause lasts until more has come.
        while (decoder.isPaused() && cut % 2 == 0) decoder.resume(pauser);
        left = left.subspan(part.size());
        ++cut;
    }
    while (decoder.isPaused()) decoder.resume(pauser);
    return {std::move(pauser.packets), decoder.failure(), decoder.kept(), {}};
}

void expect(bool isKept, const char* promise) {
    if (isKept) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

std::string textOf(const std::optional<Failure>& failure) {
    return failure ? failure->text : std::string{};
}

}  // namespace
}  // namespace runnel::mqtt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel::mqtt;
    const Input input = inputOf({data, size});
    const Decoded atOnce = decode(input.peer, input.sent);
    const Decoded inParts = decodeInParts(input);
    expect(inParts.packets == atOnce.packets, "the same packets whatever the cuts");
    expect(textOf(inParts.failure) == textOf(atOnce.failure), "the same failure");
    expect(inParts.kept == atOnce.kept, "the same bytes kept");

    expect(atOnce.encoded.size() + atOnce.kept <= input.sent.size(), "no encoding grows");
    const Decoded again = decode(input.peer, atOnce.encoded);
    expect(!again.failure && again.kept == 0, "what decoded can be encoded");
    expect(again.packets == atOnce.packets, "what was encoded means the same");
    expect(again.encoded == atOnce.encoded, "the same packet is always encoded alike");
    return 0;
}

std::vector<std::vector<std::uint8_t>> fuzzSeeds() {
    using namespace runnel::mqtt;
    std::vector<ByteVector> seeds;
    ByteVector all[4]{};
    std::uint8_t number = 0;
    for (const Sample& sample : samplePackets()) {
        const unsigned peer = (sample.peer.sender == Sender::Server ? 1U : 0U) |
                              (sample.peer.version == Version::V5 ? 2U : 0U);
        const ByteVector bytes = encode(sample.packet, sample.peer.version);
        const auto switches = static_cast<std::uint8_t>(peer | (number++ % 4U) << 2U);
        ByteVector seed{switches, 2, 1, 7};
        seed.insert(seed.end(), bytes.begin(), bytes.end());
        seeds.push_back(seed);
        if (all[peer].empty()) all[peer] = {static_cast<std::uint8_t>(peer | 4U), 3, 10, 100, 1};
        if (all[peer].size() < 1000) all[peer].insert(all[peer].end(), bytes.begin(), bytes.end());
    }
    seeds.insert(seeds.end(), std::begin(all), std::end(all));
    return seeds;
}
