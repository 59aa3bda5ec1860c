import assert from "node:assert/strict";
import { test } from "node:test";
import { headSums } from "../../assets/views/bands.js";
import { headLayout, sheetLayout } from "../../assets/views/head.js";
import { heatmapLayout } from "../../assets/views/heatmap.js";
import { headLines, lineAt, linesLayout, placeLine, tokenAt } from "../../assets/views/lines.js";
import { drawnWindow, movedWindow, overviewLayout, placeBrush } from "../../assets/views/overview.js";
import "./support/measured.mjs";

// Three queries and two keys: letters of 15 pixels are 7.5 wide.
const VIEW = {
  queries: ["a", "abcd", "ab"], keys: ["abcdef", "a"], cells: [3, 40], label_pixels: 12, labelled_tokens: 256,
};
const LINES = {
  size: 15, row: 30, left: 42, gap: 263, right: 57, beside: 0, band: 0, maps: 1, lane: 0, top: 6, width: 402,
  height: 102,
};

test("tokens stand left and right as wide as the longest, and a row each", () => {
  assert.deepEqual(linesLayout(VIEW, 402), LINES);
  assert.equal(linesLayout(VIEW, 1000).gap, 300);
  assert.equal(linesLayout(VIEW, 100).gap, 70);
  const many = { queries: Array(61).fill("abcd"), keys: ["a"] };
  assert.deepEqual([linesLayout(many, 500).size, linesLayout(many, 500).row], [12, 15]);
});

test("a line leads from the middle of its query's row to that of its key", () => {
  const line = placeLine(LINES, { map: 0, query: 2, key: 1, weight: 0.5 });
  assert.deepEqual(line, { ends: [42, 81, 305, 51], thick: 2.75, opacity: 0.5 });
  assert.equal(placeLine(LINES, { map: 0, query: 0, key: 0, weight: 0.01 }).opacity, 0.12);
});

test("a pointer meets a token up to a fifth into the gap", () => {
  const at = (x, y) => tokenAt(LINES, [3, 2], [x, y]);
  assert.deepEqual([at(0, 6), at(94.5, 95.9), at(252.5, 6), at(400, 65)], [[0, 0], [2, 0], [0, 1], [1, 1]]);
  assert.deepEqual([at(94.7, 6), at(252.3, 6), at(0, 5.9), at(0, 96), at(400, 66)], [null, null, null, null, null]);
});

test("a pointer meets the nearest line, from eight pixels off at most, between the tokens alone", () => {
  // Query 0 (row at 21) to key 0 (21), and query 2 (81) to key 1 (51): level, and rising by 30 over 263 pixels.
  const lines = [{ map: 0, query: 0, key: 0, weight: 1 }, { map: 0, query: 2, key: 1, weight: 0.5 }];
  const at = (x, y) => lineAt(LINES, lines, [x, y]);
  assert.deepEqual([at(100, 21), at(100, 29)], [{ query: 0, key: 0 }, { query: 0, key: 0 }]);
  assert.deepEqual([at(173.5, 66), at(173.5, 74), at(300, 44)], Array(3).fill({ query: 2, key: 1 }));
  assert.deepEqual([at(173.5, 74.2), at(300, 37), at(41, 21), at(306, 51)], [null, null, null, null]);
  assert.deepEqual([at(300, 36), lineAt(LINES, [], [100, 21])], [null, null]);
});

test("lines are those that reach the threshold, strongest first, of every head looked at", () => {
  const values = Float32Array.from([0.25, 0, -Infinity, 0.5, 0.75, 0.125, /* second */ 0, 0, 1, 0, 0.0625, 0]);
  const maps = [{ values: values.subarray(0, 6) }, { values: values.subarray(6) }];
  const { lines, reached, possible } = headLines({ line_scale: 0.5 }, { n: 3, m: 2, maps }, 0.5);
  const told = lines.map(({ map, query, key, weight }) => [map, query, key, weight]);
  assert.deepEqual(told, [[0, 1, 1, 1], [0, 2, 0, 1], [1, 1, 0, 1], [0, 0, 0, 0.5]]);
  assert.deepEqual([reached, possible], [4, 6]);
});

