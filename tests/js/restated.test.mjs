import assert from "node:assert/strict";
import { test } from "node:test";
import { badge, nameOf, restated } from "../../assets/views/restated.js";

const places = (...pairs) => pairs.map(([layer, head]) => ({ layer, head }));

test("heads are called what Python calls them", () => {
  // the same cases as in tests/views/captions/test_several.py
  assert.equal(nameOf(places([5, 11])), "L5 H11");
  assert.equal(nameOf(places([5, 11], [5, 4])), "L5 H11, H4");
  assert.equal(nameOf(places(...[0, 1, 2, 3, 4].map((head) => [5, head]))), "5 heads of L5");
  assert.equal(nameOf(places([5, 11], [3, 1])), "L5 H11, L3 H1");
  assert.equal(nameOf(places([0, 1], [1, 1], [2, 1], [3, 1], [3, 2])), "5 heads of 4 layers");
  assert.equal(nameOf(places([7, -1])), "L7");
  assert.equal(nameOf(places([7, -1]), "mean of all heads"), "mean of all heads of L7");
});

test("rows that do not sum to 1 say between which sums of all that are drawn", () => {
  const others = { sums: [[1, 1], [0.25, 0.5], [0.503, 0.504], [0.9999, 1]], rounding: 0.001, why: "because" };
  assert.equal(badge(others, [0]), "");
  assert.equal(badge(others, [3]), "");
  assert.equal(badge(others, [1]), "rows sum to 0.25–0.50: because");
  assert.equal(badge(others, [2]), "rows sum to 0.50: because");
  assert.equal(badge(others, [2, 0]), "rows sum to 0.50–1.00: because");
  assert.equal(badge({ ...others, sums: [] }, [1]), "");
});

const VIEW = {
  alone: true, queries: ["a", "b"], keys: ["c"], mean: false, shown: [0], title: "T", facts: ["“a b”", "of L0 H0"],
  heads: places([0, 0], [0, 3], [2, 1]), values: Float32Array.from([0.25, 1, 0.125, 0.375, -0.5, 2]), low: 0, high: 1,
  others: {
    map: "Pattern", model: "m/x", over: "", facts: "model m/x", note: "N.", side_by_side: "S. ", mean: "M. ",
    sums: [[1, 1], [1, 1], [1, 1]], rounding: 0.001, why: "", faint: 0.5, palettes: ["one", "two"],
  },
};

test("what a server answers, and what is as it was sent, keeps its words", () => {
  assert.equal(restated({ ...VIEW, alone: false }, { heads: [1], mean: false }).title, "T");
  const same = restated(VIEW, { heads: [0], mean: false });
  assert.deepEqual([same.title, same.switches, same.layers], ["T", [[0, 0], [0, 3]], [0, 2]]);
  assert.equal(restated(VIEW, {}).title, "T");
});

test("other heads have words and a scale of their own", () => {
  const faint = restated(VIEW, { heads: [1], mean: false });
  assert.deepEqual([faint.title, faint.note, faint.file_name], ["Pattern of L0 H3, m/x", "N.", "m-x-L0-H3-Pattern"]);
  assert.deepEqual([faint.low, faint.high, faint.line_scale, faint.palette], [0, 0.375, 0.375, "one"]);
  assert.deepEqual(faint.facts, ["“a b”", "L0 H3; model m/x"]);
  const both = restated(VIEW, { heads: [0, 1], mean: false });
  assert.deepEqual([both.note, both.high], ["S. N.", 1]);
  const mean = restated(VIEW, { heads: [1, 0], mean: true }); // (0.1875, 0.6875)
  assert.deepEqual([mean.title, mean.note, mean.high], ["Pattern, mean of L0 H3, H0, m/x", "M. N.", 1]);
  const signed = restated({ ...VIEW, others: { ...VIEW.others, faint: 0 } }, { heads: [2], mean: false });
  assert.deepEqual([signed.low, signed.high, signed.palette, signed.switches], [-2, 2, "two", [[2, 1]]]);
});
