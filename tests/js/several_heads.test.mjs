import assert from "node:assert/strict";
import { test } from "node:test";
import { bandAt, bandsLayout, bandsOf, bandsSay } from "../../assets/views/bands.js";
import { headLayout } from "../../assets/views/head.js";
import { faultOf, headsNamed, toggled } from "../../assets/views/head_tools.js";
import { linesLayout, placeLine } from "../../assets/views/lines.js";
import { mapCellAt, multiplesLayout } from "../../assets/views/multiples.js";
import "./support/measured.mjs";

// Three queries and two keys: letters of 15 pixels are 7.5 wide.
const VIEW = {
  queries: ["a", "abcd", "ab"], keys: ["abcdef", "a"], cells: [3, 40], label_pixels: 12, labelled_tokens: 256,
  unit: "share", line_scale: 1, low: 0,
};
// Every value another power of two, so that each sum says which were added.
const MAPS = [{ values: [1, 2, 4, 8, 16, 32] }, { values: [64, 128, 256, 512, 1024, 2048] }];
const NUMBERS = { n: 3, m: 2, maps: MAPS };
const OFFERS = [[0, [0, 1, 2]], [3, [0, 2]], [5, [0, 1, 2]]];

test("one head has no bands, several have one each on both sides, as wide as there is room for", () => {
  assert.deepEqual(bandsLayout(1, 500), { band: 0, beside: 0 });
  assert.deepEqual(bandsLayout(3, 500), { band: 27, beside: 85 });
  assert.deepEqual(bandsLayout(3, 116), { band: 18, beside: 58 });
  assert.deepEqual(bandsLayout(8, 20), { band: 8, beside: 68 });
});

test("bands stand outside of the labels, a head beside the other, and lines keep their gap", () => {
  const layout = linesLayout(VIEW, 402, 3); // 42 and 57 of labels, 70 at least of lines: 233 - 8 for six bands
  assert.deepEqual([layout.band, layout.beside, layout.left, layout.right], [27, 85, 127, 57]);
  assert.deepEqual([layout.gap, layout.width], [402 - 42 - 57 - 170, 402]);
  assert.deepEqual(bandAt(layout, "query", 1, 2), [127 + 133 + 57 + 2 + 54, 37, 26, 28]);
  assert.deepEqual(bandAt(layout, "key", 0, 1), [27, 7, 26, 28]);
});

test("lines of several heads between the same tokens run beside each other", () => {
  const layout = linesLayout(VIEW, 402, 3);
  const heights = [0, 1, 2].map((map) => placeLine(layout, { map, query: 0, key: 0, weight: 1 }));
  assert.deepEqual(heights.map(({ ends }) => ends[1] - 21), [-5, 0, 5]);
  assert.ok(heights.every(({ thick }) => thick < 5));
  const eight = linesLayout({ ...VIEW, queries: Array(61).fill("a") }, 402, 8); // rows of 15 pixels
  assert.deepEqual([eight.row, eight.lane], [15, 11 / 8]);
});

test("with nothing picked the bands are means over all queries, on a scale of their own", () => {
  const { side, sums, top } = bandsOf(VIEW, NUMBERS, "key", []);
  assert.deepEqual([side, sums.map((one) => [...one]), top], ["query", [[7, 14], [448, 896]], 896]);
  assert.equal(bandsSay(VIEW, { side, picked: [], sums, top }), "0 to 896.0: from all queries to each key, on average");
});

test("what is picked is added up, and the scale ends where the largest sum does, or later", () => {
  const rows = bandsOf(VIEW, NUMBERS, "query", [0, 2]);
  assert.deepEqual([rows.sums.map((one) => [...one]), rows.top], [[[17, 34], [1088, 2176]], 2176]);
  const columns = bandsOf(VIEW, NUMBERS, "key", [1]);
  assert.deepEqual([columns.sums.map((one) => [...one]), columns.top], [[[2, 8, 32], [128, 512, 2048]], 1]);
  const small = [{ values: [0.125, 0, 0, 0, 0.25, 0] }];
  assert.equal(bandsOf(VIEW, { n: 3, m: 2, maps: small }, "query", [0, 2]).top, 1);
  const faint = { ...VIEW, line_scale: 0.25 };
  assert.equal(bandsOf(faint, { n: 3, m: 2, maps: small }, "query", [0, 2]).top, 0.375);
  assert.equal(bandsSay(faint, bandsOf(faint, { n: 3, m: 2, maps: small }, "query", [0, 2])),
    "0 to 0.375: from the 2 chosen together to each key");
  assert.equal(bandsSay(VIEW, columns), "0 to 1: from each query to “a”");
});

