// SPDX-License-Identifier: Apache-2.0
#include "tests/ctl/scripted_broker.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace runnel::ctl {
namespace {

int listenAt(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 8) != 0) {
        throw std::runtime_error("no socket for the test at " + path);
    }
    return fd;
}

/// Reads on until `buffer` has `size` bytes; false at the end.
bool fill(int fd, std::string& buffer, std::size_t size) {
    char chunk[4096];
    while (buffer.size() < size) {
        const ssize_t count = ::read(fd, chunk, sizeof chunk);
        if (count <= 0) return false;
        buffer.append(chunk, static_cast<std::size_t>(count));
    }
    return true;
}

std::size_t lengthOf(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

ScriptedBroker::ScriptedBroker() : listener_(listenAt(socket())) {
    thread_ = std::thread([this] { serve(); });
}

ScriptedBroker::~ScriptedBroker() {
    ::shutdown(listener_, SHUT_RDWR);
    if (const int connection = connection_; connection >= 0) ::shutdown(connection, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    for (std::size_t i = next_; i < script_.size(); ++i) {
        ADD_FAILURE() << "never asked for: " << script_[i].line;
    }
}

ScriptedBroker& ScriptedBroker::expect(std::string line) {
    const std::lock_guard lock(mutex_);
    script_.push_back({std::move(line), 200, "{}", false});
    return *this;
}

ScriptedBroker& ScriptedBroker::reply(int status, std::string body) {
    const std::lock_guard lock(mutex_);
    script_.back().status = status;
    script_.back().body = std::move(body);
    return *this;
}

ScriptedBroker& ScriptedBroker::close() {
    const std::lock_guard lock(mutex_);
    script_.back().closes = true;
    return *this;
}

void ScriptedBroker::serve() {
    while (true) {
        const int fd = ::accept(listener_, nullptr, nullptr);
        if (fd < 0) return;
        connection_ = fd;
        std::string buffer;
        while (answer(fd, buffer)) {
        }
        connection_ = -1;
        ::close(fd);
    }
}

bool ScriptedBroker::answer(int connection, std::string& buffer) {
    std::size_t end = buffer.find("\r\n\r\n");
    while (end == std::string::npos) {
        if (!fill(connection, buffer, buffer.size() + 1)) return false;
        end = buffer.find("\r\n\r\n");
    }
    const std::string head = buffer.substr(0, end);
    const std::size_t whole = end + 4 + lengthOf(head);
    if (!fill(connection, buffer, whole)) return false;
    const std::string body = buffer.substr(end + 4, whole - end - 4);
    buffer.erase(0, whole);
    const std::string line = head.substr(0, head.find(" HTTP/")) + (body.empty() ? "" : " " + body);
    const std::lock_guard lock(mutex_);
    const bool isExpected = next_ < script_.size() && script_[next_].line == line;
    if (!isExpected) {
        ADD_FAILURE() << "asked for: " << line << "\nexpected:  "
                      << (next_ < script_.size() ? script_[next_].line : "nothing");
        return false;
    }
    const Exchange& exchange = script_[next_++];
    const std::string text = "HTTP/1.1 " + std::to_string(exchange.status) +
                             " Word\r\nContent-Type: application/json\r\nContent-Length: " +
                             std::to_string(exchange.body.size()) + "\r\n\r\n" + exchange.body;
    const bool isSent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) ==
                        static_cast<ssize_t>(text.size());
    return isSent && !exchange.closes;
}

Outcome runCtl(const ScriptedBroker& broker, std::vector<std::string> arguments,
               const std::string& input) {
    arguments.insert(arguments.end(), {"--socket", broker.socket()});
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const ExitCode code = run(std::move(arguments), {in, out, err});
    return {code, out.str(), err.str()};
}

}  // namespace runnel::ctl