test("attention of several tokens is added up by key, and to several by query", () => {
  const values = [1, 2, 4, 8, 16, 32];
  assert.deepEqual([...headSums({ n: 3, m: 2 }, values, "query", [0, 2])], [17, 34]);
  assert.deepEqual([...headSums({ n: 3, m: 2 }, values, "key", [0, 1])], [3, 12, 48]);
});

test("cells of a heatmap are as large as fits, and labels of keys lie down where they have room", () => {
  const { left, top, cell, upright, labelled, mapWidth, mapHeight, width, height } = heatmapLayout(VIEW, 1000, 105);
  // 105 / 3 = 35 pixels a cell; queries of 4 letters of 14 pixels; keys of 6 letters of 15, turned
  assert.deepEqual([left, cell, upright, labelled], [40, 35, true, true]);
  assert.deepEqual([mapWidth, mapHeight, top], [70, 105, Math.ceil(45 * 0.82 + 15) + 10]);
  assert.deepEqual([width, height], [40 + 70 + Math.ceil(45 * 0.58), 62 + 105 + 2]);
  const short = heatmapLayout({ ...VIEW, keys: ["ab", "a"] }, 1000, 105);
  assert.deepEqual([short.upright, short.top, short.width], [false, 25, 110]);
  const small = heatmapLayout({ ...VIEW, labelled_tokens: 2 }, 50, 105);
  assert.deepEqual([small.cell, small.labelled, small.top], [3, false, 16]);
});

test("lines and heatmap stand side by side where there is room, with their first rows at one height", () => {
  const wide = headLayout(VIEW, 1000, 105);
  assert.deepEqual([wide.wide, wide.lines.width, wide.heatmap.cell, wide.lower], [true, 420, 35, 56]);
  const narrow = headLayout(VIEW, 400, 105);
  assert.deepEqual([narrow.wide, narrow.lines.width, narrow.lower], [false, 400, 0]);
  const pooled = headLayout({ ...VIEW, overview: [1] }, 1000, 105);
  assert.equal(pooled.lines.width.toFixed(2), "320.88"); // 42 % of what the overview leaves
  const sheet = sheetLayout(VIEW, 1160);
  assert.deepEqual([sheet.left, sheet.bottom], [sheet.lines.width + 24, 62 + 120 + 2 + 10]);
  const broad = sheetLayout({ ...VIEW, queries: ["a"], keys: Array(9).fill("a") }, 1160);
  assert.equal(broad.bottom, 12 + 9 * 30 + broad.heatmap.top + 10); // lines are as high as there are keys
});

test("the brush stands where its window is", () => {
  assert.deepEqual(overviewLayout([100, 200]), { n: 100, m: 200, width: 220, height: 110 });
  assert.deepEqual(overviewLayout([300, 10]), { n: 300, m: 10, width: 40, height: 220 });
  assert.deepEqual(placeBrush(overviewLayout([100, 200]), [20, 60, 50, 100]), [55, 22, 55, 44]);
  assert.deepEqual(placeBrush(overviewLayout([100, 200]), [99, 100, 0, 1]), [0, 108.9, 4, 4]);
});

test("a window moves as far as there are tokens", () => {
  const layout = overviewLayout([100, 200]);
  assert.deepEqual(movedWindow(layout, [20, 60, 50, 100], 33, 170), [33, 73, 150, 200]);
  assert.deepEqual(movedWindow(layout, [20, 60, 50, 100], -7, 0.6), [0, 40, 1, 51]);
  assert.deepEqual(movedWindow(layout, [20, 60, 50, 100], 71, 3), [60, 100, 3, 53]);
});

test("a window is drawn from corner to corner, of some tokens at least and no more than can be shown", () => {
  const layout = overviewLayout([100, 200]);
  const drawn = (...ends) => drawnWindow(layout, [20, 60, 50, 100], 64, ...ends);
  assert.deepEqual(drawn([30, 40], [10, 90]), [10, 30, 40, 90]);
  assert.deepEqual(drawn([0, 0], [99, 199]), [0, 64, 0, 64]);
  assert.deepEqual(drawn([95, 100], [99, 130]), [95, 100, 100, 130]);
  assert.deepEqual(drawn([50, 100], [52, 101]), [32, 72, 76, 126]); // a click: the window comes to stand around it
});
