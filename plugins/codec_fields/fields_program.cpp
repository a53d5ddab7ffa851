// SPDX-License-Identifier: Apache-2.0
#include "fields_program.h"

#include "codecs/program_codec.h"
#include "fields_decoder.h"
#include "fields_encoder.h"
#include "layout_reader.h"

namespace runnel::fields {
namespace {

using codecs::refusal;

/// Why there is no layout.
Error noLayout(const Layouts& layouts, const std::string& direction, std::uint8_t port) {
    if (layouts.ports.empty()) return {"template", "has no " + direction + " layout"};
    return {"port", "must be one with a " + direction + " layout (" + layouts.ports + "), found " +
                        std::to_string(port)};
}

}  // namespace

Result<FieldsProgram> FieldsProgram::load(const Fields& parameters) {
    const Value* const uplink = find(parameters, "uplink");
    const Value* const downlink = find(parameters, "downlink");
    if (!uplink && !downlink) {
        return Error{"uplink", "is missing, and so is downlink: give at least one of them"};
    }
    FieldsProgram program;
    program.port_ = static_cast<std::uint8_t>(valueOr<std::int64_t>(parameters, "port", 1));
    const bool isLittle = valueOr<std::string>(parameters, "endian", "big") == "little";
    if (uplink) {
        auto layouts = readLayouts(*uplink, "uplink", isLittle);
        if (!layouts) return layouts.error();
        program.uplink_ = std::move(*layouts);
    }
    if (downlink) {
        auto layouts = readLayouts(*downlink, "downlink", isLittle);
        if (!layouts) return layouts.error();
        program.downlink_ = std::move(*layouts);
    }
    return program;
}

CodecAnswer FieldsProgram::decode(const CodecJob& job) const {
    const Layout* const layout = uplink_.at(job.port);
    if (!layout) return refusal(noLayout(uplink_, "uplink", job.port));
    CodecAnswer answer;
    answer.fields = decodeFields(*layout, job.payload, answer.warnings);
    return answer;
}

CodecAnswer FieldsProgram::encode(const CodecJob& job) const {
    CodecAnswer answer;
    answer.port = job.port != 0 ? job.port : port_;
    const Layout* const layout = downlink_.at(answer.port);
    if (!layout) return refusal(noLayout(downlink_, "downlink", answer.port));
    auto payload = encodeFields(*layout, job.fields, answer.warnings);
    if (!payload) return refusal(payload.error());
    if (payload->empty()) return refusal({"", "must make at least one byte, found none"});
    answer.payload = std::move(*payload);
    return answer;
}

}  // namespace runnel::fields
