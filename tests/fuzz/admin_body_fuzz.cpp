// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "admin/json_body.h"
#include "admin/json_string.h"
#include "admin/merge_patch.h"
#include "tests/fuzz/fuzz_target.h"

/// An input is a document, a NUL, and a merge patch for it. Promises: nothing but a Problem 400 or
/// 413 is thrown, with a text; what is taken is UTF-8 and is taken again as it is written; a patch
/// that was applied changes nothing when it is applied again, and leaves no null that it named.
namespace runnel::admin {
namespace {

[[noreturn]] void fail(const char* what, const std::string& text) {
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

std::optional<Poco::Dynamic::Var> read(std::string_view text) {
    try {
        return parseJson(text);
    } catch (const Problem& problem) {
        if (problem.status() != 400 && problem.status() != 413) fail("another status", "");
        const std::string body = problem.response().body;
        if (firstNonUtf8(body) != body.size()) fail("a problem that is not UTF-8", body);
        parseJson(body);
        return std::nullopt;
    }
}

void checkPatch(const Poco::Dynamic::Var& target, const Poco::Dynamic::Var& patch) {
    const std::string before = jsonText(target);
    const Poco::Dynamic::Var once = mergePatch(target, patch);
    if (jsonText(target) != before) fail("the target has changed", before);
    const std::string result = jsonText(once);
    if (jsonText(mergePatch(once, patch)) != result) fail("a patch is not idempotent", result);
    if (firstNonUtf8(result) != result.size()) fail("a result that is not UTF-8", result);
}

std::vector<std::uint8_t> input(std::string_view document, std::string_view patch) {
    std::vector<std::uint8_t> bytes(document.begin(), document.end());
    bytes.push_back(0);
    bytes.insert(bytes.end(), patch.begin(), patch.end());
    return bytes;
}

}  // namespace
}  // namespace runnel::admin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel::admin;
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const std::size_t middle = std::min(all.find('\0'), all.size());
    const auto target = read(all.substr(0, middle));
    const auto patch = read(all.substr(std::min(middle + 1, all.size())));
    if (target) {
        const std::string text = jsonText(*target);
        const auto again = read(text);
        if (!again || jsonText(*again) != text) fail("is not taken again", text);
    }
    if (target && patch) checkPatch(*target, *patch);
    return 0;
}

std::vector<std::vector<std::uint8_t>> fuzzSeeds() {
    using runnel::admin::input;
    return {
        input(R"({"name":"cloud","scope":{"device":"0080E1150529E258"},"protocol":"websocket",)"
              R"("options":{"a":1,"b":[true,null,-2.5e3]},"enabled":true})",
              R"({"options":{"a":null,"c":{"d":null}},"events":["uplink"]})"),
        input(R"([{"eui":"0102030405060708","name":"B\u00e4y \ud83d\ude00\n"},[],[[1]],""])",
              R"({"a":18446744073709551615,"b":-9223372036854775808,"c":1e308,"d":0.1})"),
        input(R"({"a":{"b":{"c":[{"d":"\\\"\/\b\f\r\t"}]}}})", R"({"a":{"b":{"c":null}}})"),
    };
}
