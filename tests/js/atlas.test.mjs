import assert from "node:assert/strict";
import { test } from "node:test";
import { aroundCluster, atlasLayout, dotAt, hullOf, nextDot, placeTip } from "../../assets/views/dots.js";
import "./support/measured.mjs";

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
  assert.deepEqual(dotAt(layout, [52, 60]), [0]);
  assert.deepEqual(dotAt(layout, [50, 64]), null);
  assert.deepEqual(dotAt(layout, [50, 78]), [3]);
});

// Two apart on x, one on y; of three heads a cluster.
const VIEW = {
  x: [0, 2, 0, 2], y: [0, 0, 1, 1], layer: [0, 0, 1, 1], head: [0, 1, 0, 1], cluster: [1, 1, 1, 2], sizes: [3, 1],
  chosen: null, models: ["m"],
};

test("heads stand on one scale in both directions, with room for names around them", () => {
  const { width, height, radius, spots } = atlasLayout(VIEW, 468);
  assert.deepEqual([width, height, radius], [468, 200 + 48, 6]); // (468 - 68) / 2 pixels for 1
  assert.deepEqual(spots, [[34, 224], [434, 224], [34, 24], [434, 24]]);
  const together = atlasLayout({ ...VIEW, x: [1, 1, 1, 1], y: [2, 2, 2, 2] }, 468);
  assert.deepEqual([together.height, together.spots[3]], [120, [234, 60]]);
});

test("a name stands right of its dot, or where it has room", () => {
  const { labels } = atlasLayout(VIEW, 468); // five letters of 6 pixels
  assert.deepEqual(labels.get(0), [34 + 9, 224, "left", "L0 H0"]);
  assert.deepEqual(labels.get(1), [434 - 9, 224, "right", "L0 H1"]); // 434 + 9 + 30 is outside
});

test("the outline of a cluster goes round its dots", () => {
  const layout = { hulls: [null, [[0, 0], [30, 0], [30, 40], [0, 40]]], radius: 5 };
  const outline = aroundCluster(layout, 1); // corners are 25 from the middle, and go 10 further
  assert.deepEqual(outline.map((point) => point.map(Math.round)), [[-6, -8], [36, -8], [36, 48], [-6, 48], [-6, -8]]);
  assert.deepEqual(aroundCluster(layout, 0), []);
  assert.deepEqual(atlasLayout(VIEW, 468).hulls.map((hull) => hull?.length), [3, undefined]);
});

test("a card stands right of a dot, or left, or below", () => {
  const layout = { width: 400, height: 300 };
  assert.deepEqual(placeTip(layout, [100, 100], [186, 80]), [116, 88]);
  assert.deepEqual(placeTip(layout, [300, 290], [186, 80]), [98, 220]);
  assert.deepEqual(placeTip(layout, [200, 5], [190, 80]), [105, 21]);
});
