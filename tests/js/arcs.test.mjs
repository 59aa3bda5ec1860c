import assert from "node:assert/strict";
import { test } from "node:test";
import { edgesOf } from "../../assets/views/arcs.js";

const levels = (arcs, links = [], chosen = []) => edgesOf({ arcs, links, chosen }).map((edge) => edge.level);

test("an arc runs above all that it spans, beside others at their height", () => {
  assert.deepEqual(levels([[4, 0, "a", ""], [1, 2, "b", ""], [2, 3, "c", ""], [6, 5, "d", ""]]), [2, 1, 1, 1]);
});

test("links run below the words, whatever runs above", () => {
  assert.deepEqual(levels([[0, 3, "a", ""]], [[3, 1, "stands for", "answer"]]), [1, 1]);
});

test("the pair that is being chosen is an arc without a name", () => {
  const [, last] = edgesOf({ arcs: [[1, 2, "a", ""]], links: [], chosen: [0, 3] });
  assert.deepEqual([last.said, last.state, last.level], ["?", "chosen", 2]);
});
