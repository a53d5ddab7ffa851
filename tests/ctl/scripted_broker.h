// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "ctl/command_line.h"
#include "tests/support/temporary_directory.h"

namespace runnel::ctl {

/// A management API on a Unix socket that answers exactly the requests it was told of, in their
/// order; any other request, and one that never came, fails the test. Thread safety: told before
/// the first request, then served on a thread of its own.
class ScriptedBroker final {
  public:
    ScriptedBroker();
    ~ScriptedBroker();
    ScriptedBroker(const ScriptedBroker&) = delete;
    ScriptedBroker& operator=(const ScriptedBroker&) = delete;

    /// `line` is "GET /api/v1/status", with the body behind a space if there is to be one.
    ScriptedBroker& expect(std::string line);
    /// To the last expected request.
    ScriptedBroker& reply(int status, std::string body);
    /// Ends the connection behind the last reply.
    ScriptedBroker& close();

    std::string socket() const { return (directory_.path() / "admin.sock").string(); }
    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    struct Exchange {
        std::string line;
        int status = 200;
        std::string body;
        bool closes = false;
    };
    void serve();
    bool answer(int connection, std::string& buffer);

    TemporaryDirectory directory_;
    int listener_;
    std::atomic<int> connection_{-1};
    std::vector<Exchange> script_;
    std::size_t next_ = 0;
    std::mutex mutex_;
    std::thread thread_;
};

/// What a command did.
struct Outcome {
    ExitCode code;
    std::string out, err;
};

/// Runs runnelctl with `--socket` of the broker.
Outcome runCtl(const ScriptedBroker& broker, std::vector<std::string> arguments,
               const std::string& input = "");

}  // namespace runnel::ctl
