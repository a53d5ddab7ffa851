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

/// A list of numbers, or hexadecimal digits with spaces.
inline Bytes bytesOf(const Fields& fields) {
    const Value* bytes = find(fields, "bytes");
    if (bytes == nullptr) return {};
    if (const auto* text = std::get_if<std::string>(&bytes->is)) {
        std::string digits = *text;
        std::erase(digits, ' ');
        return parseHex(digits).value();
    }
    Bytes list;
    for (const Value& each : std::get<List>(bytes->is)) {
        list.push_back(static_cast<std::uint8_t>(std::get<std::int64_t>(each.is)));
    }
    return list;
}

/// What the codec makes otherwise of one example, "" if it is as said.
inline std::string brokenExample(Codec& codec, FakeCodecHost& answers, std::uint32_t program,
                                 const Fields& example) {
    const auto input = valueOr(example, "input", Fields{});
    const auto output = valueOr(example, "output", Fields{});
    const bool isDownlink = valueOr<std::string>(example, "type", "uplink") == "downlink-encode";
    const auto port =
        static_cast<std::uint8_t>(valueOr<std::int64_t>(isDownlink ? output : input, "fPort", 0));
    const auto data = valueOr(isDownlink ? input : output, "data", Fields{});
    const CodecJob job =
        ticketed(isDownlink ? encodeJob(data) : decodeJob(bytesOf(input), port), 1, program);
    (codec.*(isDownlink ? &Codec::encode : &Codec::decode))({&job, 1});
    const CodecAnswer answer = answers.answers().back();
    if (!answer.fields) return textOf(answer.fields);
    if (!answer.warnings.empty()) return answer.warnings.front();
    if (!isDownlink) return textOf(*answer.fields) == textOf(data) ? "" : textOf(answer.fields);
    return answer.payload == bytesOf(output) && answer.port == port ? ""
                                                                    : "another payload or port";
}

/// What a codec makes otherwise of the examples of a device template (YAML), a sentence each:
/// those of type uplink and downlink-encode, as the broker reads them. Thread safety: a pure
/// function, as far as the plugin is.
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
