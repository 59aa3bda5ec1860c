// What a position of a picture looks at: every patch where it is known, else blocks of patches.

import assert from "node:assert/strict";
import test from "node:test";

import { wallLayout } from "../../assets/views/picture_paint.js";
import { besides, looksOf, lookSays, strongest, topOf } from "../../assets/views/picture_looks.js";

// Three rows, five columns and one position before them; two heads. Blocks of 2 × 2, so 2 × 3 of them.
const n = 16;
const view = {
  rows: 3, columns: 5, grid: [2, 3], side: 2, labels: ["CLS", ...Array.from({ length: 15 }, (_, i) => `p${i}`)],
  others: [0], places: Array.from({ length: 15 }, (_, i) => i + 1), heads: [[4, 0], [4, 1]], query: 3, chosen: 1,
  looks: Array.from({ length: 2 * n }, (_, i) => (i === 7 ? 255 : 51)), looks_tops: [0.5, 0.25],
  exact: Array.from({ length: n }, (_, i) => (i === 9 ? 0.4 : 0.04)),
  whole: Array.from({ length: n * n }, (_, i) => (i === 5 * n + 11 ? 255 : 0)), whole_tops: Array(n).fill(0.8),
  pooled: Array(2 * n * 6).fill(0), pooled_tops: [0.6, 0.9], pooled_others: Array(2 * n).fill(0),
};
view.pooled[(0 * n + 5) * 6 + 5] = 255; // the last block: two columns are beyond the grid, and one row
view.pooled[(0 * n + 5) * 6 + 0] = 127.5;
view.pooled_others[5] = 127.5;

test("of the kept position every patch is known, of the chosen head exactly", () => {
  const looks = looksOf(view, 0, 3);
  assert.deepEqual([looks.rows, looks.columns, looks.side], [3, 5, 1]);
  assert.equal(looks.shares[6], 0.5); // position 7
  assert.ok(Math.abs(looks.others[0] - 0.1) < 1e-9);
  assert.equal(looksOf(view, 1, 3).shares[8], 0.4);
});

test("of the chosen head every patch of every position is known", () => {
  const looks = looksOf(view, 1, 5);
  assert.equal(looks.shares[10], 0.8);
  assert.ok(looks.shares[0] > 0 && looks.shares[0] < 0.001);
});

test("of others a block's share is spread over the patches that it has", () => {
  const looks = looksOf(view, 0, 5);
  assert.deepEqual([looks.rows, looks.columns, looks.side], [2, 3, 2]);
  assert.ok(Math.abs(looks.shares[5] - 0.6) < 1e-9); // one patch
  assert.ok(Math.abs(looks.shares[0] - 0.6 / 4 / 4) < 1e-9); // a quarter of the share, on four patches
  assert.ok(Math.abs(besides(looks) - 0.25) < 1e-9);
  assert.deepEqual(strongest(looks), { share: looks.shares[5], row: 2, column: 4 });
});

test("a scale ends at the largest patch of a head, or of all heads", () => {
  const all = [looksOf(view, 0, 3), looksOf(view, 1, 3)];
  assert.deepEqual([topOf(all, 1, false), topOf(all, 1, true)], [0.4, 0.5]);
});

test("it is said where a position looks most", () => {
  assert.equal(lookSays(view, looksOf(view, 1, 3), 1, 3), "L4 H1: p2 looks most at 1, 3 (40 %), CLS 4.0 %");
  const said = lookSays(view, looksOf(view, 0, 5), 0, 5);
  assert.equal(said, "L4 H0: p4 looks most at rows 2–3, columns 4–5 (60 % a patch), CLS 25 %");
});

test("the wall is as wide and as high as there is room", () => {
  const wall = { size: [30, 60], across: 3, cells: [[4, 0], [4, 1], [7, 0], [7, 2]] };
  const layout = wallLayout(wall, 400);
  assert.deepEqual([layout.layers, layout.of(1, 2), layout.of(1, 1)], [[4, 7], 3, -1]);
  assert.equal(layout.at(3)[0] - layout.at(2)[0], 2 * layout.step);
  assert.equal(layout.tall * 2, layout.side);
  assert.ok(wallLayout(wall, 400, 100).height <= 100);
  assert.ok(wallLayout(wall, 200, 100).width <= 200);
});
