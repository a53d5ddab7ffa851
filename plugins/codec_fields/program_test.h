// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "fields_program.h"
#include "tests/support/codec_jobs.h"
#include "tests/support/value_text.h"
#include "tests/support/yaml_value.h"

/// What the tests of layouts share. Thread safety: pure functions.
namespace runnel::fields {

inline FieldsProgram program(const std::string& options) {
    auto loaded = FieldsProgram::load(test::fieldsOf(options));
    EXPECT_TRUE(loaded) << loaded.error().field << " " << loaded.error().reason;
    return loaded ? std::move(*loaded) : FieldsProgram{};
}

/// "<field> <reason>" of options that load() refuses.
inline std::string complaint(const std::string& options) {
    const auto loaded = FieldsProgram::load(test::fieldsOf(options));
    return loaded ? "none" : loaded.error().field + " " + loaded.error().reason;
}

inline CodecAnswer decode(const std::string& options, std::string_view hex, std::uint8_t port = 1) {
    return program(options).decode(test::decodeJob(*parseHex(hex), port));
}

inline CodecAnswer encode(const std::string& options, const std::string& fields,
                          std::uint8_t port = 0) {
    return program(options).encode(test::encodeJob(test::fieldsOf(fields), port));
}

inline std::string decoded(const std::string& options, std::string_view hex) {
    return test::textOf(decode(options, hex).fields);
}

/// The payload in hexadecimal, or "<field> <reason>".
inline std::string encoded(const std::string& options, const std::string& fields) {
    const CodecAnswer answer = encode(options, fields);
    if (!answer.fields) return answer.fields.error().field + " " + answer.fields.error().reason;
    std::string hex;
    appendHex(hex, answer.payload.data(), answer.payload.size());
    return hex;
}

}  // namespace runnel::fields
