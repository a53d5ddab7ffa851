// SPDX-License-Identifier: Apache-2.0
#include "registry/tokens.h"

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace runnel {

namespace {

void drawRandom(std::uint8_t* out, std::size_t size) {
    if (RAND_bytes(out, static_cast<int>(size)) != 1) {
        throw std::runtime_error("OpenSSL has no random numbers to give");
    }
}

}  // namespace

Tokens::Tokens() {
    drawRandom(key_.data(), key_.size());
}

bool Tokens::add(std::string_view token, std::uint64_t stream) {
    const Digest key = digest(token);
    auto state = state_.lock();
    const auto [place, isNew] = state->holders.try_emplace(key, Holder{state->last + 1, stream});
    if (isNew) ++state->last;
    return place->second.stream == stream;
}

void Tokens::remove(std::uint64_t stream) {
    std::erase_if(state_.lock()->holders,
                  [&](const auto& entry) { return entry.second.stream == stream; });
}

void Tokens::move(std::uint64_t from, std::uint64_t to) {
    auto state = state_.lock();
    for (auto& [key, holder] : state->holders) {
        if (holder.stream == from) holder.stream = to;
    }
}

std::optional<Tokens::Holder> Tokens::find(std::string_view token) const {
    const Digest key = digest(token);
    auto state = state_.lock();
    const auto found = state->holders.find(key);
    if (found == state->holders.end()) return std::nullopt;
    return found->second;
}

Tokens::Digest Tokens::digest(std::string_view token) const {
    Digest out{};
    unsigned int size = out.size();
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(token.data()), token.size(), out.data(), &size);
    return out;
}

std::string Tokens::make() {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 43 draws of 6 bits carry the 256 bits of 32 bytes.
    std::array<std::uint8_t, 43> random{};
    drawRandom(random.data(), random.size());
    std::string token;
    for (const std::uint8_t byte : random) token += kAlphabet[byte % kAlphabet.size()];
    return token;
}

}  // namespace runnel
