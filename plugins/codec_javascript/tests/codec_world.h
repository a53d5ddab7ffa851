// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "javascript_codec.h"
#include "runnel/testing.h"

namespace runnel::javascript {

/// Collects answers and waits for them. Thread safety: any thread.
class Answers final : public CodecHost {
  public:
    using Clock = std::chrono::steady_clock;

    void answer(std::span<CodecAnswer> answers) override {
        {
            const std::scoped_lock lock{mutex_};
            for (CodecAnswer& answer : answers) {
                const Ticket ticket = answer.ticket;
                if (!answers_.try_emplace(ticket, std::move(answer), Clock::now()).second) {
                    ADD_FAILURE() << "ticket " << ticket << " was answered twice";
                }
            }
        }
        changed_.notify_all();
    }

    /// The answer to `ticket`; an Error{"test", …} after a minute without.
    CodecAnswer await(Ticket ticket) {
        std::unique_lock lock{mutex_};
        const auto isThere = [&] { return answers_.contains(ticket); };
        if (!changed_.wait_for(lock, std::chrono::seconds{60}, isThere)) {
            CodecAnswer nothing;
            nothing.fields = Error{"test", "waited in vain"};
            return nothing;
        }
        return answers_.at(ticket).first;
    }
    Clock::time_point timeOf(Ticket ticket) {
        (void)await(ticket);
        const std::scoped_lock lock{mutex_};
        return answers_.at(ticket).second;
    }
    std::size_t size() {
        const std::scoped_lock lock{mutex_};
        return answers_.size();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<Ticket, std::pair<CodecAnswer, Clock::time_point>> answers_;
};

/// The processes whose parent we are, which are the codec's child (zombies included).
inline std::vector<pid_t> children() {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "stat");
        std::string stat;
        std::getline(file, stat);
        const auto close = stat.rfind(')');
        if (close == std::string::npos) continue;
        // "(" 15 letters of the name ")" state parent
        const bool isOurs = std::stoi(stat.substr(close + 4)) == getpid();
        if (isOurs) found.push_back(std::stoi(name));
    }
    return found;
}

/// The processor time that the codec's child has used: what others do on this machine adds nothing.
inline std::chrono::nanoseconds timeOfChild() {
    clockid_t clock{};
    timespec time{};
    EXPECT_EQ(clock_getcpuclockid(children().at(0), &clock), 0);
    EXPECT_EQ(clock_gettime(clock, &time), 0);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

/// A codec with a real child.
struct CodecWorld {
    FakeHost host;
    Answers answers;
    JavascriptCodec codec{host, answers, childImage()};
    Ticket last = 0;

    Result<std::uint32_t> load(const std::string& script, Fields variables = {},
                               const std::string& decode = "decodeUplink") {
        return codec.load(
            {{"script", {script}}, {"variables", {std::move(variables)}}, {"decode", {decode}}});
    }
    /// 0, and a failed test, if it is refused.
    std::uint32_t program(const std::string& script) {
        const auto loaded = load(script);
        EXPECT_TRUE(loaded) << loaded.error().field << " " << loaded.error().reason;
        return loaded ? *loaded : 0;
    }
    Ticket ask(std::uint32_t program, Bytes payload = {1, 2}, std::uint8_t port = 2) {
        CodecJob job;
        job.ticket = ++last;
        job.program = program;
        job.port = port;
        job.payload = std::move(payload);
        job.time = Instant{std::chrono::seconds{1'704'067'200}};
        codec.decode({&job, 1});
        return last;
    }
    CodecAnswer decode(std::uint32_t program, Bytes payload = {1, 2}, std::uint8_t port = 2) {
        return answers.await(ask(program, std::move(payload), port));
    }
    CodecAnswer encode(std::uint32_t program, Fields fields, std::uint8_t port = 0) {
        CodecJob job;
        job.ticket = ++last;
        job.program = program;
        job.port = port;
        job.fields = std::move(fields);
        codec.encode({&job, 1});
        return answers.await(last);
    }
    /// What `expression` is as a member of a decoder's data; the error's text if there is one.
    Value value(const std::string& expression) {
        const auto answer = decode(
            program("function decodeUplink(input) { return {data: {x: " + expression + "}}; }"));
        if (!answer.fields)
            return {answer.fields.error().field + " " + answer.fields.error().reason};
        const Value* x = find(*answer.fields, "x");
        return x == nullptr ? Value{std::string{"nothing"}} : *x;
    }
};

/// "" if the answer is fine, else its error as a sentence.
inline std::string errorOf(const CodecAnswer& answer) {
    return answer.fields ? "" : answer.fields.error().field + " " + answer.fields.error().reason;
}

/// JSON-like, for comparing.
inline std::string show(const Value& value);
inline std::string show(const Fields& fields) {
    std::string out = "{";
    for (const Field& field : fields) {
        out += (out.size() == 1 ? "" : ",") + field.name + ":" + show(field.value);
    }
    return out + "}";
}
inline std::string show(const Value& value) {
    struct Shower {
        std::string operator()(std::monostate) const { return "null"; }
        std::string operator()(bool is) const { return is ? "true" : "false"; }
        std::string operator()(std::int64_t is) const { return std::to_string(is); }
        std::string operator()(double is) const { return std::to_string(is); }
        std::string operator()(const std::string& is) const { return "'" + is + "'"; }
        std::string operator()(const List& list) const {
            std::string out = "[";
            for (const Value& each : list) out += (out.size() == 1 ? "" : ",") + show(each);
            return out + "]";
        }
        std::string operator()(const Fields& fields) const { return show(fields); }
    };
    return std::visit(Shower{}, value.is);
}

}  // namespace runnel::javascript
