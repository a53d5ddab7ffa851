// SPDX-License-Identifier: Apache-2.0
#include "template/examples.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "loader/guard.h"
#include "template/difference.h"

namespace runnel {

namespace {

using Type = TemplateExample::Type;
using Answers = std::vector<std::optional<CodecAnswer>>;

constexpr std::chrono::seconds kPatience{5};                           // for all of a template
constexpr Instant kNow{std::chrono::milliseconds{1'767'225'600'000}};  // 2026-01-01T00:00:00Z
constexpr Eui kDevice{0x1122334455667788};
constexpr Eui kApplication{0x8877665544332211};
constexpr Eui kGateway{0xAABBCCDDEEFF0011};

/// What the codec has answered so far. It may answer when nobody waits any more.
/// Thread safety: any thread.
class Board final {
  public:
    explicit Board(std::size_t size) : answers_(size) {}

    void put(std::size_t example, CodecAnswer&& answer) {
        const std::scoped_lock lock(mutex_);
        answers_[example] = std::move(answer);
        ++count_;
        isNews_.notify_all();
    }
    Answers waitFor(std::size_t count) {
        std::unique_lock lock(mutex_);
        isNews_.wait_for(lock, kPatience, [&] { return count_ == count; });
        return answers_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable isNews_;
    Answers answers_;
    std::size_t count_ = 0;
};

class Asked final : public CodecClient {
  public:
    Asked(std::shared_ptr<Board> board, std::size_t example)
        : board_(std::move(board)), example_(example) {}
    void answered(CodecAnswer&& answer) override { board_->put(example_, std::move(answer)); }

  private:
    const std::shared_ptr<Board> board_;
    const std::size_t example_;
};

CodecJob jobOf(const TemplateExample& example, std::uint32_t program) {
    CodecJob job;
    job.program = program;
    job.device = kDevice;
    job.port = example.port;
    job.time = example.time.value_or(kNow);
    if (example.type == Type::DownlinkEncode) {
        job.fields = example.fields;
    } else {
        job.payload = example.bytes;
    }
    return job;
}

/// One for each example; nullopt where none came in time.
Answers ask(const TemplateUse& use) {
    const auto& examples = use.spec().examples;
    const auto board = std::make_shared<Board>(examples.size());
    std::vector<RunningCodec::Task> decodes;
    std::vector<RunningCodec::Task> encodes;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        if (examples[i].type == Type::DownlinkDecode) continue;
        const bool isUplink = examples[i].type == Type::Uplink;
        (isUplink ? decodes : encodes)
            .push_back({jobOf(examples[i], use.program()), std::make_shared<Asked>(board, i)});
    }
    const std::size_t count = decodes.size() + encodes.size();
    if (!decodes.empty()) use.codec()->decode(decodes);
    if (!encodes.empty()) use.codec()->encode(encodes);
    return board->waitFor(count);
}

/// A plain uplink of a device that nobody has.
Message uplinkOf(const TemplateExample& example) {
    Message message;
    message.position = 1;
    message.kind = Kind::Uplink;
    message.port = example.port;
    message.device = kDevice;
    message.application = kApplication;
    message.frameCounter = 1;
    message.frequencyHz = 868'100'000;
    message.region = "EU868";
    message.dataRate = "SF7BW125";
    message.brokerTime = example.time.value_or(kNow);
    message.networkTime = message.brokerTime;
    message.payload = example.bytes;
    message.receptions = {{kGateway, -60, 7.5F, message.brokerTime}};
    message.network = "example";
    message.deviceName = "example";
    return message;
}

std::string hexOf(const Bytes& bytes) {
    std::string text;
    appendHex(text, bytes.data(), bytes.size());
    return text;
}

std::string sentence(const Error& error) {
    return error.field.empty() ? error.reason : error.field + ": " + error.reason;
}

/// The examples of one template, one after another.
class Trial final {
  public:
    Trial(const TemplateUse& use, const FormatUse* format, std::vector<Complaint>& complaints)
        : use_(use), format_(format), complaints_(complaints) {}

