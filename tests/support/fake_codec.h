// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "loader/plugins.h"

namespace runnel::test {

/// A codec plugin without a file, and the host that it has to be made with:
///     FakeCodec fake;
///     const auto codec = *RunningCodec::make(fake.plugin(), fake);
/// It decodes byte 0 as the whole number "value", and encodes "value" (0 to 255) as one byte on the
/// program's "port" (5 unless the parameters say another; 0: it names none). Parameters with
/// "refuse" are refused with that text. Outlives what is made of it. Thread safety: any thread.
class FakeCodec final : public Host {
  public:
    explicit FakeCodec(std::string name = "fake") {
        descriptor_.summary = "Byte 0.";
        descriptor_.options = kOptions;
        descriptor_.optionCount = std::size(kOptions);
        descriptor_.codec = &make;
        plugin_ = {PluginKind::Codec, std::move(name), "1.0.0", "/p/fake.so", &descriptor_};
    }
    FakeCodec(const FakeCodec&) = delete;
    FakeCodec& operator=(const FakeCodec&) = delete;

    const LoadedPlugin& plugin() const { return plugin_; }

    /// From now on every job is answered with this error; nullopt: as it should be.
    void setError(std::optional<Error> error) { state_.lock()->error = std::move(error); }
    /// From now on decode and encode throw it, "": they do not.
    void setThrow(std::string what) { state_.lock()->thrown = std::move(what); }
    /// From now on answers are kept until they are released.
    void hold() { state_.lock()->isHolding = true; }
    /// Called when the plugin has been called to decode, encode or stop, before it returns.
    void setOnCall(std::function<void()> act) { state_.lock()->onCall = std::move(act); }
    std::size_t held() const { return state_.lock()->held.size(); }
    /// Gives the held answer at `index` (0: the oldest), on this thread.
    void release(std::size_t index) {
        Held one;
        {
            const auto state = state_.lock();
            one = std::move(state->held.at(index));
            state->held.erase(state->held.begin() + static_cast<std::ptrdiff_t>(index));
        }
        one.first->answer({&one.second, 1});
    }
    /// Gives what is held, in order, and holds nothing any more.
    void release() {
        state_.lock()->isHolding = false;
        while (held() != 0) release(0);
    }

    /// All that were asked, in order.
    std::vector<CodecJob> jobs() const { return state_.lock()->jobs; }
    /// Programs that are loaded.
    std::size_t programs() const { return state_.lock()->programs.size(); }
    bool isStopped() const { return state_.lock()->isStopped; }

    // As its host: nothing.
    void log(Level, std::string_view) override {}
    Instant now() const override { return Instant{}; }
    void health(std::string_view, Health, std::string_view) override {}
    Result<int> listener(std::string_view) override { return Error{"", "no listeners in tests"}; }
    std::shared_ptr<const Tls> tls() const override { return std::make_shared<const Tls>(); }

  private:
    using Held = std::pair<CodecHost*, CodecAnswer>;
    struct State {
        std::optional<Error> error;
        std::string thrown;
        std::function<void()> onCall;
        bool isHolding = false, isStopped = false;
        std::vector<Held> held;
        std::vector<CodecJob> jobs;
        std::map<std::uint32_t, std::uint8_t> programs;  ///< the port of each
        std::uint32_t last = 0;
    };
    static constexpr Option kOptions[] = {
        {"port", "integer 0..255", "5", "FPort of downlinks; 0: none.", false, false},
        {"refuse", "text", nullptr, "Refuses to be loaded, with this text.", false, false}};

    /// What the broker holds.
    class Object final : public Codec {
      public:
        Object(FakeCodec& fake, CodecHost& host) : fake_(fake), host_(host) {}
        ~Object() override { fake_.forget(host_); }

        Result<std::uint32_t> load(const Fields& parameters) override {
            const auto refusal = valueOr<std::string>(parameters, "refuse", "");
            if (!refusal.empty()) return Error{"refuse", refusal};
            const auto state = fake_.state_.lock();
            const auto port = valueOr<std::int64_t>(parameters, "port", 5);
            state->programs.emplace(++state->last, static_cast<std::uint8_t>(port));
            return state->last;
        }
        void unload(std::uint32_t program) override {
            fake_.state_.lock()->programs.erase(program);
        }
        void decode(std::span<const CodecJob> jobs) override {
            fake_.run(jobs, host_, &decoded);
            fake_.called();
        }
        void encode(std::span<const CodecJob> jobs) override {
            fake_.run(jobs, host_, &encoded);
            fake_.called();
        }
        void stop() override {
            fake_.state_.lock()->isStopped = true;
            fake_.forget(host_);
            fake_.called();
        }

      private:
        FakeCodec& fake_;
        CodecHost& host_;
    };

    static Result<std::unique_ptr<Codec>> make(Host& host, CodecHost& codecHost) {
        return std::unique_ptr<Codec>(
            std::make_unique<Object>(dynamic_cast<FakeCodec&>(host), codecHost));
    }

    void called() {
        const auto act = state_.lock()->onCall;
        if (act) act();
    }
    static CodecAnswer decoded(const CodecJob& job, std::uint8_t) {
        CodecAnswer answer;
        if (job.payload.empty()) {
            answer.fields = Error{"value", "is missing: the payload is empty"};
        } else {
            answer.fields = Fields{{"value", {std::int64_t{job.payload[0]}}}};
        }
        return answer;
    }
    static CodecAnswer encoded(const CodecJob& job, std::uint8_t port) {
        CodecAnswer answer;
        const auto value = valueOr<std::int64_t>(job.fields, "value", -1);
        if (value < 0 || value > 255) {
            answer.fields = Error{"value", "must be a whole number from 0 to 255"};
        } else {
            answer.payload = {static_cast<std::uint8_t>(value)};
            answer.port = port;
        }
        return answer;
    }

    void run(std::span<const CodecJob> jobs, CodecHost& host,
             CodecAnswer (*answerTo)(const CodecJob&, std::uint8_t)) {
        std::vector<CodecAnswer> answers;
        {
            const auto state = state_.lock();
            state->jobs.insert(state->jobs.end(), jobs.begin(), jobs.end());
            if (!state->thrown.empty()) throw std::runtime_error(state->thrown);
            for (const CodecJob& job : jobs) {
                CodecAnswer answer = answerTo(job, state->programs[job.program]);
                if (state->error) answer.fields = *state->error;
                answer.ticket = job.ticket;
                if (state->isHolding) {
                    state->held.emplace_back(&host, std::move(answer));
                } else {
                    answers.push_back(std::move(answer));
                }
            }
        }
        if (!answers.empty()) host.answer(answers);
    }
    /// What that object held is never answered.
    void forget(const CodecHost& host) {
        std::erase_if(state_.lock()->held, [&](const Held& one) { return one.first == &host; });
    }

    Plugin descriptor_;
    LoadedPlugin plugin_;
    mutable Guarded<State> state_;
};

}  // namespace runnel::test
