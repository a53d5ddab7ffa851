// SPDX-License-Identifier: Apache-2.0
#include "mqtt/client_settings.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace runnel::mqtt {

namespace {

constexpr std::string_view kExpected =
    "expected mqtts://HOST:8883, mqtt://HOST:1883, wss://HOST/mqtt or ws://HOST/mqtt";
constexpr std::size_t kMaxText = 65535;  // MQTT 5 §1.5.4
constexpr std::size_t kMaxAlpn = 255;    // RFC 7301 §3.1

struct Scheme {
    std::string_view name;
    std::uint16_t port;
    bool isTls;
    bool isWebSocket;
};
constexpr std::array kSchemes{
    Scheme{"mqtt", 1883, false, false},
    Scheme{"mqtts", 8883, true, false},
    Scheme{"ws", 80, false, true},
    Scheme{"wss", 443, true, true},
};

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

/// What may be shown of a URL: no user, password and query. Judged by the last '@', so that a
/// password with '/', '?' or '@' in it is not shown either.
std::string_view shown(std::string_view url) {
    if (const std::size_t at = url.rfind('@'); at != std::string_view::npos)
        url = url.substr(at + 1);
    return url.substr(0, url.find_first_of("?#"));
}

Error wrong(std::string_view url, std::string_view what) {
    return {"", std::string(what) + "; found \"" + std::string(shown(url)) + "\", " +
                    std::string(kExpected)};
}

bool isNumericV6(const std::string& host) {
    std::array<std::uint8_t, 16> address{};
    return ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

bool isName(std::string_view host) {
    return !host.empty() && host.size() <= 253 &&
           host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") ==
               std::string_view::npos;
}

/// Takes the host off the front of "host:port", brackets and all.
bool takeHost(std::string_view& text, std::string& host) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        host = lowerCase(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
        return isNumericV6(host);
    }
    const std::size_t end = std::min(text.find(':'), text.size());
    host = lowerCase(text.substr(0, end));
    text.remove_prefix(end);
    return isName(host);
}

/// ":8883" or nothing.
bool readPort(std::string_view text, std::uint16_t& port) {
    if (text.empty()) return true;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + 1, end, port);
    return text.front() == ':' && error == std::errc{} && rest == end && port > 0;
}

bool isPath(std::string_view path) {
    return std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < '\x7F'; }) &&
           path.find('#') == std::string_view::npos;
}

std::string textOf(const Fields& options, std::string_view name) {
    return valueOr<std::string>(options, name, {});
}

/// The option that TlsContext's complaint is about.
std::string_view blamed(std::string_view complaint) {
    if (complaint.starts_with("the private key")) return "key";
    return complaint.starts_with("the certificate authority") ? "ca" : "certificate";
}

std::int64_t numberOf(const Fields& options, std::string_view name, std::int64_t fallback) {
    return valueOr<std::int64_t>(options, name, fallback);
}

}  // namespace

std::string Address::target() const {
    const bool isV6 = host.find(':') != std::string::npos;
    return (isV6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Address::text() const {
    const auto scheme = std::find_if(kSchemes.begin(), kSchemes.end(), [this](const Scheme& one) {
        return one.isTls == isTls && one.isWebSocket == isWebSocket;
    });
    return std::string(scheme->name) + "://" + target() + path.substr(0, path.find('?'));
}

Result<Address> parseAddress(std::string_view url) {
    if (url.find('@') != std::string_view::npos) {
        return wrong(url,
                     "must not hold a user name or password: give them as options of their own");
    }
    const std::size_t colon = url.find("://");
    const auto scheme = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& one) {
        return colon != std::string_view::npos && one.name == lowerCase(url.substr(0, colon));
    });
    if (scheme == kSchemes.end()) {
        return wrong(url, "must begin with mqtts://, mqtt://, wss:// or ws://");
    }
    std::string_view authority = url.substr(colon + 3);
    const std::size_t slash = std::min(authority.find_first_of("/?#"), authority.size());
    const std::string_view path = authority.substr(slash);
    authority = authority.substr(0, slash);
    Address address{.host = {},
                    .port = scheme->port,
                    .path = {},
                    .isTls = scheme->isTls,
                    .isWebSocket = scheme->isWebSocket};
    if (!takeHost(authority, address.host)) {
        return wrong(url, "must name a host: letters, digits, - and ., or an address, IPv6 in []");
    }
    if (!readPort(authority, address.port)) {
        return wrong(url, "must have a port from 1 to 65535 behind the host, or none");
    }
    if (!scheme->isWebSocket && !path.empty() && path != "/") {
        return wrong(url, "must end behind the port: only ws:// and wss:// have a path");
    }
    if (!isPath(path)) return wrong(url, "must not hold spaces, control characters or #");
    if (scheme->isWebSocket) {
        address.path = path.empty() ? "/mqtt" : std::string(path);
        if (!address.path.starts_with('/')) address.path.insert(0, "/");
    }
    return address;
}

namespace {

/// Reads the options one by one; stops at the first that is wrong.
class Reader final {
  public:
    Reader(const Fields& options, ClientSettings& settings, net::TlsClientContexts& contexts)
        : options_(options), settings_(settings), contexts_(contexts) {}

    Status readAll(std::string defaultClientId);

