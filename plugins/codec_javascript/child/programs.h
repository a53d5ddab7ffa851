// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <unordered_map>

#include "child/engine.h"
#include "child/script.h"
#include "strikes.h"

namespace runnel::javascript {

/// The scripts that the broker has defined, compiled when they are first needed, and the calls of
/// their functions within the engine's limits. Thread safety: the engine's thread.
class Programs final {
  public:
    explicit Programs(Engine& engine) : engine_(engine) {}

    void define(Reader& body);
    void forget(Reader& body);
    /// Does the job of a Check, Decode or Encode, whose number was read already, and appends its
    /// Answer.
    void run(Frame frame, std::uint64_t job, Reader& body, std::string& answers);

  private:
    struct Program {
        Decoder decoder{};
        std::string source;
        Fields variables;
        std::unique_ptr<Script> script;  // null until it is needed
    };
    struct Call {
        Frame frame{};
        std::uint32_t program{};
        Uplink uplink;
        Fields data;
    };

    static Call read(Frame frame, Reader& body);
    std::optional<Error> perform(const Call& call, Writer& out);
    std::optional<Error> attempt(const Call& call, Program& program, Writer& out);
    /// What the limits say of a call that has ended.
    Ending judge(const Call& call, bool isSlow, std::optional<Error>& error);

    Engine& engine_;
    Strikes strikes_;
    std::unordered_map<std::uint32_t, Program> programs_;
};

}  // namespace runnel::javascript
