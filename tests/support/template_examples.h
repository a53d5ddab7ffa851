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

/// What the codec makes otherwise of one example, "" if it is as said.
inline std::string brokenExample(Codec& codec, FakeCodecHost& answers, std::uint32_t program,
                                 const Fields& example) {
    const auto port = static_cast<std::uint8_t>(valueOr<std::int64_t>(example, "port", 0));
    const Bytes payload = *parseHex(valueOr<std::string>(example, "payload", ""));
    const Fields fields = valueOr(example, "fields", Fields{});
    const bool isDownlink = valueOr(example, "downlink", false);
    const CodecJob job =
        ticketed(isDownlink ? encodeJob(fields) : decodeJob(payload, port), 1, program);
    (codec.*(isDownlink ? &Codec::encode : &Codec::decode))({&job, 1});
    const CodecAnswer answer = answers.answers().back();
    if (!answer.fields) return textOf(answer.fields);
    if (!answer.warnings.empty()) return answer.warnings.front();
    if (!isDownlink) return textOf(*answer.fields) == textOf(fields) ? "" : textOf(answer.fields);
    return answer.payload == payload && answer.port == port ? "" : "another payload or port";
}

/// What a codec makes otherwise of the examples of a device template (YAML), a sentence each. An
/// example has `payload` (hexadecimal), `port`, `fields`, and `downlink: true` if it goes the other
/// way. Thread safety: a pure function, as far as the plugin is.
inline std::vector<std::string> brokenExamples(const Plugin& plugin, const std::string& yaml) {
    const Fields document = fieldsOf(yaml);
    FakeHost host;
    FakeCodecHost answers;
    const auto codec = std::move(*plugin.codec(host, answers));
    const auto program =
        codec->load(valueOr(valueOr(document, "codec", Fields{}), "options", Fields{}));
    if (!program) return {program.error().field + " " + program.error().reason};
    const List examples = valueOr(document, "examples", List{});
    std::vector<std::string> broken;
    for (const Value& example : examples) {
        broken.push_back(brokenExample(*codec, answers, *program, std::get<Fields>(example.is)));
        if (broken.back().empty()) broken.pop_back();
    }
    if (examples.empty()) broken.emplace_back("there are no examples");
    return broken;
}

}  // namespace runnel::test
