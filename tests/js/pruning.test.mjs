import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestPoint, pruningLayout, pruningSays, roundNumbers } from "../../assets/views/pruning.js";

const VIEW = {
  curves: ["one", "other"], points: 3, n_heads: 7, asked: "loss",
  removed: [["", "L0 H1, L0 H2", "L1 H0"], ["", "L1 H3"]],
  places: new Float32Array([0, 3, 7, 0, 3, NaN]), values: new Float32Array([2, 4, -1, 2, 1, NaN]),
};

test("numbers at an axis are round, few and between its ends", () => {
  assert.deepEqual(roundNumbers(0, 270, 8), { numbers: [0, 50, 100, 150, 200, 250], decimals: 0 });
  assert.deepEqual(roundNumbers(-1, 4, 5), { numbers: [-1, 0, 1, 2, 3, 4], decimals: 0 });
  const { numbers, decimals } = roundNumbers(0, 0.3, 3);
  assert.equal(decimals, 1);
  assert.deepEqual(numbers.map((number) => number.toFixed(decimals)), ["0.0", "0.1", "0.2", "0.3"]);
  assert.deepEqual(roundNumbers(2, 2, 5).numbers, [2]); // a number that never moves
});

test("curves end where nothing is known yet, and stand between the ends of what is", () => {
  const { points, x, y } = pruningLayout(VIEW, 366); // 300 between the axes
  assert.deepEqual(points.map((curve) => curve.length), [3, 2]);
  assert.equal(points[0][2][0] - points[0][0][0], 300);
  assert.equal(x(7) - x(0), 300);
  assert.equal(y(4), 10);
  assert.equal(y(-1), 220);
  assert.deepEqual(points[1][1], [x(3), y(1)]);
});

test("a pointer meets the nearest point, and none far away", () => {
  const layout = pruningLayout(VIEW, 366);
  const [px, py] = layout.points[1][1];
  assert.deepEqual(nearestPoint(layout, [px + 9, py - 5]), [1, 1]);
  assert.equal(nearestPoint(layout, [px + 40, py + 90]), null);
});

test("what is said names the curve, how many are gone and which went last", () => {
  assert.equal(pruningSays(VIEW, 0, 1), "loss 4.000: 3 of 7 heads gone, one; last L0 H1, L0 H2");
  assert.equal(pruningSays(VIEW, 1, 0), "loss 2.000: 0 of 7 heads gone, other");
});
