// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "loader/plugins.h"

namespace runnel {

/// Whoever asked a codec for something. Thread safety: answered() is called once, by any thread,
/// with no lock of the codec held.
class CodecClient {
  public:
    virtual ~CodecClient() = default;
    virtual void answered(CodecAnswer&& answer) = 0;
};

/// One codec plugin's object: calls it by one thread at a time, gives each answer to who asked, and
/// makes errors of what it throws. Thread safety: any thread.
class RunningCodec final : public CodecHost {
  public:
    struct Task {
        CodecJob job;  ///< its ticket is given here
        std::shared_ptr<CodecClient> client;
    };
    struct Counters {
        std::uint64_t answered = 0;
        std::uint64_t failed = 0;
    };

    /// An error is the plugin's own complaint.
    static Result<std::shared_ptr<RunningCodec>> make(const LoadedPlugin& plugin, Host& host);

    /// As Codec's; may block.
    Result<std::uint32_t> load(const Fields& parameters);
    /// Never waits, since a thread of the codec may be the last that uses a program: while another
    /// thread is inside, that one does it.
    void unload(std::uint32_t program);

    /// Each client is answered once: before the call returns, or later. One call of the plugin for
    /// all tasks.
    void decode(std::span<Task> tasks) { run(tasks, &Codec::decode); }
    void encode(std::span<Task> tasks) { run(tasks, &Codec::encode); }

    /// Everything that is open is answered with an error, and so is what comes afterwards.
    void stop();

    const std::string& name() const { return name_; }
    Counters counters() const { return {answered_, failed_}; }

    /// The plugin's side.
    void answer(std::span<CodecAnswer> answers) override;

  private:
    using Call = void (Codec::*)(std::span<const CodecJob>);
    using Answered = std::vector<std::pair<std::shared_ptr<CodecClient>, CodecAnswer>>;
    struct Open {
        std::unordered_map<Ticket, std::shared_ptr<CodecClient>> clients;
        Ticket last = 0;
        std::thread::id caller;  ///< the thread that is inside the plugin
        Answered held;           ///< what it answers there, handed on when it is out
    };
    class Visit;

    explicit RunningCodec(std::string name) : name_(std::move(name)) {}
    void run(std::span<Task> tasks, Call call);
    void failAll(std::span<const CodecJob> jobs, const Error& error);
    static void handOn(Answered&& answered);
    void unloadUnused();

    const std::string name_;  ///< "codec_javascript"
    std::mutex calls_;        ///< one call at a time
    std::unique_ptr<Codec> codec_;
    bool isStopped_ = false;  ///< under calls_
    Guarded<Open> open_;
    Guarded<std::vector<std::uint32_t>> unused_;  ///< programs to unload
    std::atomic<std::uint64_t> answered_{0}, failed_{0};
};

}  // namespace runnel
