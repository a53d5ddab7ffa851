// SPDX-License-Identifier: Apache-2.0
#include "downlink/field_encoder.h"

#include <algorithm>
#include <string_view>

#include "downlink/rules.h"
#include "template/stream_transform.h"

namespace runnel {

namespace {

Receipt refusal(const Downlink& downlink, Error error) {
    return {.id = downlink.id, .device = downlink.device, .rejected = std::move(error)};
}

/// Does the codec's path, such as "led.colour" or "times[2]", lead into this field?
bool isInside(std::string_view path, std::string_view name) {
    if (!path.starts_with(name)) return false;
    path.remove_prefix(name.size());
    return path.empty() || std::string_view(".[/").find(path.front()) != std::string_view::npos;
}

/// The codec's complaint in the sender's words.
Error complaintOf(const Fields& fields, const Error& error) {
    if (error.field.empty()) return {"Fields", error.reason};
    const bool isGiven = std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
        return isInside(error.field, field.name);
    });
    if (isGiven) return {"Fields/" + error.field, error.reason};
    return {"Fields", error.field + " " + error.reason};
}

}  // namespace

/// One downlink on its way through, with fields or behind one that has some.
class FieldEncoder::Waiting final : public CodecClient {
  public:
    Waiting(FieldEncoder& encoder, const Grant& sender, Downlink wanted, Answer to)
        : grant(sender),
          downlink(std::move(wanted)),
          answer(std::move(to)),
          way(sender.stream->stream, downlink.device),
          encoder_(encoder) {}

    void answered(CodecAnswer&& given) override { encoder_.encoded(*this, std::move(given)); }

    const Grant grant;
    Downlink downlink;
    Answer answer;
    const Way way;
    TemplateUsePtr use;  ///< null: it has no fields
    std::optional<Error> refused;
    bool isReady = false;  ///< under the lock of lines_

  private:
    FieldEncoder& encoder_;
};

void FieldEncoder::submit(const Grant& grant, Downlink downlink, Answer answer) {
    TemplateUsePtr use;
    if (downlink.fields) {
        auto found = usable(grant, downlink);
        if (!found) return answer(refusal(downlink, found.error()));
        use = std::move(*found);
    } else if (!lines_.lock()->ways.contains({grant.stream->stream, downlink.device})) {
        return parts_.next.submit(grant, std::move(downlink), std::move(answer));
    }
    const auto one =
        std::make_shared<Waiting>(*this, grant, std::move(downlink), std::move(answer));
    one->use = std::move(use);
    if (!queue(one)) {
        return one->answer(refusal(
            one->downlink, {"", "too many downlinks wait for codecs (10,000); try again later"}));
    }
    if (one->use) {
        encode(one);
    } else {
        ready(*one);
    }
}

/// The template that encodes it.
Result<TemplateUsePtr> FieldEncoder::usable(const Grant& grant, const Downlink& downlink) const {
    const auto device = parts_.devices.find(downlink.device);
    if (auto wrong = senderComplaint(grant, downlink, device ? &*device : nullptr)) return *wrong;
    if (!downlink.payload.empty()) return Error{"Fields", "must not be there with Data"};
    const StreamConfig& stream = *grant.stream;
    const bool isResolved = device && device->application;
    auto use = templateFor(parts_.templates, parts_.devices, parts_.templateOf(stream),
                           downlink.device, isResolved ? device->application : stream.application);
    const std::string wrong = "cannot be encoded: ";
    if (!use) {
        return Error{"Fields", wrong +
                                   "neither the stream nor the device nor its application has a "
                                   "device template; send Data"};
    }
    if (const auto& trouble = use->trouble()) {
        const std::string where = trouble->field.empty() ? "" : trouble->field + ": ";
        return Error{"Fields", wrong + "template " + use->title() + ": " + where + trouble->reason};
    }
    if (use->codec() != nullptr) return use;
    return Error{"Fields", wrong + "template " + use->title() + " has no codec; send Data"};
}

bool FieldEncoder::queue(const WaitingPtr& one) {
    auto lines = lines_.lock();
    if (lines->waiting >= kMaxWaiting) return false;
    ++lines->waiting;
    lines->ways[one->way].waiting.push_back(one);
    return true;
}

void FieldEncoder::encode(const WaitingPtr& one) const {
    CodecJob job;
    job.program = one->use->program();
    job.device = one->downlink.device;
    job.port = one->downlink.port;
    job.fields = *one->downlink.fields;
    job.time = parts_.clock.now();
    RunningCodec::Task task{std::move(job), one};
    one->use->codec()->encode({&task, 1});
}

void FieldEncoder::encoded(Waiting& one, CodecAnswer&& answer) {
    const std::string& title = one.use->title();
    Downlink& downlink = one.downlink;
    for (const std::string& warning : answer.warnings) {
        std::string line = "for device " + text(downlink.device) + " by template " + title;
        line.append(": ").append(warning);
        parts_.log.write(Level::Debug, "downlink", line);
    }
    if (answer.port != 0) downlink.port = answer.port;
    if (!answer.fields) {
        one.refused = complaintOf(*downlink.fields, answer.fields.error());
    } else if (downlink.port == 0) {
        one.refused = Error{"Port", "is missing, and template " + title + " gives none"};
    }
    downlink.payload = std::move(answer.payload);
    downlink.fields.reset();
    // The sender knows of no Data.
    one.answer = [to = std::move(one.answer), title](Receipt receipt) {
        if (receipt.rejected && receipt.rejected->field == "Data") {
            receipt.rejected->field = "Fields";
            receipt.rejected->reason.insert(0, "as bytes (by template " + title + ") ");
        }
        to(std::move(receipt));
    };
    ready(one);
}

/// Hands on what stands first in its line.
void FieldEncoder::ready(Waiting& one) {
    {
        auto lines = lines_.lock();
        one.isReady = true;
        Line& line = lines->ways.at(one.way);
        if (line.isMoving) return;
        line.isMoving = true;
    }
    while (const WaitingPtr next = nextReady(one.way)) handOn(*next);
}

FieldEncoder::WaitingPtr FieldEncoder::nextReady(const Way& way) {
    auto lines = lines_.lock();
    const auto line = lines->ways.find(way);
    auto& waiting = line->second.waiting;
    if (waiting.empty()) {
        lines->ways.erase(line);
        return nullptr;
    }
    line->second.isMoving = waiting.front()->isReady;
    if (!line->second.isMoving) return nullptr;
    WaitingPtr next = std::move(waiting.front());
    waiting.pop_front();
    --lines->waiting;
    return next;
}

void FieldEncoder::handOn(Waiting& one) const {
    if (one.refused) return one.answer(refusal(one.downlink, std::move(*one.refused)));
    parts_.next.submit(one.grant, std::move(one.downlink), std::move(one.answer));
}

}  // namespace runnel
