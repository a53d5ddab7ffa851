// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "runnel/codec.h"

namespace runnel::codecs {

/// An answer that is an error, to a decode or an encode.
inline CodecAnswer refusal(Error error) {
    CodecAnswer answer;
    answer.fields = std::move(error);
    return answer;
}

/// A codec whose programs are values and whose answers are ready when decode() or encode() returns,
/// as one batch per call. `Program` has
///     static Result<Program> load(const Fields& parameters);
///     CodecAnswer decode(const CodecJob& job) const;
///     CodecAnswer encode(const CodecJob& job) const;
/// Tickets are filled in here. Thread safety: load() and unload() may come from any thread while
/// another one decodes or encodes; a program that is unloaded meanwhile finishes its batch.
template <class Program>
class ProgramCodec final : public Codec {
  public:
    /// `host` outlives this.
    explicit ProgramCodec(CodecHost& host) : host_{host} {}

    Result<std::uint32_t> load(const Fields& parameters) override {
        auto program = Program::load(parameters);
        if (!program) return program.error();
        const std::lock_guard lock{mutex_};
        programs_.emplace(++newest_, std::make_shared<const Program>(std::move(*program)));
        return newest_;
    }
    void unload(std::uint32_t program) override {
        const std::lock_guard lock{mutex_};
        programs_.erase(program);
    }
    void decode(std::span<const CodecJob> jobs) override { answer(jobs, &Program::decode); }
    void encode(std::span<const CodecJob> jobs) override { answer(jobs, &Program::encode); }
    void stop() override {}

  private:
    /// Shared with a batch that is being answered, so that no lock is held meanwhile.
    std::shared_ptr<const Program> at(std::uint32_t number) const {
        const std::lock_guard lock{mutex_};
        const auto found = programs_.find(number);
        return found == programs_.end() ? nullptr : found->second;
    }

    template <class Work>
    void answer(std::span<const CodecJob> jobs, Work work) {
        if (jobs.empty()) return;
        std::vector<CodecAnswer> answers;
        answers.reserve(jobs.size());
        std::shared_ptr<const Program> program;
        std::uint32_t number = 0;
        for (const CodecJob& job : jobs) {
            if (!program || job.program != number) program = at(number = job.program);
            answers.push_back(program ? ((*program).*work)(job) : unknown(job.program));
            answers.back().ticket = job.ticket;
        }
        host_.answer(answers);
    }

    static CodecAnswer unknown(std::uint32_t number) {
        return refusal({"program", "must be one that is loaded, found " + std::to_string(number) +
                                       ": load the template again"});
    }

    CodecHost& host_;
    mutable std::mutex mutex_;
    std::uint32_t newest_ = 0;
    std::map<std::uint32_t, std::shared_ptr<const Program>> programs_;
};

}  // namespace runnel::codecs
