import assert from "node:assert/strict";
import { test } from "node:test";
import { dotAt, hullOf, nextDot } from "../../assets/views/atlas.js";

const CROSS = [[50, 50], [50, 20], [83, 50], [50, 90], [10, 50]]; // the middle, then above, right, below, left

test("the outline of a square leaves out what lies inside and on its sides", () => {
  const corners = hullOf([[0, 0], [7, 0], [7, 7], [0, 7], [3, 3], [3, 0]]);
  assert.deepEqual(corners, [[0, 0], [7, 0], [7, 7], [0, 7]]);
});

test("an arrow key goes to the nearest dot on that side, or nowhere", () => {
  const steps = [[0, -1], [1, 0], [0, 1], [-1, 0]];
  assert.deepEqual(steps.map((step) => nextDot(CROSS, 0, step)), [1, 2, 3, 4]);
  assert.equal(nextDot(CROSS, 1, [0, -1]), -1);
  assert.equal(nextDot([[0, 0], [5, 40]], 0, [1, 0]), 1); // beyond the right angle, where nothing else is
});

test("a pointer meets the nearest dot within its radius and eight pixels", () => {
  const layout = { spots: CROSS, radius: 5 };
  assert.equal(dotAt(layout, 52, 60), 0);
  assert.equal(dotAt(layout, 50, 64), -1);
  assert.equal(dotAt(layout, 50, 78), 3);
});
