import assert from "node:assert/strict";
import { test } from "node:test";
import { compareLayouts, nextZoom, sidesSay } from "../../assets/views/compare.js";
import "./support/measured.mjs";

const pane = (queries, keys) => ({ queries, keys, cells: [3, 40], label_pixels: 12, labelled_tokens: 256 });
const PANES = [pane(["a", "b"], ["c", "d", "e"]), pane(["long one", "b"], ["understanding", "d", "e"])];

test("cells have one size in all maps, and the maps begin at one height", () => {
  const [first, second] = compareLayouts(PANES, 300, 60);
  assert.deepEqual([first.cell, second.cell], [30, 30]); // 60 / 2
  assert.equal(first.top, second.top);
  assert.equal(first.height - first.top, 62);
  assert.equal(second.left - first.left, 49); // seven letters more, of 14 pixels
});

test("the map with least room for cells decides", () => {
  const panes = [pane(["a", "b"], ["c", "d", "e"]), pane(["long one", "b"], ["c", "d", "e"])];
  // 150 pixels without 56 + 12 for the queries and 4 at the edge, for three keys; alone the first would have 30
  assert.deepEqual(compareLayouts(panes, 150, 60).map(({ cell }) => cell), [26, 26]);
});

test("a step larger or smaller goes through the sizes, from whatever fits", () => {
  assert.deepEqual([nextZoom(30, 1), nextZoom(30, -1), nextZoom(3, -1), nextZoom(72, 1)], [40, 22, 3, 72]);
  assert.deepEqual([nextZoom(31, -1), nextZoom(31, 1), nextZoom(99, -1)], [30, 54, 54]);
});

test("of two sides the words are told once where they are the same", () => {
  const side = (word, said) => ({ queries: [word, "sat"], keys: [word, "sat"], said: said && { query: said } });
  const same = { sides: [side("cat", ["C, id 2", "S, id 3"]), side("cat", undefined)] };
  assert.equal(sidesSay(same, { query: 0, key: 1 }), "cat: C, id 2;  sat: S, id 3");
  const other = { sides: [side("cat", ["C, id 2", "S, id 3"]), side("dog", ["D, id 5", "S, id 3"])] };
  assert.equal(sidesSay(other, { query: 0 }), "cat: C, id 2   second  dog: D, id 5");
  assert.equal(sidesSay(other, { key: 1 }), "sat: S, id 3");
  assert.equal(sidesSay(other, {}), "");
});
