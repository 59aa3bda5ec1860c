import assert from "node:assert/strict";
import { test } from "node:test";
import { useColours } from "../../assets/views/colours.js";
import { apartLayout, bandBetween, partsOf, piled } from "../../assets/views/heads_apart_parts.js";
import "./support/measured.mjs";

globalThis.getComputedStyle = () => ({ getPropertyValue: (name) => name }); // in place of a colour its name
useColours(null);

const VIEW = {
  words: ["cat", "sat", "it"], query: 2, heads: [[3, 5], [3, 1]], looked_at: [0, 1], n_others: 4, has_bias: true,
  values: [0.5, 0.1, 0, 0.05, 0.75, 0.25], shares: [0.5, 0.25, 0.3, -0.05], lengths: [2, 1], lines_from: 0.1,
  colours: { light: ["#000001", "#000002"], dark: ["#100001", "#100002"] },
};

test("heights are shared out by size, whichever way a share points", () => {
  assert.deepEqual(piled([0.5, -0.25, 0.25], 100), [[0, 50], [50, 25], [75, 25]]);
  assert.deepEqual(piled([0, 0], 100), [[0, 0], [0, 0]]);
});

test("words, heads, what they hand on and their shares stand side by side, all as high", () => {
  // Letters of 16 pixels are 8 wide; three boxes of 40 with 6 between them are higher than three words of 27.
  const { words, heads, slices, shares, width, height } = apartLayout(VIEW, 800);
  assert.equal(height, 24 + 132 + 2);
  assert.deepEqual(words.map(([x, y]) => [x, y]), [[1, 49.5], [1, 76.5], [1, 103.5]]);
  assert.deepEqual(heads.map(([, y, wide, tall]) => [y, wide, tall]), [[24, 220, 40], [70, 220, 40], [116, 220, 40]]);
  const tall = (places) => places.map(([, , , size]) => Math.round(size * 1000) / 1000);
  assert.deepEqual(tall(slices), [22, 22, 88]); // a head hands on as many numbers as each of the four others
  assert.deepEqual(tall(shares), [60, 30, 36, 6]);
  assert.equal(shares[3][1] + shares[3][3], 24 + 132);
  assert.ok(Math.abs(width - 800) < 1e-9);
  const ends = [words, heads, slices, shares].map(([[x, , wide]]) => [x, x + wide]);
  for (let i = 1; i < 4; i++) assert.ok(ends[i][0] > ends[i - 1][1]);
});

test("a phone has a picture as wide as it is, and without other heads there is no box for them", () => {
  const { width, heads, slices } = apartLayout({ ...VIEW, n_others: 0, shares: [0.75, 0.25, 0, 0] }, 358);
  assert.ok(Math.abs(width - 358) < 1e-9);
  assert.deepEqual([heads.length, slices.length], [2, 2]);
});

test("a band begins at the whole side of one place and ends at that of the other", () => {
  const band = bandBetween([0, 10, 5, 20], [105, 50, 9, 4]);
  const ends = [band[0], band[band.length / 2 - 1], band[band.length / 2], band.at(-1)];
  assert.deepEqual(ends, [[5, 10], [105, 50], [105, 54], [5, 30]]);
});

test("a head comes with the lines of all words that get enough, then all of them, the projection and the sum", () => {
  const layout = apartLayout(VIEW, 800);
  const stops = partsOf(VIEW, layout, false).map(([stop, moves]) => `${stop}${moves}`);
  const count = (name) => stops.filter((stop) => stop === name).length;
  assert.deepEqual([count("1grows"), count("2grows")], [2, 2]); // 0.5 and 0.1; 0.75 and 0.25
  assert.deepEqual([count("0"), count("1"), count("2")], [1, 1, 1]);
  assert.deepEqual([count("3flows"), count("4flows"), count("4"), count("5")], [3, 3, 1, 1]);
});
