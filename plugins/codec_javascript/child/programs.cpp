// SPDX-License-Identifier: Apache-2.0
#include "child/programs.h"

namespace runnel::javascript {

void Programs::define(Reader& body) {
    const auto number = body.number<std::uint32_t>();
    Program program;
    program.decoder = body.number<Decoder>();
    program.source = body.text();
    program.variables = body.fields();
    if (body.isGood()) programs_[number] = std::move(program);
}

void Programs::forget(Reader& body) {
    const auto number = body.number<std::uint32_t>();
    strikes_.forgive(number);
    programs_.erase(number);
}

Programs::Call Programs::read(Frame frame, Reader& body) {
    Call call{.frame = frame, .program = body.number<std::uint32_t>(), .uplink = {}, .data = {}};
    if (frame == Frame::Check) return call;
    call.uplink.port = body.number<std::uint8_t>();
    if (frame == Frame::Encode) {
        call.data = body.fields();
    } else {
        call.uplink.time = body.number<std::int64_t>();
        call.uplink.payload = body.text();
    }
    return call;
}

void Programs::run(Frame frame, std::uint64_t job, Reader& body, std::string& answers) {
    const Call call = read(frame, body);
    Writer out{answers};
    const std::size_t begin = out.beginFrame(Frame::Answer);
    out.number(job);
    const std::size_t ending = out.size();
    out.number(Ending::Fine);
    std::optional<Error> error;
    Ending how = Ending::Failed;
    if (!body.isGood()) {
        error = Error{"", "is nested more than " + std::to_string(kMaxDepth) + " deep"};
    } else if (strikes_.isSuspended(call.program, Strikes::Clock::now())) {
        how = Ending::Suspended;
        error = Error{"script", "is suspended"};
    } else {
        engine_.timeLimit().begin();
        error = perform(call, out);
        how = judge(call, engine_.timeLimit().end(), error);
    }
    if (error) {
        out.shrink(ending);
        out.number(how);
        out.text(error->field);
        out.text(error->reason);
    }
    out.endFrame(begin);
}

Ending Programs::judge(const Call& call, bool isSlow, std::optional<Error>& error) {
    if (isSlow) {
        // It may have been stopped in the middle of anything: next time it begins afresh.
        programs_[call.program].script.reset();
        strikes_.strike(call.program, Strikes::Clock::now());
        error = Error{"script", "took more than " + std::to_string(TimeLimit::kLimit.count()) +
                                    " ms and was stopped"};
        return Ending::Slow;
    }
    if (engine_.isHungry()) {
        error = Error{"script", "ran out of memory"};
        return Ending::Hungry;
    }
    strikes_.forgive(call.program);
    return Ending::Failed;
}

std::optional<Error> Programs::perform(const Call& call, Writer& out) {
    const auto found = programs_.find(call.program);
    if (found == programs_.end()) return Error{"script", "is not loaded"};
    return attempt(call, found->second, out);
}

std::optional<Error> Programs::attempt(const Call& call, Program& program, Writer& out) {
    if (!program.script) {
        auto script = std::make_unique<Script>(engine_.context(), program.decoder);
        if (auto error = script->load(program.source)) return error;
        program.script = std::move(script);
    }
    switch (call.frame) {
        case Frame::Decode:
            return program.script->decode(call.uplink, program.variables, out);
        case Frame::Encode:
            return program.script->encode(call.data, call.uplink.port, program.variables, out);
        default:
            out.fields({});
            out.number(std::uint8_t{});
            out.text({});
            out.number(std::uint32_t{});
            return std::nullopt;
    }
}

}  // namespace runnel::javascript
