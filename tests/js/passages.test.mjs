import assert from "node:assert/strict";
import { test } from "node:test";
import { passagesLayout, passagesSay, placeIn, stepsOf, tokensOf } from "../../assets/views/passages.js";
import { endsOf, markingSays } from "../../assets/views/passages_text.js";
import "./support/measured.mjs";

// Two heads over four tokens, of which the second layer may look at fewer.
const VIEW = {
  heads: [[0, 1], [3, 0]], columns: 4, words: ["the", "cat", "sat", "on"], chosen: 1, high: 1, low: 0,
  values: new Float32Array([0, 0.25, 0.5, 0.75, 0, 0.005, 1, 0.125]),
  even: new Float32Array([0, 0.5, 0.25, 0.2, 0, 1, 0.5, 0.5]), even_of: [0, 1],
  means: [[0.625, 0.225], [null, null]], passage: [[1, 2]],
};
const LONG = {
  ...VIEW, columns: 2, words: ["a", "b", "c", "d", "e"], values: new Float32Array([0.1, 0.2, 0.3, 0.4]),
  even: new Float32Array([0, 1, 0.25, 0.5]),
};

test("a cell says what its token gives in its head, beside an even spread for that head", () => {
  assert.equal(passagesSay(VIEW, 0, 3), "L0 H1, “on”: 75 % to the passage; an even spread: 20 %");
  assert.equal(passagesSay(VIEW, 1, 1), "L3 H0, “cat”: 0.5 % to the passage; an even spread: 100 %");
});

test("beside the cells the means of a head are said, where there are any", () => {
  assert.equal(passagesSay(VIEW, 0, -1), "L0 H1: 62 % to the passage on average; an even spread: 22 %");
  assert.equal(passagesSay(VIEW, 1, -1), "L3 H0");
});

test("a column of a long text stands for neighbours, as Python takes their means", () => {
  assert.deepEqual([tokensOf(LONG, 0), tokensOf(LONG, 1)], [[0, 2], [2, 5]]);
  assert.equal(passagesSay(LONG, 1, 1), "L3 H0, from “c” to “e”: 40 % to the passage; an even spread: 50 %");
});

test("the curve goes in steps as wide as the cells, from the bottom at nothing to the top at its scale", () => {
  const steps = stepsOf([0, 0.5], { cell: 10, full: 0.5 });
  assert.deepEqual(steps, [[52, 130], [62, 130], [62, 10], [72, 10]]);
});

test("columns fill the width, and have labels where there is room", () => {
  const [wide, narrow] = [passagesLayout(VIEW, 600), passagesLayout(VIEW, 130)];
  assert.deepEqual([wide.labelled, wide.cell], [true, 56]);
  assert.equal(narrow.labelled, false);
  assert.ok(narrow.cell * 4 <= 130 - 52);
  const many = { ...VIEW, heads: Array.from({ length: 400 }, (_, head) => [0, head]) };
  assert.deepEqual([wide.row, passagesLayout(many, 600).row], [16, 2]);
  assert.equal(passagesLayout(LONG, 600).labelled, false);
});

test("the scale of the curve is the next round share above all that is drawn", () => {
  const fullOf = (high) => passagesLayout({ ...VIEW, high }, 600).full;
  assert.deepEqual([1, 0.5, 0.31, 0.07, 0.004].map(fullOf), [1, 0.5, 0.5, 0.1, 0.02]);
});

test("a pointer meets a cell, the name of a row, or the curve of the chosen head", () => {
  const layout = passagesLayout(VIEW, 600);
  const { top, row, cell } = layout;
  assert.deepEqual(placeIn(layout, [52 + 2.5 * cell, top + 1.5 * row], 0), [1, 2]);
  assert.deepEqual(placeIn(layout, [20, top + 0.5 * row], 1), [0, -1]);
  assert.deepEqual(placeIn(layout, [52 + 0.5 * cell, 60], 1), [1, 0]);
  assert.equal(placeIn(layout, [20, 60], 1), null);
  assert.equal(placeIn(layout, [52 + 4.2 * cell, top + 2], 1), null);
  assert.equal(placeIn(layout, [60, top + 2.5 * row], 1), null);
});

test("two words mark a passage, whichever was met first, and it is said where it begins", () => {
  globalThis.window = { matchMedia: () => ({ matches: false }) };
  const marking = { words: ["the", "cat", "sat"] };
  assert.deepEqual([endsOf(0, 2), endsOf(2, 0), endsOf(1, 1)], [[0, 2], [0, 2], [1, 1]]);
  assert.equal(markingSays(marking), "Drag over a passage, or click its first and its last word.");
  assert.equal(markingSays(marking, 1), "From “cat” to …: choose the last word.");
  assert.equal(markingSays(marking, 2, 0), "From “the” to “sat”");
  globalThis.window = { matchMedia: () => ({ matches: true }) };
  assert.equal(markingSays(marking), "Tap the first and the last word of a passage.");
  delete globalThis.window;
});
