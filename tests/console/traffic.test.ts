// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf } from "../../core/console/src/pages/traffic_lines";

const sample = (second: number, taken: number, settled = 0) =>
  ({ time: `2026-11-22T20:00:${String(second).padStart(2, "0")}.000Z`, taken, settled, sessions: 1, pending: 2 });

test("what came within a step is told per second", () => {
  const lines = linesOf({ stepSeconds: 10, samples: [sample(10, 20, 5), sample(20, 1)] });
  assert.deepEqual(lines.taken, [2, 0.1]);
  assert.deepEqual(lines.settled, [0.5, 0]);
  assert.deepEqual([lines.sessions, lines.pending], [[1, 1], [2, 2]]);
  assert.equal(lines.times[1]! - lines.times[0]!, 10);
});

test("a step that was missed is spread over the time of both", () => {
  assert.deepEqual(linesOf({ stepSeconds: 10, samples: [sample(10, 20), sample(40, 60)] }).taken, [2, 2]);
});

test("nothing has no lines", () => {
  assert.deepEqual(linesOf({ stepSeconds: 10, samples: [] }).times, []);
});