    void run() {
        const auto& examples = use_.spec().examples;
        const Answers answers = use_.codec() != nullptr ? ask(use_) : Answers(examples.size());
        for (std::size_t i = 0; i < examples.size(); ++i) {
            if (examples[i].type == Type::DownlinkDecode) continue;
            const auto wrong = problem(examples[i], answers[i] ? &*answers[i] : nullptr);
            if (wrong) complain(i, *wrong);
        }
    }

  private:
    using Problem = std::optional<std::string>;

    void complain(std::size_t index, const std::string& what) {
        const TemplateExample& example = use_.spec().examples[index];
        std::string which = "example " + std::to_string(index + 1);
        if (!example.description.empty()) which += " (" + example.description + ")";
        complaints_.push_back({.place = example.place,
                               .text = "template " + use_.title() + ": " + which + ": " + what});
    }

    Problem problem(const TemplateExample& example, const CodecAnswer* answer) const {
        const bool hasCodec = use_.codec() != nullptr;
        if (hasCodec && answer == nullptr) return "the codec has not answered within 5 s";
        if (!hasCodec && example.hasOutput) {
            return "expected 'output', found no 'codec' in this template that would make it";
        }
        if (example.hasOutput) {
            if (auto wrong = outputProblem(example, *answer)) return wrong;
        }
        return example.document && format_ != nullptr ? documentProblem(example, answer)
                                                      : std::nullopt;
    }

    static Problem outputProblem(const TemplateExample& example, const CodecAnswer& answer) {
        if (example.fails) return errorProblem(example, answer);
        if (!answer.fields)
            return "expected data, found an error: " + sentence(answer.fields.error());
        if (auto wrong = warningProblem(example, answer)) return wrong;
        if (example.type == Type::Uplink) {
            auto wrong = difference({example.fields}, {*answer.fields});
            return wrong ? Problem("output.data" + *wrong) : std::nullopt;
        }
        if (answer.payload != example.bytes) {
            return "output.bytes: expected " + hexOf(example.bytes) + ", found " +
                   hexOf(answer.payload);
        }
        if (example.portAfter && answer.port != *example.portAfter) {
            return "output.fPort: expected " + std::to_string(*example.portAfter) + ", found " +
                   std::to_string(answer.port);
        }
        return std::nullopt;
    }

    static Problem errorProblem(const TemplateExample& example, const CodecAnswer& answer) {
        if (answer.fields) {
            return "expected an error, \"" + example.errors.front() + "\", found none";
        }
        const std::string came = sentence(answer.fields.error());
        for (const std::string& text : example.errors) {
            if (came.find(text) != std::string::npos) continue;
            std::string wrong = "expected an error with \"";
            return wrong.append(text).append("\", found: ").append(came);
        }
        return std::nullopt;
    }

    static Problem warningProblem(const TemplateExample& example, const CodecAnswer& answer) {
        if (!example.warnings) return std::nullopt;
        const auto listOf = [](const std::vector<std::string>& texts) {
            List list;
            for (const std::string& text : texts) list.push_back({text});
            return Value{std::move(list)};
        };
        auto wrong = difference(listOf(*example.warnings), listOf(answer.warnings));
        return wrong ? Problem("output.warnings" + *wrong) : std::nullopt;
    }

    Problem documentProblem(const TemplateExample& example, const CodecAnswer* answer) const {
        const Message message = uplinkOf(example);
        EncodeInput input{.message = message, .reception = &message.receptions.front()};
        if (answer != nullptr && format_->format->wantsFields()) {
            if (answer->fields) {
                input.decoded = &*answer->fields;
            } else {
                input.decodeError = &answer->fields.error();
            }
        }
        const auto made = guarded(format_->plugin, [&] { return format_->format->encode(input); });
        if (!made) return "document: found an error: " + sentence(made.error());
        auto wrong = documentDifference(format_->format->contentType(), *example.document, *made);
        return wrong ? Problem("document" + *wrong) : std::nullopt;
    }

    const TemplateUse& use_;
    const FormatUse* const format_;
    std::vector<Complaint>& complaints_;
};

}  // namespace

void runExamples(const TemplateUsePtr& use, const FormatUse* format,
                 std::vector<Complaint>& complaints) {
    const bool isWaiting = !use->spec().codec.empty() && use->codec() == nullptr;
    if (isWaiting || use->spec().examples.empty()) return;
    Trial(*use, format, complaints).run();
}

}  // namespace runnel
