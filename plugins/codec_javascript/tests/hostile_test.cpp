// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codec_world.h"

namespace runnel::javascript {
namespace {

using std::chrono::milliseconds;

struct Attack {
    const char* name;
    const char* body;  ///< of decodeUplink(input)
};

std::string decoder(const std::string& body) {
    return "function decodeUplink(input) {\n" + body + "\n}";
}

constexpr const char* kGood = "return {data: {n: input.bytes.length}};";

class HostileTest : public testing::TestWithParam<Attack> {};

/// Whatever a script does, it fails with a reason and another one's next payload is decoded.
TEST_P(HostileTest, HarmsOnlyItself) {
    CodecWorld world;
    const auto good = world.program(decoder(kGood));
    const auto bad = world.program(decoder(GetParam().body));
    const Ticket attack = world.ask(bad);
    const Ticket next = world.ask(good);
    const std::string error = errorOf(world.answers.await(attack));
    EXPECT_NE(error, "");
    EXPECT_NE(error, "test waited in vain");
    RecordProperty("error", error);
    EXPECT_EQ(errorOf(world.answers.await(next)), "");
}

constexpr Attack kAttacks[] = {
    {"Loop", "while (true);"},
    {"LoopInCatch",
     "while (true) { try { while (true); } catch { continue; } finally { continue; } }"},
    {"Regex", "return {data: {x: /^(a+)+$/.test('a'.repeat(40) + 'b')}};"},
    {"Array", "const a = []; while (true) a.push(new Array(1000).fill(1));"},
    {"HugeArray", "return {data: {x: new Array(1e9).fill(7).length}};"},
    {"String", "let s = 'x'; while (true) s += s;"},
    {"Strings", "const a = []; let i = 0; while (true) a.push(('x' + i++).repeat(1e6) + 'y');"},
    {"ArrayBuffer", "const a = []; while (true) a.push(new Uint8Array(1e7).fill(1));"},
    {"HugeBuffer", "return {data: {x: new ArrayBuffer(1e12).byteLength}};"},
    {"BufferInCatch",
     "const a = []; while (true) { try { a.push(new Uint8Array(1e7).fill(1)); } catch {} }"},
    {"BigInt", "let b = 3n; while (true) b = b * b;"},
    {"Recursion", "return (function f(n) { return f(n + 1) + 1; })(0);"},
    {"DeepJson", "return {data: {x: JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))}};"},
    {"DeepRegex", "return {data: {x: new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('')}};"},
    {"Sort", "const a = new Array(3e6); return {data: {x: a.fill(1).map(Math.random).sort()[0]}};"},
    {"DeepOutput", "let o = {}; for (let i = 0; i < 100; ++i) o = {o}; return {data: o};"},
    {"CircularOutput", "const o = {}; o.o = o; return {data: o};"},
    {"WideOutput", "return {data: {x: new Array(1001).fill(0)}};"},
    {"BranchingOutput",
     "let o = {}; for (let i = 0; i < 15; ++i) o = {a: o, b: o}; return {data: o};"},
    {"LongOutput", "return {data: {x: 'x'.repeat(70000)}};"},
    {"LoopingGetter", "return {data: {get x() { while (true); }}};"},
    {"LoopingProxy", "return {data: new Proxy({}, {ownKeys() { while (true); }})};"},
    {"ThrowingGetter", "return {get data() { throw new Error('x'); }};"},
    {"LoopingError", "throw {toString() { while (true); }, get message() { while (true); }};"},
    {"LoopingIterator",
     "return {data: {x: [...{*[Symbol.iterator]() { while (true) yield 1; }}]}};"},
    {"LoopingErrors", "return {errors: [{toString() { while (true); }}]};"},
    {"Wasm", "return {data: {x: new WebAssembly.Memory({initial: 1}).buffer.byteLength}};"},
    {"Wait", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"},
    {"Load", "return {data: {x: load('/etc/passwd')}};"},
    {"Read", "return {data: {x: read('/etc/passwd')}};"},
    {"Require", "return {data: {x: require('fs')}};"},
    {"Fetch", "return {data: {x: fetch('http://127.0.0.1/')}};"},
    {"Socket", "return {data: {x: new XMLHttpRequest()}};"},
    {"Process", "return {data: {x: process.env}};"},
    {"Quit", "quit(1);"},
    {"Timer", "setTimeout(() => 1, 1);"},
};
INSTANTIATE_TEST_SUITE_P(Attacks, HostileTest, testing::ValuesIn(kAttacks),
                         [](const auto& attack) { return attack.param.name; });

TEST(LimitTest, ScriptsSeeTheLanguageAndNothingElse) {
    CodecWorld world;
    const Value names = world.value(
        "Object.getOwnPropertyNames(globalThis).filter(n => !/^[A-Z]/.test(n)).sort().join(' ')");
    EXPECT_EQ(show(names),
              "'console decodeURI decodeURIComponent decodeUplink encodeURI encodeURIComponent "
              "escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape'");
}

TEST(LimitTest, TamperingWithBuiltInsReachesNoOtherTemplate) {
    CodecWorld world;
    const auto good = world.program(decoder(
        "return {data: {a: [3, 1, 2].sort(), s: JSON.stringify({a: 1}), d: {}.x === undefined}};"));
    const auto bad = world.program(
        "Object.prototype.x = 1; Array.prototype.toJSON = () => 'x'; JSON.stringify = () => 'x';\n"
        "Array.prototype.sort = () => []; Object.defineProperty(Object.prototype, 'data', "
        "{get() { return {evil: 1}; }, set() {}});\n"
        "for (const n of ['bytes', 'fPort', 'recvTime', 'variables']) "
        "Object.defineProperty(Object.prototype, n, {set() { while (true); }});\n"
        "function decodeUplink(i) { return {x: i.bytes.length}; }");
    EXPECT_EQ(show(*world.decode(bad).fields), "{evil:1}");
    const auto answer = world.decode(good);
    ASSERT_TRUE(answer.fields) << errorOf(answer);
    EXPECT_EQ(show(*answer.fields), "{a:[1,2,3],s:'{\"a\":1}',d:true}");
}

TEST(LimitTest, PromisesOfOneScriptNeverRunInAnothersTime) {
    CodecWorld world;
    const auto bad = world.program(
        decoder("Promise.resolve().then(() => { while (true); }); (async () => { await 1; while "
                "(true); })();"
                "import('x').catch(() => { while (true); }); return {data: {n: 1}};"));
    const auto good = world.program(decoder(kGood));
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(errorOf(world.decode(bad)), "");
        EXPECT_EQ(errorOf(world.decode(good)), "");
    }
}

TEST(LimitTest, AJobBehindALoopingOneWaits150MillisecondsOfProcessorTimeAtMost) {
    CodecWorld world;
    const auto good = world.program(decoder(kGood));
    const auto bad = world.program(decoder("while (true);"));
    // On a very busy machine the child may be taken for one that hangs. Then it is tried again.
    milliseconds used{};
    std::string error;
    for (int i = 0; i < 20 && error.find("more than 50 ms") == std::string::npos; ++i) {
        EXPECT_EQ(errorOf(world.decode(good)), "");
        const auto before = timeOfChild();
        const Ticket looping = world.ask(bad);
        const Ticket next = world.ask(good);
        error = errorOf(world.answers.await(looping));
        EXPECT_EQ(errorOf(world.answers.await(next)), "");
        used = std::chrono::duration_cast<milliseconds>(timeOfChild() - before);
    }
    EXPECT_EQ(error, "script took more than 50 ms and was stopped");
    EXPECT_LE(used, milliseconds{150});
    RecordProperty("milliseconds", static_cast<int>(used.count()));
}

TEST(LimitTest, AScriptThatTimesOutThreeTimesIsSuspended) {
    CodecWorld world;
    const auto bad =
        world.program(decoder("if (input.fPort === 9) while (true);" + std::string{kGood}));
    const auto good = world.program(decoder(kGood));
    std::vector<Ticket> tickets;
    for (int i = 0; i < 100; ++i) tickets.push_back(world.ask(bad, {1}, 9));
    const Ticket next = world.ask(good);
    EXPECT_EQ(errorOf(world.answers.await(next)), "");
    for (std::size_t i = 0; i < tickets.size(); ++i) {
        const std::string error = errorOf(world.answers.await(tickets[i]));
        EXPECT_EQ(error.find("suspended") != std::string::npos, i >= 3) << i << " " << error;
    }
    EXPECT_NE(errorOf(world.decode(bad)).find("suspended"), std::string::npos);
}

TEST(LimitTest, OneGoodCallForgivesEarlierTimeOuts) {
    CodecWorld world;
    const auto bad =
        world.program(decoder("if (input.fPort === 9) while (true);" + std::string{kGood}));
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(errorOf(world.decode(bad, {1}, 9)),
                  "script took more than 50 ms and was stopped");
        EXPECT_EQ(errorOf(world.decode(bad, {1}, 1)), "");
    }
}

TEST(LimitTest, AScriptThatKeepsMemoryDoesNotStarveOthers) {
    CodecWorld world;
    const auto hoarder = world.program(
        "const kept = []; " + decoder("kept.push(new Uint8Array(2e5)); " + std::string{kGood}));
    const auto good = world.program(
        decoder("const a = []; for (let i = 0; i < 100; ++i) a.push(new Uint8Array(1e4));" +
                std::string{kGood}));
    for (int i = 0; i < 1'500; ++i) {
        (void)world.decode(hoarder);
        EXPECT_EQ(errorOf(world.decode(good)), "") << i;
    }
}

TEST(LimitTest, MoreProgramsThanTheChildHoldsAllWork) {
    CodecWorld world;
    std::vector<std::uint32_t> programs;
    for (std::size_t i = 0; i < Shelf::kMaxInChild + 40; ++i) {
        programs.push_back(
            world.program(decoder("return {data: {i: " + std::to_string(i) + "}};")));
    }
    std::vector<Ticket> tickets;
    for (const auto program : programs) tickets.push_back(world.ask(program));
    for (std::size_t i = 0; i < tickets.size(); ++i) {
        const auto answer = world.answers.await(tickets[i]);
        ASSERT_TRUE(answer.fields) << errorOf(answer);
        EXPECT_EQ(show(*answer.fields), "{i:" + std::to_string(i) + "}");
    }
}

TEST(LimitTest, AFullShelfOfProgramsStaysInOneChild) {
    CodecWorld world;
    std::vector<std::uint32_t> programs;
    for (std::size_t i = 0; i < Shelf::kMaxInChild; ++i) {
        programs.push_back(
            world.program(decoder("return {data: {i: " + std::to_string(i) + "}};")));
    }
    for (int round = 0; round < 20; ++round) {
        for (const auto program : programs) (void)world.ask(program);
        EXPECT_EQ(errorOf(world.answers.await(world.last)), "");
    }
    for (const auto& [level, text] : world.host.lines()) ADD_FAILURE() << text;
}

TEST(LimitTest, WhatComesBeyondTenThousandOpenJobsIsRefusedAtOnce) {
    CodecWorld world;
    const auto slow = world.program(
        decoder("const end = Date.now() + 2; while (Date.now() < end); " + std::string{kGood}));
    std::vector<CodecJob> jobs(Inbox::kMaxOpen + 5'000);
    for (CodecJob& job : jobs) {
        job.ticket = ++world.last;
        job.program = slow;
    }
    world.codec.decode(jobs);
    const auto refused = world.answers.size();
    EXPECT_GE(refused, 4'000U);
    EXPECT_EQ(errorOf(world.answers.await(world.last)), " is not decoded: the codec is busy");
    world.codec.stop();
    EXPECT_EQ(world.answers.size(), jobs.size());
}

}  // namespace
}  // namespace runnel::javascript
