import assert from "node:assert/strict";
import { test } from "node:test";
import { cellLayout, cellLevel, placeTip, scoresLayout } from "../../assets/views/scores.js";

test("cells are as wide as fits, and share a height", () => {
  const { wide, high, gap, at, width, height } = scoresLayout({ rows: 5, columns: 7 }, 386);
  assert.deepEqual([wide, high, gap], [47, 38, 3]); // 350 / 7 and 360 / 5, of which 3 are between
  assert.deepEqual([at(0), at(9)], [[36, 22], [36 + 2 * 50, 22 + 41]]);
  assert.deepEqual([width, height], [386, 227]);
  const small = scoresLayout({ rows: 40, columns: 7 }, 386);
  assert.deepEqual([small.gap, small.high], [1, 10]);
});

test("a share for which there is little evidence is paler, where the view says so", () => {
  const view = { value: [1, 1, 1, 1, 1], marks: [0, 2, 3, 4, 6], low_end: 0, high_end: 1 };
  const levels = (pale) => view.value.map((_, i) => cellLevel({ ...view, pale }, i));
  assert.deepEqual(levels(true), [255, 102, 102, 255, 255]);
  assert.deepEqual(levels(false), [255, 255, 255, 255, 255]);
});

test("in a cell the sign stands beside the number, below it, or alone", () => {
  assert.deepEqual(cellLayout({ wide: 50, high: 20 }, true), {
    written: { x: 19, y: 10, size: 12, most: 36 }, sign: { x: 41, y: 10, radius: 4 },
  });
  assert.equal(cellLayout({ wide: 50, high: 20 }, false).written.x, 25);
  assert.deepEqual(cellLayout({ wide: 30, high: 28 }, true), {
    written: { x: 15, y: 8, size: 11, most: 28 }, sign: { x: 15, y: 22, radius: 4 },
  });
  assert.deepEqual(cellLayout({ wide: 10, high: 8 }, true), { written: null, sign: { x: 5, y: 4, radius: 3 } });
});

test("the card of a head stands right of its cell where that is seen, else left, and inside", () => {
  const layout = scoresLayout({ rows: 5, columns: 7 }, 386);
  assert.deepEqual(placeTip(layout, 0, [100, 60], 0, 386), [36 + 47 + 10, 12]);
  assert.deepEqual(placeTip(layout, 6, [100, 60], 0, 386), [336 - 100 - 10, 12]);
  assert.deepEqual(placeTip(layout, 6, [100, 60], 200, 386), [336 + 47 + 10, 12]);
  assert.deepEqual(placeTip(layout, 34, [400, 60], 0, 386), [0, 227 - 60]);
});
