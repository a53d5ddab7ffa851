// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <fstream>

#include "ctl/failure.h"

namespace runnel::ctl {
namespace {

/// The terminal without echo, which comes back at the end.
class SilentTerminal final {
  public:
    SilentTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
        if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) {
            throw Failure(ExitCode::WrongUse,
                          "there is no terminal to ask for the password; use --password-file FILE");
        }
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(fd_, TCSAFLUSH, &silent);
    }
    ~SilentTerminal() {
        ::tcsetattr(fd_, TCSAFLUSH, &before_);
        ::close(fd_);
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

    std::string ask(const std::string& prompt) const {
        say(prompt + ": ");
        std::string line;
        for (char c = 0; ::read(fd_, &c, 1) == 1 && c != '\n';) line += c;
        say("\n");
        return line;
    }

  private:
    void say(const std::string& text) const {
        // A terminal that has gone shows nothing; the next read ends.
        [[maybe_unused]] const auto written = ::write(fd_, text.data(), text.size());
    }
    int fd_;
    termios before_{};
};

std::string firstLine(std::istream& in, const std::string& what) {
    std::string line;
    std::getline(in, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) {
        throw Failure(ExitCode::WrongUse, what + " has no first line; expected the secret there");
    }
    return line;
}

}  // namespace

std::string readSecret(const std::string& option, const std::string& file, std::istream& in) {
    if (file == "-") return firstLine(in, "the standard input");
    std::ifstream stream(file);
    if (!stream) {
        throw Failure(ExitCode::WrongUse, option + " " + file +
                                              " cannot be read; expected a file with the secret on "
                                              "its first line, or - for the standard input");
    }
    return firstLine(stream, option + " " + file);
}

std::string readPassword(const std::string& prompt, const std::string& file, std::istream& in) {
    if (!file.empty()) return readSecret("--password-file", file, in);
    if (::isatty(STDIN_FILENO) == 0) return firstLine(in, "the standard input");
    const SilentTerminal terminal;
    std::string password = terminal.ask(prompt);
    if (terminal.ask(prompt + ", once more") != password) {
        throw Failure(ExitCode::WrongUse, "the two passwords differ; nothing was changed");
    }
    return password;
}

}  // namespace runnel::ctl
