import assert from "node:assert/strict";
import { test } from "node:test";
import { gridCell, gridLayout, placeCard } from "../../assets/views/grid.js";

const NAMES = ["L0 H0", "L0 H1", "L0 H2", "L1 H0", "L1 H1"]; // the second layer has a head less
const LAYOUT = gridLayout({ across: 3, names: NAMES }, 186); // 150 pixels for three: 46 each, and 4 between

test("layers are rows and heads columns, as large as fits", () => {
  const { left, top, side, columns, rows, width, height, at } = LAYOUT;
  assert.deepEqual([left, top, side, columns, rows, width, height], [36, 22, 46, 3, 2, 186, 122]);
  assert.deepEqual([at(0), at(2), at(4)], [[36, 22], [136, 22], [86, 72]]);
  assert.equal(gridLayout({ across: 3, names: NAMES }, 5000).side, 78);
  assert.equal(gridLayout({ across: 3, names: NAMES }, 60).side, 9);
});

test("in another order each picture carries its name, and the rows are as long as fits", () => {
  const { columns, rows, side, at } = gridLayout({ across: 5, names: NAMES, sorted: true }, 100);
  assert.deepEqual([columns, rows, side], [2, 3, 44]);
  assert.deepEqual(at(3), [2 + 48, 16 + 64]);
});

test("a pointer meets the picture and the gap after it, and none where there is none", () => {
  const at = (x, y) => gridCell(LAYOUT, [x, y]);
  assert.deepEqual([at(36, 22), at(85.9, 71.9), at(86, 72)], [[0, 0], [0, 0], [1, 1]]);
  assert.deepEqual([at(35, 22), at(136, 72), at(186, 22), at(36, 122)], [null, null, null, null]);
});

test("layers may have different numbers of heads, and what is empty is met by no pointer", () => {
  const names = ["L0 H0", "L1 H0", "L1 H1", "L1 H2", "L2 H0", "L2 H1"];
  const layout = gridLayout({ across: 3, names, cells: [0, 3, 4, 5, 6, 7] }, 186);
  assert.deepEqual([layout.columns, layout.rows], [3, 3]);
  assert.deepEqual([0, 1, 3, 5].map(layout.at), [[36, 22], [36, 72], [136, 72], [86, 122]]);
  assert.deepEqual([0, 1, 2, 3, 7, 8].map(layout.pictureIn), [0, -1, -1, 1, 5, -1]);
  const at = (x, y) => gridCell(layout, [x, y]);
  assert.deepEqual([at(40, 30), at(90, 30), at(140, 80), at(140, 130)], [[0, 0], null, [1, 2], null]);
});

test("the enlarged picture stands right of its own where that is seen, else left, and inside", () => {
  const tall = gridLayout({ across: 9, names: Array.from({ length: 90 }, String) }, 774);
  assert.equal(tall.side, 78);
  assert.deepEqual(placeCard(tall, 0, 0, 774), [36 + 78 + 10, 2]);
  assert.deepEqual(placeCard(tall, 8, 0, 774), [692 - 186 - 32, 2]);
  assert.deepEqual(placeCard(tall, 8, 300, 774), [692 + 78 + 10, 2]);
  assert.deepEqual(placeCard(tall, 81, 0, 774), [36 + 78 + 10, 842 - 246]);
});
