// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "codec_world.h"

namespace runnel::javascript {
namespace {

struct Feature {
    const char* name;
    const char* expression;
    const char* result;
};

class LanguageTest : public testing::TestWithParam<Feature> {};

TEST_P(LanguageTest, WorksAsInOtherPlaces) {
    CodecWorld world;
    EXPECT_EQ(show(world.value(GetParam().expression)), GetParam().result);
}

constexpr Feature kFeatures[] = {
    {"Let", "(() => { let a = 1; const b = 2; return a + b; })()", "3"},
    {"Class", "new (class A { #n = 4; get n() { return this.#n; } static s = 1; })().n", "4"},
    {"Template", "`a${1 + 1}b`", "'a2b'"},
    {"Destructuring", "(({a, b: [c, ...d]}) => a + c + d.length)({a: 1, b: [2, 3, 4]})", "5"},
    {"Spread", "[...[1, 2], ...new Set([3])]", "[1,2,3]"},
    {"ObjectSpread", "({...{a: 1}, b: 2})", "{a:1,b:2}"},
    {"Map", "[...new Map([['k', 1]]).entries()]", "[['k',1]]"},
    {"TypedArray", "new Uint8Array([1, 255, 256])", "[1,255,0]"},
    {"DataView", "new DataView(new Uint8Array(input.bytes).buffer).getUint16(0)", "258"},
    {"BigInt", "BigInt.asIntN(64, 0x7fffffffffffffffn)", "9223372036854775807"},
    {"Regex", "'T=21.5C'.match(/T=(?<t>[\\d.]+)C/u).groups.t", "'21.5'"},
    {"Json", "JSON.parse(JSON.stringify({a: [1, null]}))", "{a:[1,null]}"},
    {"Math", "Math.round(Math.hypot(3, 4) * 10) / 10", "5"},
    {"OptionalChaining", "input.nothing?.at?.all ?? 'none'", "'none'"},
    {"Generator", "[...(function*() { yield 1; yield 2; })()]", "[1,2]"},
    {"Symbol", "[...{*[Symbol.iterator]() { yield 7; }}]", "[7]"},
    {"ForOf", "(() => { let s = 0; for (const b of input.bytes) s += b; return s; })()", "3"},
    {"Exponent", "2 ** 10", "1024"},
    {"Closure", "[1, 2, 3].map(x => x * 2).filter(x => x > 2).reduce((a, b) => a + b)", "10"},
    {"Pad", "(10).toString(16).padStart(2, '0')", "'0a'"},
    {"TryCatch", "(() => { try { null.x; } catch { return 'caught'; } finally {} })()", "'caught'"},
    {"Eval", "new Function('a', 'return a + 1')(1)", "2"},
    {"Console", "(console.log('x'), console.error('y'), 1)", "1"},
    {"TimeZone", "new Date(2024, 0, 1).toISOString()", "'2024-01-01T00:00:00.000Z'"},
};
INSTANTIATE_TEST_SUITE_P(Features, LanguageTest, testing::ValuesIn(kFeatures),
                         [](const auto& feature) { return feature.param.name; });

class ValueTest : public testing::TestWithParam<Feature> {};

TEST_P(ValueTest, ArrivesAsTheReadmeSays) {
    CodecWorld world;
    EXPECT_EQ(show(world.value(GetParam().expression)), GetParam().result);
}

constexpr Feature kValues[] = {
    {"Integer", "42", "42"},
    {"Fraction", "0.5", "0.500000"},
    {"WholeDouble", "3000000000.0", "3000000000"},
    {"Huge", "1e300 > 1 ? 2 ** 62 : 0", "4611686018427387904"},
    {"MinusZero", "-0", "0"},
    {"NotANumber", "NaN", "null"},
    {"Infinity", "1 / 0", "null"},
    {"Null", "null", "null"},
    {"Undefined", "undefined", "'nothing'"},
    {"Function", "() => 1", "'nothing'"},
    {"Date", "input.recvTime", "'2024-01-01T00:00:00.000Z'"},
    {"EarlyDate", "new Date(-1)", "'1969-12-31T23:59:59.999Z'"},
    {"LateDate", "new Date(8.64e15)", "'+275760-09-13T00:00:00.000Z'"},
    {"InvalidDate", "new Date(NaN)", "null"},
    {"Boxed", "[new Number(1.5), new String('s'), new Boolean(false)]", "[1.500000,'s',false]"},
    {"Holes", "[1, , undefined, () => 1]", "[1,null,null,null]"},
    {"Unicode", "'\\u00e9\\u{1F600}'", "'\xC3\xA9\xF0\x9F\x98\x80'"},
    {"LoneSurrogate", "'a\\ud800b'", "'a\xEF\xBF\xBD\x62'"},
    {"Zero", "'a\\0b'.length", "3"},
    {"Proto", "JSON.parse('{\"__proto__\": 1}')", "{__proto__:1}"},
    {"NumberedNames", "({b: 1, 2: 2, a: 3})", "{2:2,b:1,a:3}"},
    {"BigBigInt", "2n ** 64n",
     "'decodeUplink returned data that has a BigInt that does not fit into 64 bits'"},
};
INSTANTIATE_TEST_SUITE_P(Values, ValueTest, testing::ValuesIn(kValues),
                         [](const auto& feature) { return feature.param.name; });

TEST(CodecTest, DecodesWithBytesPortTimeAndVariables) {
    CodecWorld world;
    const auto program = world.load(
        "function decodeUplink(input) { return {data: {b: input.bytes, p: input.fPort, "
        "t: input.recvTime.getTime(), v: input.variables.k}, warnings: ['low', 'old']}; }",
        {{"k", {std::string{"w"}}}});
    ASSERT_TRUE(program);
    const CodecAnswer answer = world.decode(*program, {0, 255}, 7);
    ASSERT_TRUE(answer.fields) << errorOf(answer);
    EXPECT_EQ(show(*answer.fields), "{b:[0,255],p:7,t:1704067200000,v:'w'}");
    EXPECT_EQ(answer.warnings, (std::vector<std::string>{"low", "old"}));
}

TEST(CodecTest, EncodesIntoBytesAndPort) {
    CodecWorld world;
    const auto program = world.program(
        "const encodeDownlink = ({data}) => ({bytes: [data.a & 255, ...data.l], fPort: 9, "
        "warnings: ['w']});");
    const auto answer = world.encode(program, {{"a", {std::int64_t{258}}}, {"l", {List{{3.0}}}}});
    ASSERT_TRUE(answer.fields) << errorOf(answer);
    EXPECT_EQ(answer.payload, (Bytes{2, 3}));
    EXPECT_EQ(answer.port, 9);
    EXPECT_EQ(answer.warnings, std::vector<std::string>{"w"});
}

TEST(CodecTest, AnEncoderWithoutPortUsesTheDownlinks) {
    CodecWorld world;
    const auto program = world.program("encodeDownlink = i => ({bytes: new Uint8Array([1])})");
    EXPECT_EQ(world.encode(program, {}, 5).port, 5);
    EXPECT_EQ(errorOf(world.encode(program, {}, 0)),
              "encodeDownlink has to return an fPort of 1 to 223");
}

TEST(CodecTest, AnEncodersBytesAndPortAreChecked) {
    CodecWorld world;
    const auto program =
        world.program("const encodeDownlink = i => ({bytes: i.data.b, fPort: i.data.p});");
    const auto attempt = [&](Value bytes, std::int64_t port) {
        return errorOf(world.encode(program, {{"b", std::move(bytes)}, {"p", {port}}}));
    };
    const auto list = [](Value value) { return Value{List{std::move(value)}}; };
    EXPECT_EQ(attempt(list({std::int64_t{255}}), 223), "");
    EXPECT_EQ(attempt(list({std::int64_t{0}}), 224),
              "encodeDownlink has to return an fPort of 1 to 223");
    const std::string wrong = "encodeDownlink has to return bytes of 0 to 255; bytes[0] is not";
    EXPECT_EQ(attempt(list({std::int64_t{256}}), 1), wrong);
    EXPECT_EQ(attempt(list({std::int64_t{-1}}), 1), wrong);
    EXPECT_EQ(attempt(list({1.5}), 1), wrong);
    EXPECT_EQ(attempt(list({std::string{"1"}}), 1), wrong);
    EXPECT_EQ(attempt({std::string{"0102"}}, 1),
              "encodeDownlink has to return bytes, an array of numbers");
    EXPECT_EQ(attempt({List(243, Value{std::int64_t{1}})}, 1),
              "encodeDownlink returned more than 242 bytes");
}

TEST(CodecTest, DecodesDownlinksIfTheTemplateSaysSo) {
    CodecWorld world;
    const std::string script =
        "function decodeUplink() { return {data: {up: 1}}; }\n"
        "function decodeDownlink(i) { return {data: {down: i.bytes.length}}; }";
    const auto program = world.load(script, {}, "decodeDownlink");
    ASSERT_TRUE(program);
    EXPECT_EQ(show(*world.decode(*program).fields), "{down:2}");
}

TEST(CodecTest, RunsTheOlderStyles) {
    CodecWorld world;
    const auto ttn = world.program(
        "function Decoder(bytes, port) { return {n: bytes[0], p: port}; }\n"
        "function Encoder(o, port) { return [o.n, port]; }");
    EXPECT_EQ(show(*world.decode(ttn).fields), "{n:1,p:2}");
    EXPECT_EQ(world.encode(ttn, {{"n", {std::int64_t{4}}}}, 3).payload, (Bytes{4, 3}));
    const auto chirpstack = world.program(
        "function Decode(fPort, bytes, variables) { return {n: bytes[0], p: fPort, "
        "v: Object.keys(variables).length}; }\n"
        "function Encode(fPort, o, variables) { return [fPort, o.n]; }");
    EXPECT_EQ(show(*world.decode(chirpstack).fields), "{n:1,p:2,v:0}");
    EXPECT_EQ(world.encode(chirpstack, {{"n", {std::int64_t{4}}}}, 3).payload, (Bytes{3, 4}));
}

TEST(CodecTest, AScriptThatCannotWorkIsRefusedWithLineAndColumn) {
    CodecWorld world;
    const auto problem = [&](const std::string& script) {
        const auto loaded = world.load(script);
        return loaded ? "" : loaded.error().field + " " + loaded.error().reason;
    };
    EXPECT_EQ(problem("function decodeUplink() {\n  return 1 +;\n}"),
              "script SyntaxError: expected expression, got ';' (line 2, column 13)");
    EXPECT_EQ(problem("\nmissing();"),
              "script ReferenceError: missing is not defined (line 2, column 1)");
    EXPECT_EQ(problem("var a = 1;"),
              "script has neither a function decodeUplink nor encodeDownlink");
    EXPECT_EQ(problem(""), "script is empty; expected JavaScript with decodeUplink");
    EXPECT_EQ(problem(std::string(256 * 1024 + 1, ' ')),
              "script has 262145 bytes, at most 262144 are allowed");
    EXPECT_EQ(problem("while (true);"), "script took more than 50 ms and was stopped");
    EXPECT_EQ(problem("import x from 'y';").substr(0, 20), "script SyntaxError: ");
}

TEST(CodecTest, AScriptsFailuresAreToldWithTheirLine) {
    CodecWorld world;
    const auto problem = [&](const std::string& body) {
        return errorOf(
            world.decode(world.program("function decodeUplink(input) {\n" + body + "\n}")));
    };
    EXPECT_EQ(problem("return input.a.b;"),
              "decodeUplink failed: TypeError: input.a is undefined (line 2, column 1)");
    EXPECT_EQ(problem("throw 'by hand';"), "decodeUplink failed: by hand");
    EXPECT_EQ(problem("throw new Error('own');").substr(0, 44),
              "decodeUplink failed: Error: own (line 2, col");
    EXPECT_EQ(problem("return {errors: ['bad port', 'bad length']};"),
              "decodeUplink reports: bad port; bad length");
    EXPECT_EQ(problem("return {data: {a: 1}, errors: []};"), "");
    EXPECT_EQ(problem("return 1;"), "decodeUplink has to return an object");
    const std::string noData = "decodeUplink has to return {data: {…}}, an object in it";
    EXPECT_EQ(problem("return {};"), noData);
    EXPECT_EQ(problem("return {data: [1]};"), noData);
    EXPECT_EQ(problem("return {data: new Date()};"), noData);
    EXPECT_EQ(problem("return {data: () => 1};"), noData);
    EXPECT_EQ(errorOf(world.decode(world.program("encodeDownlink = () => 1"))),
              "decodeUplink is not in the script");
    EXPECT_EQ(errorOf(world.encode(world.program("decodeUplink = () => 1"), {})),
              "encodeDownlink is not in the script");
}

}  // namespace
}  // namespace runnel::javascript
