// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <optional>

#include "events/network_event.h"

namespace runnel::http {

namespace {

using Server = ApiSettings::Server;

std::optional<Error> checkUrl(const std::string& url) {
    std::string reason = "must be a URL such as https://chirpstack.example:8090, found " + url;
    try {
        const Poco::URI uri(url);
        const bool isHttp = uri.getScheme() == "http" || uri.getScheme() == "https";
        if (!uri.getUserInfo().empty()) reason = "must not hold a password";
        if (isHttp && !uri.getHost().empty() && uri.getUserInfo().empty() &&
            uri.getRawQuery().empty() && uri.getFragment().empty()) {
            return std::nullopt;
        }
    } catch (const Poco::Exception&) {
        return Error{"api", reason};
    }
    return Error{"api", reason};
}

Result<Server> readServer(const std::string& name) {
    if (name == "none") return Server::None;
    if (name == "chirpstack") return Server::Chirpstack;
    if (name == "tts") return Server::TheThings;
    return Error{"server", "must be none, chirpstack or tts, found " + name};
}

Result<ApiSettings> readApi(const Fields& options) {
    ApiSettings api;
    const auto server = readServer(valueOr<std::string>(options, "server", "none"));
    if (!server) return server.error();
    api.server = *server;
    api.url = valueOr<std::string>(options, "api", "");
    api.key = valueOr<std::string>(options, "key", "");
    api.webhook = valueOr<std::string>(options, "webhook", "");
    api.isVerifying = valueOr<bool>(options, "tlsVerify", true);
    const auto timeout = valueOr<std::int64_t>(options, "timeout", 10);
    if (timeout < 1 || timeout > 300) return Error{"timeout", "must be 1 to 300 seconds"};
    api.timeout = std::chrono::seconds(timeout);
    while (api.url.ends_with('/')) api.url.pop_back();
    if (api.server == Server::None) return api;
    if (auto error = checkUrl(api.url)) return *std::move(error);
    if (api.key.empty()) return Error{"key", "must be set to send downlinks"};
    const bool needsWebhook = api.server == Server::TheThings;
    if (needsWebhook && api.webhook.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") !=
                            std::string::npos) {
        return Error{"webhook", "must be the webhook's id (lower-case letters, digits, dashes)"};
    }
    if (needsWebhook && api.webhook.empty()) {
        return Error{"webhook", "must be set to send downlinks through The Things Stack"};
    }
    return api;
}

}  // namespace

Result<Settings> readSettings(const Fields& options) {
    Settings settings;
    settings.listen = valueOr<std::string>(options, "listen", "");
    if (settings.listen.empty()) {
        return Error{"listen", "must be an address such as 127.0.0.1:8090, found nothing"};
    }
    settings.token = valueOr<std::string>(options, "token", "");
    if (settings.token.empty()) return Error{"token", "must be set, found nothing"};
    settings.isTls = valueOr<bool>(options, "tls", false);
    if (auto error = events::checkApplications(options)) return *std::move(error);
    auto api = readApi(options);
    if (!api) return api.error();
    settings.api = *std::move(api);
    return settings;
}

}  // namespace runnel::http
