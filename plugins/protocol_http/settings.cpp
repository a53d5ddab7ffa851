// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>

namespace runnel::http {

namespace {

using sessions::Pattern;

/// What stands in for a value that only a message has.
std::string asSample(const std::string&) {
    return "x";
}

std::optional<std::string> partOf(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
    std::string found(text);
    curl_free(text);
    return found;
}

/// The address without path and query, which may be secret. An error says what is wrong.
Result<std::string> readName(const std::string& text) {
    const Error wrong{"", "must be an address such as https://erp.example/uplinks, found none"};
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return wrong;
    const auto scheme = partOf(url.get(), CURLUPART_SCHEME);
    const auto host = partOf(url.get(), CURLUPART_HOST);
    if (!scheme || !host || (*scheme != "https" && *scheme != "http")) return wrong;
    if (partOf(url.get(), CURLUPART_USER) || partOf(url.get(), CURLUPART_PASSWORD)) {
        return Error{"", "must not have a user or a password: there are options for them"};
    }
    if (partOf(url.get(), CURLUPART_FRAGMENT)) {
        return Error{"", "must not have a part behind #: it is never sent"};
    }
    const auto port = partOf(url.get(), CURLUPART_PORT);
    return *scheme + "://" + *host + (port ? ":" + *port : "");
}

/// Messages choose a path, never a host.
bool hasOpenHost(std::string_view text) {
    const std::size_t scheme = text.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::size_t end = text.find_first_of("/?", begin);
    return text.substr(0, end).find('{') != std::string_view::npos;
}

Status readUrl(const StreamConfig& stream, const char* option, Pattern& pattern,
               std::string* name) {
    const auto text = valueOr<std::string>(stream.options, option, "");
    auto read = Pattern::parse(text);
    if (!read) return Error{option, read.error().reason};
    if (hasOpenHost(text)) return Error{option, "must not have {…} in its host"};
    const auto found = readName(read->fill(stream, std::nullopt, &asSample));
    if (!found) return Error{option, found.error().reason};
    pattern = *std::move(read);
    if (name != nullptr) *name = *found;
    return Done{};
}

bool isToken(std::string_view name) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

/// Those that are ours to write.
bool isReserved(std::string name) {
    constexpr std::array kReserved{
        "content-length", "transfer-encoding", "connection",        "content-encoding",
        "host",           "webhook-id",        "webhook-timestamp", "webhook-signature",
        "expect"};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

Status readHeaders(const StreamConfig& stream, WebhookOptions& options) {
    for (const Field& header : valueOr<Fields>(stream.options, "headers", {})) {
        const auto* text = std::get_if<std::string>(&header.value.is);
        if (!isToken(header.name) || text == nullptr) {
            return Error{"headers", "must be names of headers with their texts"};
        }
        if (isReserved(header.name)) {
            return Error{"headers", "must not have " + header.name + ", which is written anyway"};
        }
        auto pattern = Pattern::parse(*text);
        if (!pattern) return Error{"headers", header.name + " " + pattern.error().reason};
        options.headers.emplace_back(header.name, *std::move(pattern));
    }
    return Done{};
}

Status readFiles(const StreamConfig& stream, Endpoint& endpoint) {
    for (const auto& [name, path] :
         {std::pair{"ca", &endpoint.ca}, std::pair{"certificate", &endpoint.certificate},
          std::pair{"key", &endpoint.key}}) {
        *path = valueOr<std::string>(stream.options, name, "");
        std::error_code error;
        if (path->empty() || std::filesystem::is_regular_file(*path, error)) continue;
        return Error{name, "must be a PEM file that can be read, found " + *path};
    }
    if (endpoint.certificate.empty() != endpoint.key.empty()) {
        return Error{endpoint.key.empty() ? "key" : "certificate",
                     "is missing: a client certificate needs its key"};
    }
    return Done{};
}

Status readLogin(const StreamConfig& stream, Endpoint& endpoint) {
    endpoint.user = valueOr<std::string>(stream.options, "user", "");
    endpoint.password = valueOr<std::string>(stream.options, "password", "");
    endpoint.bearer = valueOr<std::string>(stream.options, "bearer", "");
    if (!endpoint.bearer.empty() && !endpoint.user.empty()) {
        return Error{"bearer", "and user exclude each other: a request has one Authorization"};
    }
    return Done{};
}

Status readBatch(const StreamConfig& stream, WebhookOptions& options) {
    options.batch = static_cast<std::size_t>(valueOr<std::int64_t>(stream.options, "batch", 1));
    options.batchAs = valueOr<std::string>(stream.options, "batchAs", "array") == "lines"
                          ? BatchAs::Lines
                          : BatchAs::Array;
    const bool isJson = stream.contentType.find("json") != std::string::npos;
    if (options.batch == 1 || isJson) return Done{};
    return Error{"batch", "must be 1, as the stream's documents are " + stream.contentType +
                              " and only JSON can be put together"};
}

}  // namespace

Settings readSettings(const Fields& fields) {
    return {.threads = static_cast<std::size_t>(valueOr<std::int64_t>(fields, "threads", 1)),
            .privateAddresses = valueOr<bool>(fields, "privateAddresses", false)};
}

Result<WebhookOptions> readOptions(const StreamConfig& stream, const Settings& settings) {
    WebhookOptions options;
    Endpoint& endpoint = options.endpoint;
    if (auto read = readUrl(stream, "url", options.url, &endpoint.name); !read) {
        return read.error();
    }
    if (!valueOr<std::string>(stream.options, "receiptUrl", "").empty()) {
        auto read = readUrl(stream, "receiptUrl", options.receiptUrl, nullptr);
        if (!read) return read.error();
    }
    for (auto* const read : {&readFiles, &readLogin}) {
        if (auto status = read(stream, endpoint); !status) return status.error();
    }
    for (auto* const read : {&readHeaders, &readBatch}) {
        if (auto status = read(stream, options); !status) return status.error();
    }
    auto signer = Signer::make(valueOr<std::string>(stream.options, "signingSecret", ""));
    if (!signer) return Error{"signingSecret", signer.error().reason};
    options.signer = *std::move(signer);
    endpoint.isPut = valueOr<std::string>(stream.options, "method", "POST") == "PUT";
    endpoint.verifies = valueOr<bool>(stream.options, "tlsVerify", true);
    endpoint.timeout = std::chrono::seconds(valueOr<std::int64_t>(stream.options, "timeout", 30));
    endpoint.isPublicOnly = !settings.privateAddresses;
    options.isCompressed = valueOr<bool>(stream.options, "gzip", false);
    options.parallel =
        static_cast<std::size_t>(valueOr<std::int64_t>(stream.options, "parallel", 8));
    options.hasDownlinks = valueOr<bool>(stream.options, "downlinks", false);
    return options;
}

std::string asUrlPart(const std::string& value) {
    constexpr std::string_view kUnreserved =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    if (value.empty() || value == "." || value == "..") return "-";
    std::string text;
    for (const char c : value) {
        if (kUnreserved.find(c) != std::string_view::npos) {
            text += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        text += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
    return text;
}

std::string asHeaderPart(const std::string& value) {
    std::string text = value;
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) c = '_';
    }
    return text;
}

}  // namespace runnel::http
