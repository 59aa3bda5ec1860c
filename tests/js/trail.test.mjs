import assert from "node:assert/strict";
import { test } from "node:test";
import { nextStop } from "../../assets/views/mentions.js";
import { nearestMention, stripLayout } from "../../assets/views/trail_heads.js";
import { flowLayout } from "../../assets/views/trail_text.js";
import "./support/measured.mjs";

const VIEW = {
  places: [0, 0.5, 1],
  attention: [NaN, 0.5, 0.01, NaN, NaN, 0.25],
  earlier: [NaN, 0.5, 0.75, NaN, NaN, 1],
  ordinary: [NaN, 0.25, 0.02, NaN, NaN, NaN],
  heads: [[0, 1], [3, 2]],
  chosen: 0,
  segments: [
    ["Ann", 0, 0], [" met ", -1, -1], ["Tom", 1, 0], [".\n", -1, -1], ["She", 0, 1], [" ", -1, -1], ["Ann", 0, 2],
  ],
};

test("a bar for each later mention stands where it stands in the text, inside the strip", () => {
  const { wide, bottom, first, bars } = stripLayout(VIEW, 0, 100);
  assert.deepEqual([wide, bottom, first], [10, 27, 3.5]);
  assert.deepEqual(bars, [
    { mention: 1, x: 45, value: 0.5, earlier: 0.5, tall: 12, all: 12, level: 3 + 18 },
    { mention: 2, x: 90, value: 0.01, earlier: 0.75, tall: 1, all: 18, level: null },
  ]);
});

test("what is not read has no bar, and no line crosses where there is nothing to compare with", () => {
  const { bars } = stripLayout(VIEW, 1, 100);
  assert.deepEqual(bars, [{ mention: 2, x: 90, value: 0.25, earlier: 1, tall: 6, all: 24, level: null }]);
});

test("a click goes to the nearest mention", () => {
  assert.deepEqual([0, 0.24, 0.26, 0.9].map((at) => nearestMention(VIEW.places, at)), [0, 0, 1, 2]);
});

test("arrow keys go among the mentions of the name, and among all names", () => {
  const next = (key, from) => nextStop(VIEW, key, from);
  assert.deepEqual([next("ArrowDown"), next("ArrowDown", 0), next("ArrowDown", 6)], [0, 4, undefined]);
  assert.deepEqual([next("ArrowRight", 0), next("ArrowLeft", 4), next("ArrowUp", 4)], [2, 2, 0]);
  assert.equal(next("ArrowUp"), 6);
});

test("the text flows in lines, with room for what is written in the boxes of mentions", () => {
  // Letters are 7 wide, those of numbers 5.5; a mention takes 8 % more and, beside its words, 12.
  const { pieces, height } = flowLayout(VIEW, 0, 100);
  const first = 21 * 1.08 + 5 * 5.5 + 12;
  const she = 21 * 1.08 + 4 * 5.5 + 12;
  const places = pieces.map(({ text, x, y, wide }) => [text, x, y, wide]);
  assert.deepEqual(places, [
    ["Ann", 0, 0, first], ["met", first + 7, 0, 21], ["Tom", 0, 30, 21], [".", 21, 30, 7],
    ["She", 0, 60, she], ["Ann", 0, 90, 21 * 1.08 + 5 * 5.5 + 12],
  ]);
  assert.equal(height, 120);
  const said = pieces.map(({ words, isName }) => words ?? isName);
  assert.deepEqual(said, ["first", undefined, true, undefined, "50 %", "1.0 %"]);
});
