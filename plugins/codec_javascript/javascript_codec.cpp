// SPDX-License-Identifier: Apache-2.0
#include "javascript_codec.h"

#include <utility>
#include <vector>

namespace runnel::javascript {
namespace {

Result<std::string> readParameters(const Fields& parameters, std::uint32_t program) {
    const auto script = valueOr<std::string>(parameters, "script", {});
    if (script.empty()) return Error{"script", "is empty; expected JavaScript with decodeUplink"};
    if (script.size() > kMaxScript) {
        return Error{"script", "has " + std::to_string(script.size()) + " bytes, at most " +
                                   std::to_string(kMaxScript) + " are allowed"};
    }
    const auto decode = valueOr<std::string>(parameters, "decode", "decodeUplink");
    std::string definition;
    Writer out{definition};
    out.number(program);
    out.number(decode == "decodeDownlink" ? Decoder::Downlink : Decoder::Uplink);
    out.text(script);
    out.fields(valueOr<Fields>(parameters, "variables", {}));
    if (definition.size() > kMaxFrame / 2) return Error{"variables", "are too large"};
    return definition;
}

std::string bodyOf(const CodecJob& job, Frame frame) {
    std::string body;
    Writer out{body};
    out.number(job.program);
    out.number(job.port);
    if (frame == Frame::Encode) {
        out.fields(job.fields);
    } else {
        out.number(static_cast<std::int64_t>(job.time.time_since_epoch().count()));
        out.text({reinterpret_cast<const char*>(job.payload.data()), job.payload.size()});
    }
    return body;
}

CodecAnswer refusal(Ticket ticket, std::string reason) {
    CodecAnswer answer;
    answer.ticket = ticket;
    answer.fields = Error{"", std::move(reason)};
    return answer;
}

}  // namespace

JavascriptCodec::JavascriptCodec(Host& host, CodecHost& answers,
                                 std::span<const std::uint8_t> image)
    : answers_(answers),
      worker_(host, answers, inbox_, image),
      thread_([this] { worker_.run(); }) {}

JavascriptCodec::~JavascriptCodec() {
    stop();
}

bool JavascriptCodec::post(Order order) {
    std::vector<Order> orders;
    orders.push_back(std::move(order));
    return inbox_.put(orders) == 1;
}

Result<std::uint32_t> JavascriptCodec::load(const Fields& parameters) {
    if (programs_.size() >= kMaxPrograms) {
        return Error{"", "cannot be loaded: there are " + std::to_string(kMaxPrograms) +
                             " scripts, which is the most"};
    }
    const std::uint32_t program = lastProgram_ + 1;
    auto definition = readParameters(parameters, program);
    if (!definition) return definition.error();
    std::promise<Status> loaded;
    auto outcome = loaded.get_future();
    if (!post({Frame::Define, program, {}, std::move(*definition), &loaded})) {
        return Error{"", "cannot be loaded: the codec is stopped"};
    }
    lastProgram_ = program;
    // The worker answers in any case: it gives up on a child that does not.
    if (const Status status = outcome.get(); !status) {
        (void)post({Frame::Forget, program});
        return status.error();
    }
    programs_.insert(program);
    return program;
}

void JavascriptCodec::unload(std::uint32_t program) {
    if (programs_.erase(program) != 0) (void)post({Frame::Forget, program});
}

void JavascriptCodec::postJobs(std::span<const CodecJob> jobs, Frame frame) {
    std::vector<Order> orders;
    std::vector<CodecAnswer> refusals;
    orders.reserve(jobs.size());
    for (const CodecJob& job : jobs) {
        Order order{frame, job.program, job.ticket, bodyOf(job, frame)};
        if (order.body.size() <= kMaxFrame / 2) {
            orders.push_back(std::move(order));
        } else {
            refusals.push_back(refusal(job.ticket, "is too large for a script"));
        }
    }
    for (std::size_t i = inbox_.put(orders); i < orders.size(); ++i) {
        refusals.push_back(refusal(orders[i].ticket, inbox_.isStopping()
                                                         ? "is not decoded: the codec is stopped"
                                                         : "is not decoded: the codec is busy"));
    }
    if (!refusals.empty()) answers_.answer(refusals);
}

void JavascriptCodec::decode(std::span<const CodecJob> jobs) {
    postJobs(jobs, Frame::Decode);
}

void JavascriptCodec::encode(std::span<const CodecJob> jobs) {
    postJobs(jobs, Frame::Encode);
}

void JavascriptCodec::stop() {
    inbox_.stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace runnel::javascript
