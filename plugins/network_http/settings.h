// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "runnel/values.h"

namespace runnel::http {

/// Which network server takes downlinks, and how it is reached.
struct ApiSettings {
    enum class Server : std::uint8_t { None, Chirpstack, TheThings } server = Server::None;
    std::string url;      ///< "https://host:8090/prefix", without slash at the end
    std::string key;      ///< secret
    std::string webhook;  ///< The Things Stack: the webhook whose rights are used
    bool isVerifying = true;
    std::chrono::seconds timeout{10};
    std::chrono::milliseconds firstRetry{1000};  ///< doubles up to 30 s; not an option
};

/// The connector's options, checked.
struct Settings {
    std::string listen;
    std::string token;  ///< secret
    bool isTls = false;
    ApiSettings api;
};

/// The settings that the options describe, or the first option that is wrong.
Result<Settings> readSettings(const Fields& options);

}  // namespace runnel::http
