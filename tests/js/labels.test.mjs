import assert from "node:assert/strict";
import { test } from "node:test";
import { heatmapLayout, placeAt } from "../../assets/views/heatmap.js";
import { inLine, isolated, labelsSay, placesSay, saidOf, together } from "../../assets/views/labels.js";
import { fitted } from "../../assets/views/pens.js";
import "./support/measured.mjs";

const VIEW = { queries: ["a", "b", "c"], keys: ["b", "c"], said: { query: ["A, id 2", "B, id 3", ""] } };

test("what is said of a query is said of a key, where keys are said nothing else of", () => {
  assert.equal(saidOf(VIEW, "key", 1), "B, id 3");
  const own = { said: { query: ["A, id 2"], key: ["K, id 5"] } };
  assert.deepEqual([saidOf(own, "query", 0), saidOf(own, "key", 0)], ["A, id 2", "K, id 5"]);
  assert.deepEqual([saidOf({}, "key", 0), saidOf(VIEW, "query", 7)], ["", ""]);
});

test("of a cell both labels are told, one label alone, and a thing once", () => {
  const own = { ...VIEW, said: { query: ["A, id 2", "B, id 3", ""], key: ["B, id 3", "C, id 7"] } };
  assert.equal(placesSay(own, { query: 0, key: 1 }), "a: A, id 2;  c: C, id 7");
  assert.equal(placesSay(own, { key: 1 }), "c: C, id 7");
  assert.equal(placesSay(own, { query: 1, key: 0 }), "b: B, id 3");
  assert.equal(placesSay(own, { query: 2 }), "");
  assert.equal(placesSay(own, {}), "");
});

test("a table by label is read as a list is", () => {
  const view = { said: { query: { "the#2": "the, id 11" }, key: { cat: "cat, id 13" } } };
  const pair = [["query", "the#2", "the#2"], ["key", "cat", "cat"]];
  assert.equal(labelsSay(view, pair), "the#2: the, id 11;  cat: cat, id 13");
});

test("what is empty is left out", () => {
  assert.deepEqual([together("x", ""), together("", "y"), together("x", "y")], ["x", "y", "x   y"]);
});

const MAP = { queries: ["a", "b", "c"], keys: ["abcdef", "a"], cells: [3, 40], label_pixels: 12, labelled_tokens: 256 };

test("a pointer meets cells, and the labels left of them and above", () => {
  const layout = heatmapLayout({ ...MAP, keys: ["ab", "a"] }, 1000, 105); // 35 pixels a cell, labels lie down
  const { left, top } = layout;
  const at = (x, y) => placeAt(layout, { left, top, wide: 35, high: 35, rows: 3, columns: 2 }, [x, y]);
  assert.deepEqual(at(left + 36, top + 71), { query: 2, key: 1 });
  assert.deepEqual([at(left - 1, top + 36), at(left + 36, top - 1)], [{ query: 1 }, { key: 1 }]);
  assert.deepEqual([at(left - 1, top - 1), at(left + 71, top + 1), at(left - 1, top + 106)], [null, null, null]);
});

test("a turned label is met where it is written", () => {
  const layout = heatmapLayout(MAP, 1000, 105);
  const { left, top } = layout;
  const grid = { left, top, wide: 35, high: 35, rows: 3, columns: 2 };
  assert.equal(layout.upright, true);
  // It begins 6 pixels above the middle of its column, and 20 pixels higher it is 20 / tan(.95) = 14.3 further right.
  assert.deepEqual(placeAt(layout, grid, [left + 17.5, top - 6]), { key: 0 });
  assert.deepEqual(placeAt(layout, grid, [left + 17.5 + 14.3 + 17, top - 26]), { key: 0 });
  assert.deepEqual(placeAt(layout, grid, [left + 17.5 + 14.3 + 18, top - 26]), { key: 1 });
  assert.equal(placeAt({ ...layout, labelled: false }, grid, [left + 17.5, top - 6]), null);
});

test("a label far too long for its place shows its beginning, and stays isolated", () => {
  assert.equal(fitted("x".repeat(15), 10, 50), "x".repeat(15)); // 75 pixels for 50: squeezed a little
  assert.equal(fitted("x".repeat(16), 10, 50), `${"x".repeat(11)}…`); // 60 pixels: a fifth too many
  assert.equal(fitted(`\u2068${"ש".repeat(30)}\u2069`, 10, 50), `\u2068${"ש".repeat(10)}…\u2069`);
  assert.equal(fitted("x".repeat(99), 10, Infinity), "x".repeat(99));
});

test("signs and numbers run as their line does, and what is isolated is so once", () => {
  assert.deepEqual([inLine("(", true), inLine("12)", true)], ["\u2067(\u2069", "\u206712)\u2069"]);
  assert.deepEqual([inLine("(", false), inLine("12)", false)], ["(", "12)"]);
  assert.deepEqual([inLine("ok", true), inLine("שלום.", false)], ["ok", "\u2068שלום.\u2069"]);
  assert.equal(isolated(isolated("שלום")), "\u2068שלום\u2069");
});