test("logits have no mean over queries, and the scale goes to both sides of zero", () => {
  const view = { ...VIEW, unit: "number", line_scale: 5, low: -5 };
  assert.deepEqual(bandsOf(view, NUMBERS, "query", []).sums, []);
  const bands = bandsOf(view, { n: 3, m: 2, maps: [{ values: [-3, -Infinity, 1, 2, 0, 0] }] }, "query", [0]);
  assert.deepEqual([[...bands.sums[0]], bands.top], [[-3, -Infinity], 5]);
  assert.equal(bandsSay(view, bands), "0 to ±5.000: from “a” to each key");
});

test("small heatmaps stand in as many columns as make their cells largest, all of one size", () => {
  const wide = multiplesLayout(VIEW, 3, 1000, 100);
  assert.deepEqual([wide.columns, wide.cell], [3, 12]);
  const [first, second] = [wide.at(0), wide.at(1)];
  assert.deepEqual([second[0] - first[0], second[1] - first[1]], [2 * 12 + 14, 0]);
  const narrow = multiplesLayout(VIEW, 3, 130, 1000);
  assert.deepEqual([narrow.columns, narrow.cell], [1, 26]);
  assert.equal(narrow.at(2)[1] - narrow.at(1)[1], 22 + 3 * 26 + 14);
  assert.equal(narrow.height, narrow.above + 3 * (22 + 3 * 26 + 14));
});

test("few maps of a short text are labelled, many or long ones as small as fits", () => {
  assert.deepEqual([multiplesLayout(VIEW, 4, 300, 20).cell, multiplesLayout(VIEW, 5, 300, 20).cell], [12, 3]);
  const long = { ...VIEW, queries: Array(41).fill("a") };
  assert.equal(multiplesLayout(long, 2, 300, 20).labelled, false);
});

test("a pointer meets a cell of one of the maps, or none", () => {
  const layout = multiplesLayout(VIEW, 3, 130, 1000);
  const [left, top] = layout.at(2);
  const at = (x, y) => mapCellAt(layout, VIEW, 3, [x, y]);
  assert.deepEqual([at(left, top), at(left + 27, top + 77)], [[2, 0, 0], [2, 2, 1]]);
  assert.deepEqual([at(left - 1, top), at(left, top - 1), at(left + 52, top), at(left, top + 78)], Array(4).fill(null));
});

test("lines and small heatmaps stand side by side where there is room", () => {
  const wide = headLayout(VIEW, 1000, 400, 3);
  assert.ok(wide.wide && wide.lines.width + 28 + wide.heatmap.width <= 1000);
  assert.equal(headLayout(VIEW, 400, 400, 3).wide, false);
});

test("heads are read by their names", () => {
  assert.deepEqual(headsNamed("L3 H1, l5h11 ,5.4, 0 2"), [[3, 1], [5, 11], [5, 4], [0, 2]]);
  const others = ["", "H1", "L3", "L3 H1 L5", "L3 H1, H2", "L3 H1; L5 H2", "L3 H-1", "311"];
  assert.deepEqual(others.map(headsNamed), Array(8).fill(null));
});

test("a head that is not there is refused with what there is", () => {
  const view = { offers: OFFERS };
  assert.equal(faultOf(view, [[0, 2], [3, 2]]), "");
  assert.equal(faultOf(view, [[3, 0], [3, 1]]), "There is no L3 H1: this model has L0 to L5, H0 to H2.");
  assert.match(faultOf(view, [[4, 0]]), /no L4 H0/);
  assert.match(faultOf(view, null), /L3 H1, L5 H11/);
});

test("a head is added or left out, never the last one and never more than there are colours", () => {
  assert.deepEqual(toggled([[0, 1]], [3, 1], 2), [[0, 1], [3, 1]]);
  assert.deepEqual(toggled([[0, 1], [3, 1]], [0, 1], 2), [[3, 1]]);
  assert.deepEqual([toggled([[0, 1]], [0, 1], 2), toggled([[0, 1], [3, 1]], [3, 2], 2)], [null, null]);
});
