import assert from "node:assert/strict";
import { test } from "node:test";
import { lineLayout, renderer, saidAbove } from "../../assets/views/strips.js";
import "./support/measured.mjs";

test("words stand in a row behind the name, and in another where they need it", () => {
  // Letters are 7.5 wide, 14 pixels are around a word, and none is narrower than 34.
  const { places, height } = lineLayout(["a", "abcdefgh", "abcd"], 210);
  assert.deepEqual(places, [[90, 0, 34], [127, 0, 74], [90, 46, 44]]);
  assert.equal(height, 98);
  assert.equal(lineLayout(["a"], 210).height, 52);
  // From the right they begin where the longest line ends, and the rows come in the same order.
  assert.deepEqual(lineLayout(["a", "abcdefgh", "abcd"], 210, true).places, [[167, 0, 34], [90, 0, 74], [157, 46, 44]]);
  assert.deepEqual(lineLayout(["a".repeat(20)], 210, true).places, [[90, 0, 164]]); // wider than there is room
});

test("a school class reads shares in percent, everybody else as numbers", () => {
  const view = { words: ["cat", "mat"], heads: [[3, 1]], values: Float32Array.from([0.8413, 0.0712]) };
  assert.deepEqual(renderer.table(view).rows, [["L3 H1", "0.841", "0.071"]]);
  assert.deepEqual(renderer.table({ ...view, in_percent: true }).rows, [["L3 H1", "84 %", "7.1 %"]]);
});

test("a finger is told to tap a word, a pointer to click one", () => {
  const view = { words: ["cat", "mat"], query: 1 };
  const on = (isTouched) => (globalThis.window = { ...globalThis.window, matchMedia: () => ({ matches: isTouched }) });
  on(true);
  assert.equal(saidAbove(view), "tap a word:");
  assert.equal(saidAbove({ ...view, fixed: true }), "“mat” looks at:");
  on(false);
  assert.equal(saidAbove(view), "click a word:");
});