  private:
    Status readAddress();
    Status readIdentity(std::string defaultClientId);
    Status refuseTls() const;
    Status checkTls() const;
    Status readTls();
    Result<std::string> readPem(std::string_view name) const;
    bool has(std::string_view name) const { return !textOf(options_, name).empty(); }
    bool isVerifying() const { return valueOr<bool>(options_, "tlsVerify", true); }

    const Fields& options_;
    ClientSettings& settings_;
    net::TlsClientContexts& contexts_;
};

Status Reader::readAll(std::string defaultClientId) {
    settings_.keepAlive = std::chrono::seconds(numberOf(options_, "keepAlive", 30));
    settings_.sessionExpiry =
        std::chrono::seconds(numberOf(options_, "sessionExpiry", settings_.sessionExpiry.count()));
    settings_.version = textOf(options_, "version") == "3.1.1" ? Version::V311 : Version::V5;
    if (Status status = readAddress(); !status) return status;
    if (Status status = readIdentity(std::move(defaultClientId)); !status) return status;
    return settings_.address.isTls ? readTls() : refuseTls();
}

Status Reader::readAddress() {
    const std::string url = textOf(options_, "url");
    if (url.empty()) return Error{"url", "is missing: " + std::string(kExpected)};
    Result<Address> address = parseAddress(url);
    if (!address) return Error{"url", address.error().reason};
    settings_.address = std::move(*address);
    return Done{};
}

Status Reader::readIdentity(std::string defaultClientId) {
    for (const char* name : {"user", "password", "clientId"}) {
        const std::string text = textOf(options_, name);
        if (text.size() > kMaxText) {
            return Error{name,
                         "must have at most 65535 bytes, found " + std::to_string(text.size())};
        }
        if (text.find('\0') != std::string::npos) {
            return Error{name, "must not hold a zero byte: MQTT forbids it"};
        }
    }
    if (has("password") && !has("user") && settings_.version == Version::V311) {
        return Error{"password", "needs the option user: MQTT 3.1.1 has no password without one"};
    }
    settings_.userName = textOf(options_, "user");
    settings_.password = textOf(options_, "password");
    settings_.clientId =
        has("clientId") ? textOf(options_, "clientId") : std::move(defaultClientId);
    return Done{};
}

/// On a plain connection they would silently do nothing.
Status Reader::refuseTls() const {
    for (const char* name : {"ca", "certificate", "key", "alpn", "tlsVerify"}) {
        const bool isSet = std::string_view(name) == "tlsVerify" ? !isVerifying() : has(name);
        if (!isSet) continue;
        return Error{name, "works only with an url of mqtts:// or wss://, found " +
                               settings_.address.text() + ": change the url or leave this out"};
    }
    return Done{};
}

Status Reader::checkTls() const {
    if (has("certificate") && !has("key")) {
        return Error{"certificate", "needs the option key: the PEM file of its private key"};
    }
    if (has("key") && !has("certificate")) {
        return Error{"key", "needs the option certificate: the PEM file of its certificate"};
    }
    if (has("ca") && !isVerifying()) {
        return Error{"ca", "does nothing while tlsVerify is false: leave one of them out"};
    }
    if (const std::size_t size = textOf(options_, "alpn").size(); size > kMaxAlpn) {
        return Error{"alpn", "must have at most 255 bytes, found " + std::to_string(size)};
    }
    return Done{};
}

Result<std::string> Reader::readPem(std::string_view name) const {
    const std::string path = textOf(options_, name);
    if (path.empty()) return std::string();
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    if (!in.is_open() || (out.fail() && errno != 0)) {
        return Error{std::string(name), "must be a PEM file that can be read, found " + path +
                                            ": " + std::generic_category().message(errno)};
    }
    std::string pem = out.str();
    if (pem.find("-----BEGIN ") == std::string::npos) {
        return Error{std::string(name),
                     "must be a PEM file, found " + path + " without a line -----BEGIN …"};
    }
    return pem;
}

Status Reader::readTls() {
    if (Status status = checkTls(); !status) return status;
    net::TlsTrust trust;
    trust.isVerifying = isVerifying();
    trust.alpn = textOf(options_, "alpn");
    for (const auto& [name, pem] : {std::pair{"ca", &trust.caPem},
                                    {"certificate", &trust.identity.certificatePem},
                                    {"key", &trust.identity.keyPem}}) {
        Result<std::string> text = readPem(name);
        if (!text) return text.error();
        *pem = std::move(*text);
    }
    try {
        settings_.tls = contexts_.get(trust);
    } catch (const std::runtime_error& error) {
        const std::string_view text = error.what();
        const std::string name(blamed(text));
        return Error{name, "cannot be used, found " + textOf(options_, name) + ": " + error.what()};
    }
    return Done{};
}

}  // namespace

Result<ClientSettings> readClientSettings(const Fields& options, std::string defaultClientId) {
    net::TlsClientContexts contexts;
    return readClientSettings(options, std::move(defaultClientId), contexts);
}

Result<ClientSettings> readClientSettings(const Fields& options, std::string defaultClientId,
                                          net::TlsClientContexts& contexts) {
    ClientSettings settings;
    if (Status status = Reader(options, settings, contexts).readAll(std::move(defaultClientId));
        !status) {
        return status.error();
    }
    return settings;
}

}  // namespace runnel::mqtt
