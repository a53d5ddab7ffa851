// SPDX-License-Identifier: Apache-2.0
#include "registry/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include "runnel/values.h"

namespace runnel {

namespace {

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
/// No hash in the registry may cost more than this, whoever wrote it there.
constexpr std::uint64_t kMaxMemory = std::uint64_t{256} << 20U;

using Salt = std::array<std::uint8_t, kSaltSize>;
using Hash = std::array<std::uint8_t, kHashSize>;

struct Parsed {
    Passwords::Cost cost;
    Salt salt{};
    Hash hash{};
};

/// False: impossible parameters, or no memory.
bool scrypt(std::string_view password, const Passwords::Cost& cost, const Salt& salt, Hash& out) {
    return EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(),
                          cost.iterations, cost.blockSize, cost.parallel, kMaxMemory, out.data(),
                          out.size()) == 1;
}

std::string text(const Passwords::Cost& cost, const Salt& salt, const Hash& hash) {
    std::string out = "scrypt";
    for (const std::uint64_t number : {cost.iterations, cost.blockSize, cost.parallel}) {
        out.append("$").append(std::to_string(number));
    }
    appendHex(out += '$', salt.data(), salt.size());
    appendHex(out += '$', hash.data(), hash.size());
    return out;
}

/// What is in front of the next '$', which is taken away with it.
std::string_view take(std::string_view& rest) {
    const std::string_view part = rest.substr(0, rest.find('$'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    return part;
}

bool readNumber(std::string_view text, std::uint64_t& out) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    return error == std::errc{} && stop == end && out != 0;
}

template <class Array>
bool readBytes(std::string_view text, Array& out) {
    const auto bytes = parseHex(text);
    if (!bytes || bytes->size() != out.size()) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

/// Only what text() writes.
std::optional<Parsed> parse(std::string_view whole) {
    Parsed out;
    std::string_view rest = whole;
    const bool isRight = take(rest) == "scrypt" && readNumber(take(rest), out.cost.iterations) &&
                         readNumber(take(rest), out.cost.blockSize) &&
                         readNumber(take(rest), out.cost.parallel) &&
                         readBytes(take(rest), out.salt) && readBytes(take(rest), out.hash);
    if (!isRight || text(out.cost, out.salt, out.hash) != whole) return std::nullopt;
    return out;
}

}  // namespace

/// One of the kAtOnce places, held while it lives; hasPlace() false: it took too long.
class Passwords::Turn final {
  public:
    explicit Turn(Passwords& passwords) : passwords_(passwords) {
        std::unique_lock lock(passwords_.mutex_);
        const auto isFree = [this] { return passwords_.running_ < kAtOnce; };
        if (!isFree() && passwords_.waiting_ < kMaxWaiting) {
            ++passwords_.waiting_;
            passwords_.changed_.wait_for(lock, kPatience, isFree);
            --passwords_.waiting_;
        }
        hasPlace_ = isFree();
        if (hasPlace_) ++passwords_.running_;
    }
    ~Turn() {
        if (!hasPlace_) return;
        {
            const std::lock_guard lock(passwords_.mutex_);
            --passwords_.running_;
        }
        passwords_.changed_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool hasPlace() const { return hasPlace_; }

  private:
    Passwords& passwords_;
    bool hasPlace_ = false;
};

std::optional<std::string> Passwords::hash(std::string_view password) {
    const Turn turn(*this);
    if (!turn.hasPlace()) return std::nullopt;
    Salt salt{};
    Hash hash{};
    if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1 ||
        !scrypt(password, cost_, salt, hash)) {
        throw std::runtime_error("OpenSSL cannot hash a password: is there enough memory?");
    }
    return text(cost_, salt, hash);
}

Passwords::Verdict Passwords::check(std::string_view password, std::string_view hash) {
    const auto parsed = parse(hash);
    if (!parsed) return checkNobody(password);
    const Turn turn(*this);
    if (!turn.hasPlace()) return Verdict::Busy;
    Hash found{};
    const bool isRight = scrypt(password, parsed->cost, parsed->salt, found) &&
                         CRYPTO_memcmp(found.data(), parsed->hash.data(), found.size()) == 0;
    return isRight ? Verdict::Right : Verdict::Wrong;
}

Passwords::Verdict Passwords::checkNobody(std::string_view password) {
    const Turn turn(*this);
    if (!turn.hasPlace()) return Verdict::Busy;
    Hash ignored{};
    static_cast<void>(scrypt(password, cost_, Salt{}, ignored));
    return Verdict::Wrong;
}

std::uint64_t Passwords::numberOf(std::string_view hash) {
    std::uint64_t number = 0;
    const auto parsed = parse(hash);
    if (parsed) std::memcpy(&number, parsed->salt.data(), sizeof number);
    return number;
}

}  // namespace runnel
