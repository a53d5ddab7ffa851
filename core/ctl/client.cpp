// SPDX-License-Identifier: Apache-2.0
#include "ctl/client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <cstring>
#include <sstream>

#include "ctl/failure.h"
#include "ctl/problem.h"

namespace runnel::ctl {
namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr const char* kJson = "application/json";
constexpr int kFirstFailure = 300;
constexpr int kNotFound = 404;
constexpr std::size_t kPage = 1000;

std::string encoded(const std::string& text) {
    std::string out;
    Poco::URI::encode(text, "!#$&'()*+,/:;=?@[]%", out);
    return out;
}

std::string nameOf(const Target& target) {
    return target.sockets.empty() ? target.host + ":" + std::to_string(target.port)
                                  : "the broker's socket";
}

/// "event: message" or "data: …"; comments and other fields are nobody's business.
void takeField(const std::string& line, ServerEvent& event, bool& hasData) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string::npos) return;
    const std::string field = line.substr(0, colon);
    const std::string value = line.substr(colon + (line[colon + 1] == ' ' ? 2 : 1));
    if (field == "event") event.kind = value;
    if (field != "data") return;
    event.data += (hasData ? "\n" : "") + value;
    hasData = true;
}

/// Reads the lines of one event; false at the end of the stream.
bool readEvent(std::istream& in, ServerEvent& event) {
    event = {"message", ""};
    bool hasData = false;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty() && hasData) return true;
        takeField(line, event, hasData);
    }
    return false;
}

}  // namespace

std::string apiPath(const std::vector<std::string>& segments, const Query& query) {
    std::string path = "/api/v1";
    for (const std::string& segment : segments) path += "/" + encoded(segment);
    char separator = '?';
    for (const auto& [name, value] : query) {
        if (value.empty()) continue;
        path += separator + name + "=" + encoded(value);
        separator = '&';
    }
    return path;
}

std::istream& Client::begin(const Request& request, HTTPResponse& response) {
    isReused_ = session_ != nullptr;
    if (!session_) session_ = connect(target_);
    HTTPRequest head(request.method, request.path, HTTPRequest::HTTP_1_1);
    head.setHost(target_.host.empty() ? "localhost" : target_.host);
    head.setKeepAlive(true);
    if (!target_.key.empty()) head.set("Authorization", "Bearer " + target_.key);
    if (!request.body.empty()) head.setContentType(request.type);
    if (std::strcmp(request.method, "GET") != 0) {
        head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
    }
    session_->sendRequest(head) << request.body << std::flush;
    return session_->receiveResponse(response);
}

Client::Answer Client::exchangeOnce(const Request& request) {
    HTTPResponse response;
    std::istream& in = begin(request, response);
    Answer answer{response.getStatus(), {}};
    Poco::StreamCopier::copyToString(in, answer.body);
    if (!response.getKeepAlive()) session_.reset();
    return answer;
}

Client::Answer Client::exchange(const Request& request) {
    try {
        try {
            return exchangeOnce(request);
        } catch (const Poco::TimeoutException&) {
            session_.reset();
            throw;
        } catch (const Poco::Exception&) {
            session_.reset();
            // The broker may have ended a connection that lay idle. A POST may have been done.
            if (!isReused_ || std::strcmp(request.method, "POST") == 0) throw;
            return exchangeOnce(request);
        }
    } catch (const Poco::TimeoutException&) {
        throw Failure(ExitCode::Unreachable, nameOf(target_) + " did not answer within " +
                                                 std::to_string(target_.timeout.count()) +
                                                 " s; try again, with a longer --timeout");
    } catch (const Poco::Exception& error) {
        session_.reset();
        throw Failure(ExitCode::Unreachable, "the connection to " + nameOf(target_) +
                                                 " broke off: " + error.displayText() +
                                                 "; whether the request was done is not known");
    }
}

std::string Client::succeed(const Request& request) {
    Answer answer = exchange(request);
    if (answer.status >= kFirstFailure) throw failureOf(answer.status, answer.body);
    return std::move(answer.body);
}

std::string Client::get(const std::string& path) {
    return succeed({"GET", path, "", ""});
}

std::optional<std::string> Client::find(const std::string& path) {
    Answer answer = exchange({"GET", path, "", ""});
    if (answer.status == kNotFound) return std::nullopt;
    if (answer.status >= kFirstFailure) throw failureOf(answer.status, answer.body);
    return std::move(answer.body);
}

std::string Client::post(const std::string& path, const Var& body) {
    return succeed({"POST", path, body.isEmpty() ? "{}" : dump(body), kJson});
}

std::string Client::put(const std::string& path, const Var& body) {
    return succeed({"PUT", path, dump(body), kJson});
}

std::string Client::patch(const std::string& path, const Var& body) {
    return succeed({"PATCH", path, dump(body), "application/merge-patch+json"});
}

void Client::remove(const std::string& path) {
    succeed({"DELETE", path, "", ""});
}

std::vector<Object::Ptr> Client::list(const std::vector<std::string>& segments, Query query,
                                      std::size_t atMost) {
    std::vector<Object::Ptr> all;
    const std::size_t limit = atMost == 0 ? kPage : std::min(kPage, atMost);
    query.emplace_back("limit", std::to_string(limit));
    query.emplace_back("after", "");
    while (true) {
        const Object::Ptr page = parseObject(get(apiPath(segments, query)));
        for (Object::Ptr& item : children(*page, "items")) all.push_back(std::move(item));
        query.back().second = text(*page, "next");
        const bool isEnough = atMost != 0 && all.size() >= atMost;
        if (isEnough) all.resize(atMost);
        if (isEnough || query.back().second.empty()) return all;
    }
}

void Client::follow(const std::string& path, const std::function<bool(const ServerEvent&)>& take) {
    try {
        HTTPResponse response;
        std::istream& in = begin({"GET", path, "", ""}, response);
        if (response.getStatus() >= kFirstFailure) {
            std::string body;
            Poco::StreamCopier::copyToString(in, body);
            throw failureOf(response.getStatus(), body);
        }
        session_->socket().setReceiveTimeout(Poco::Timespan(0));
        for (ServerEvent event; readEvent(in, event);) {
            if (!take(event)) {
                session_.reset();
                return;
            }
        }
    } catch (const Poco::Exception& error) {
        session_.reset();
        throw Failure(ExitCode::Unreachable, "the connection to " + nameOf(target_) +
                                                 " broke off: " + error.displayText());
    }
    session_.reset();
    throw Failure(ExitCode::Unreachable, nameOf(target_) + " ended the events; it may be stopping");
}

}  // namespace runnel::ctl
