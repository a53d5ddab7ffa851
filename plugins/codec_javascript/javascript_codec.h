// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <thread>

#include "inbox.h"
#include "runnel/codec.h"
#include "runnel/plugin.h"
#include "worker.h"

namespace runnel::javascript {

/// Runs templates' scripts in a child process, which is started when the first one is loaded.
/// Thread safety: as Codec demands; answers come on the codec's own thread, or on the caller's for
/// jobs that find no room.
class JavascriptCodec final : public Codec {
  public:
    static constexpr std::size_t kMaxPrograms = 10'000;

    /// `image` is the child's program file and outlives the codec.
    JavascriptCodec(Host& host, CodecHost& answers, std::span<const std::uint8_t> image);
    ~JavascriptCodec() override;
    JavascriptCodec(const JavascriptCodec&) = delete;
    JavascriptCodec& operator=(const JavascriptCodec&) = delete;

    Result<std::uint32_t> load(const Fields& parameters) override;
    void unload(std::uint32_t program) override;
    void decode(std::span<const CodecJob> jobs) override;
    void encode(std::span<const CodecJob> jobs) override;
    void stop() override;

  private:
    bool post(Order order);
    void postJobs(std::span<const CodecJob> jobs, Frame frame);

    CodecHost& answers_;
    std::set<std::uint32_t> programs_;
    std::uint32_t lastProgram_ = 0;
    Inbox inbox_;
    Worker worker_;
    std::thread thread_;  // last: runs worker_
};

}  // namespace runnel::javascript
