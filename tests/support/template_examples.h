// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "runnel/testing.h"
#include "tests/support/codec_jobs.h"
#include "tests/support/fake_codec_host.h"
#include "tests/support/value_text.h"
#include "tests/support/yaml_value.h"

namespace runnel::test {

/// What a codec makes otherwise of the examples of a device template (YAML), a sentence each. An
/// example has `payload` (hexadecimal), `port`, `fields`, and `downlink: true` if it goes the other
/// way. Thread safety: a pure function, as far as the plugin is.
inline std::vector<std::string> brokenExamples(const Plugin& plugin, const std::string& yaml) {
    const Fields document = fieldsOf(yaml);
    const Fields codecPart = valueOr(document, "codec", Fields{});
    FakeHost host;
    FakeCodecHost answers;
    const auto codec = std::move(*plugin.codec(host, answers));
    const auto program = codec->load(valueOr(codecPart, "options", Fields{}));
    if (!program) return {program.error().field + " " + program.error().reason};
    std::vector<std::string> broken;
    for (const Value& each : valueOr(document, "examples", List{})) {
        const auto& example = std::get<Fields>(each.is);
        const auto port = static_cast<std::uint8_t>(valueOr<std::int64_t>(example, "port", 0));
        const Bytes payload = *parseHex(valueOr<std::string>(example, "payload", ""));
        const Fields fields = valueOr(example, "fields", Fields{});
        const bool isDownlink = valueOr(example, "downlink", false);
        CodecJob job = isDownlink ? encodeJob(fields) : decodeJob(payload, port);
        job = ticketed(std::move(job), 1, *program);
        isDownlink ? codec->encode({&job, 1}) : codec->decode({&job, 1});
        const CodecAnswer answer = answers.answers().back();
        const bool isAsSaid =
            answer.fields &&
            (isDownlink ? answer.payload == payload : textOf(*answer.fields) == textOf(fields));
        if (!isAsSaid) broken.push_back("an example becomes " + textOf(answer.fields));
        if (isDownlink && answer.port != port) broken.push_back("the port is another one");
        for (const std::string& warning : answer.warnings) broken.push_back(warning);
    }
    if (valueOr(document, "examples", List{}).empty()) broken.push_back("there are no examples");
    return broken;
}

}  // namespace runnel::test
