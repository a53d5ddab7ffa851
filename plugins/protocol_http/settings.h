// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "runnel/protocol.h"
#include "sessions/pattern.h"
#include "signature.h"

namespace runnel::http {

/// `protocols: {http: {…}}` of runnel.yaml.
struct Settings {
    std::size_t threads = 1;
    bool privateAddresses = false;  ///< streams may post to them
};
Settings readSettings(const Fields& fields);

/// How several documents become one body.
enum class BatchAs : std::uint8_t { Array, Lines };

/// Who the other side is, and how it is talked to. Shared by all requests of a stream.
struct Endpoint {
    std::string name;  ///< "https://erp.example": what people may see of the address
    bool isPut = false;
    std::string user, password, bearer;
    std::string ca, certificate, key;  ///< PEM files; "": none
    bool verifies = true;
    bool isPublicOnly = true;
    std::chrono::seconds timeout{30};  ///< for a request and its answer
};

/// The options of a stream, checked.
struct WebhookOptions {
    Endpoint endpoint;
    sessions::Pattern url;
    sessions::Pattern receiptUrl;  ///< empty: receipts go nowhere
    std::vector<std::pair<std::string, sessions::Pattern>> headers;
    Signer signer;
    std::size_t batch = 1;
    BatchAs batchAs{};
    bool isCompressed = false;
    std::size_t parallel = 8;
    bool hasDownlinks = false;  ///< answers are documents with downlinks
};
/// An error names the option, what was found and what was expected; it shows no secret.
Result<WebhookOptions> readOptions(const StreamConfig& stream, const Settings& settings);

/// A value as a part of a URL's path or query (RFC 3986 §2.3).
std::string asUrlPart(const std::string& value);
/// A value as a part of a header: nothing in it ends the header.
std::string asHeaderPart(const std::string& value);

}  // namespace runnel::http
