// SPDX-License-Identifier: Apache-2.0
#include "door.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "downlink_session.h"
#include "net/websocket_handshake.h"
#include "websocket_session.h"

namespace runnel::websocket {

namespace {

constexpr std::chrono::seconds kReceiptDeadline{10};
constexpr Position kMaxPosition = (Position{1} << 53U) - 1;
constexpr std::uint64_t kMaxSeconds = 253'402'300'799;  // the end of the year 9999

void refuse(const net::HttpResponder& responder, int status, std::string_view line,
            net::HttpHeaders headers = {}) {
    responder.respond(status, "text/plain; charset=utf-8", std::string(line) + "\n",
                      std::move(headers));
}

void refuse(const net::HttpResponder& responder, const Denial& denial) {
    switch (denial.why) {
        case Denial::Why::UnknownToken:
            return refuse(responder, 401, denial.text, {{"WWW-Authenticate", "Bearer"}});
        case Denial::Why::Throttled:
            return refuse(responder, 429, denial.text, {{"Retry-After", "60"}});
        case Denial::Why::Disabled:
        case Denial::Why::OtherProtocol:
            return refuse(responder, 403, denial.text);
        case Denial::Why::TooManySessions:
        case Denial::Why::Stopping:
            return refuse(responder, 503, denial.text, {{"Retry-After", "10"}});
    }
}

/// The address without the port: "[2001:db8::1]:443" -> "2001:db8::1".
std::string_view hostOf(std::string_view peer) {
    peer = peer.substr(0, peer.rfind(':'));
    if (peer.starts_with('[') && peer.ends_with(']')) peer = peer.substr(1, peer.size() - 2);
    return peer;
}

std::string_view tokenOf(const net::HttpRequest& request) {
    const auto inQuery = request.query.find("token");
    if (inQuery != request.query.end()) return inQuery->second;
    constexpr std::string_view kScheme = "bearer ";
    std::string_view header = request.header("Authorization");
    if (header.size() < kScheme.size()) return {};
    for (std::size_t i = 0; i < kScheme.size(); ++i) {
        const char c = header[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return {};
    }
    header.remove_prefix(kScheme.size());
    const std::size_t first = std::min(header.find_first_not_of(' '), header.size());
    header.remove_prefix(first);
    return header.substr(0, header.find_last_not_of(' ') + 1);
}

/// A whole number of at most `max` from the query; `isBad` when there is something else.
std::optional<std::uint64_t> number(const net::HttpRequest& request, std::string_view name,
                                    std::uint64_t max, bool& isBad) {
    const auto found = request.query.find(name);
    if (found == request.query.end()) return std::nullopt;
    const std::string& text = found->second;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    isBad = error != std::errc{} || end != text.data() + text.size() || value > max;
    return value;
}

Result<SessionRequest> requestOf(const net::HttpRequest& http) {
    SessionRequest request;
    request.peer = http.peer;
    bool isBad = false;
    request.since = number(http, "since", kMaxPosition, isBad);
    if (isBad) return Error{"since", "must be a position: a whole number below 2^53"};
    const auto seconds = number(http, "from", kMaxSeconds, isBad);
    if (isBad) return Error{"from", "must be a time: whole Unix seconds"};
    if (seconds) request.from = Instant(std::chrono::seconds(*seconds));
    return request;
}

}  // namespace

Door::Door(ProtocolHost& core, WebSocketSession::Parts& parts)
    : core_(core), parts_(parts), sessions_(parts.sessions) {}

Door::~Door() = default;

/// The token first: who has none learns nothing but that.
void Door::handle(net::HttpRequest request, net::HttpResponder responder) {
    if (isShut_) {
        return refuse(responder, {Denial::Why::Stopping,
                                  std::string(sessions::closeText(CloseReason::Shutdown))});
    }
    const std::string_view token = tokenOf(request);
    if (token.empty()) {
        return refuse(responder, 401,
                      "The token is missing: add ?token=... to the address, or send it as "
                      "Authorization: Bearer ...",
                      {{"WWW-Authenticate", "Bearer"}});
    }
    const bool isDownlink = request.method == "POST" && request.path == "/downlink";
    const Result<Grant, Denial> grant = core_.authenticate(token, hostOf(request.peer), isDownlink);
    if (!grant) return refuse(responder, grant.error());
    if (isDownlink) {
        return takeDownlink(request, responder, *grant);
    }
    upgrade(request, responder, *grant);
}

void Door::upgrade(const net::HttpRequest& request, const net::HttpResponder& responder,
                   const Grant& grant) {
    const net::WebSocketAnswer answer = net::answerOffer(net::offerOf(request));
    if (!answer.problem.empty()) {
        return refuse(responder, 426, answer.problem,
                      {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
    }
    Result<SessionRequest> wanted = requestOf(request);
    if (!wanted) {
        return refuse(responder, 400, wanted.error().field + " " + wanted.error().reason + ".");
    }
    wanted->isSendOnly = !grant.mayReceive;
    const auto session = std::make_shared<WebSocketSession>(parts_, grant.stream);
    auto host = core_.attach(grant, std::move(*wanted), session);
    if (!host) return refuse(responder, host.error());
    if (std::optional<net::TakenConnection> taken = responder.takeOver()) {
        session->begin(std::move(*taken), std::move(*host), net::switchingProtocols(answer));
    } else {
        (*host)->closed("the client has gone");
    }
}

void Door::takeDownlink(const net::HttpRequest& request, const net::HttpResponder& responder,
                        const Grant& grant) {
    if (!grant.maySend) return refuse(responder, 403, "This token may not send downlinks.");
    SessionRequest wanted;
    wanted.peer = request.peer;
    wanted.isSendOnly = true;
    const auto session =
        std::make_shared<DownlinkSession>(sessions_.inbox(), responder, grant.stream->contentType);
    auto host = core_.attach(grant, std::move(wanted), session);
    if (!host) return refuse(responder, host.error());
    downlinks_.emplace(session.get(), session);
    session->begin(std::move(*host), request.body,
                   [this, key = session.get(), timer = giveUpLater(session)] {
                       sessions_.loop().cancel(timer);
                       downlinks_.erase(key);
                   });
}

net::TimerId Door::giveUpLater(const std::shared_ptr<DownlinkSession>& session) {
    return sessions_.loop().after(kReceiptDeadline, [weak = std::weak_ptr(session)] {
        if (const auto late = weak.lock()) {
            late->finish(504, "No receipt within 10 seconds; the document may have been taken.");
        }
    });
}

void Door::shut() {
    isShut_ = true;
    while (!downlinks_.empty()) {
        const auto session = downlinks_.begin()->second;
        session->finish(503, std::string(sessions::closeText(CloseReason::Shutdown)));
    }
}

}  // namespace runnel::websocket
