// A region of a picture: its patches, its outline, and what a stroke makes of it.

import assert from "node:assert/strict";
import test from "node:test";

import { changed, edgesOf, regionOf } from "../../assets/views/picture_region.js";

test("the outline runs between inside and outside alone", () => {
  // Of 3 rows and 5 columns the patches (1, 2) and (1, 3), which are neighbours.
  const edges = edgesOf(new Set([7, 8]), 3, 5);
  assert.equal(edges.length, 6);
  assert.ok(edges.some((edge) => String(edge) === "1,2,1,3"));
  assert.ok(edges.some((edge) => String(edge) === "1,4,2,4"));
  assert.ok(!edges.some((edge) => String(edge) === "1,3,2,3"));
  assert.equal(edgesOf(new Set([14]), 3, 5).length, 4); // in the last corner
});

test("a stroke adds what it began to add", () => {
  assert.deepEqual([...changed(new Set([3]), 5)], [3, 5]);
  assert.deepEqual([...changed(new Set([3, 5]), 5)], [3]);
  assert.deepEqual([...changed(new Set([3, 5]), 5, true)], [3, 5]);
});

test("what was painted stays until another region is sent", () => {
  const memory = {};
  assert.deepEqual([...regionOf({ region: [1, 2] }, memory)], [1, 2]);
  memory.region = new Set([4]);
  assert.deepEqual([...regionOf({ region: [1, 2] }, memory)], [4]);
  assert.deepEqual([...regionOf({ region: [4] }, memory)], [4]);
});
