// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, clock, count, counted, dateTime, duration, euiOf, hexOfText, kindText, localInput, megahertz, nameOf, sentence, shellWord } from "../../core/console/src/parts/text";

const kTime = "2026-11-22T19:31:50.000Z"; // 20:31:50 in Berlin

test("a time is in the reader's zone", () => {
  assert.equal(clock(kTime), "20:31:50");
  assert.match(dateTime(kTime), /2026.*20:31:50$/);
  assert.equal(clock("2026-07-01T22:00:00Z"), "00:00:00");
  assert.equal(localInput(new Date(kTime)), "2026-11-22T20:31");
});

test("how long ago is told in the largest unit that fits", () => {
  const now = Date.parse(kTime);
  const before = (seconds: number) => ago(new Date(now - seconds * 1000).toISOString(), now);
  assert.equal(before(0), "0 s ago");
  assert.equal(before(59), "59 s ago");
  assert.equal(before(60), "1 min ago");
  assert.equal(before(3_600), "1 h ago");
  assert.equal(before(86_400), "1 day ago");
  assert.equal(before(4.5 * 86_400), "4 days ago");
  assert.equal(before(-5), "in 5 s");
  assert.equal(duration(86_399), "23 h");
});

test("numbers have separators, and nouns their number", () => {
  assert.equal(count(1234567).replace(/\D/g, ""), "1234567");
  assert.notEqual(count(1234567), "1234567");
  assert.equal(counted(1, "stream"), "1 stream");
  assert.equal(counted(0, "stream"), "0 streams");
  assert.equal(counted(2, "entry", "entries"), "2 entries");
  assert.equal(megahertz(868_100_000), "868.1 MHz");
});

test("an EUI may be written in any way that people write it", () => {
  for (const text of ["70B3D57ED0000001", "70b3d57ed0000001", "70-B3-D5-7E-D0-00-00-01", " 70:b3:d5:7e:d0:00:00:01 "]) {
    assert.equal(euiOf(text), "70B3D57ED0000001");
  }
  for (const text of ["", "70B3D57ED000000", "70B3D57ED00000011", "70B3D57ED000000G", "70 B3 D5 7E D0 00 00 01"]) {
    assert.equal(euiOf(text), undefined, text);
  }
});

test("text becomes the bytes of UTF-8", () => {
  assert.equal(hexOfText(""), "");
  assert.equal(hexOfText("on\n"), "6F6E0A");
  assert.equal(hexOfText("ü€😀"), "C3BCE282ACF09F9880");
});

test("who has no name is called by the EUI", () => {
  assert.equal(nameOf({ eui: "70B3D57ED0000001", name: "" }), "70B3D57ED0000001");
  assert.equal(nameOf({ eui: "70B3D57ED0000001", name: "Bay 1" }), "Bay 1");
  assert.equal(kindText("notAcknowledged"), "Not acknowledged");
});

test("a remark becomes a sentence", () => {
  assert.equal(sentence("the user is wrong"), "The user is wrong.");
  assert.equal(sentence("Wait!"), "Wait!");
  assert.equal(sentence(""), "");
});

test("a shell takes any token as one word", () => {
  assert.equal(shellWord("a$(b)`c`"), "'a$(b)`c`'");
  assert.equal(shellWord("it's"), "'it'\\''s'");
});
