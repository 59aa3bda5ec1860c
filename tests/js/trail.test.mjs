import assert from "node:assert/strict";
import { test } from "node:test";
import { nextStop, trailSays } from "../../assets/views/mentions.js";
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

test("a word longer than a line is cut at its end", () => {
  const view = { ...VIEW, segments: [[`to ${"x".repeat(31)}`, -1, -1]] }; // 14 letters fit into a line
  const places = flowLayout(view, 0, 100).pieces.map(({ text, x, y }) => [text.length, x, y]);
  assert.deepEqual(places, [[2, 0, 0], [14, 0, 30], [14, 0, 60], [3, 0, 90]]);
});

test("lines of a text that runs from the right begin there", () => {
  const left = flowLayout(VIEW, 0, 100).pieces;
  const right = flowLayout({ ...VIEW, right_to_left: true }, 0, 100).pieces;
  const spelled = ({ text, y }) => [text.replace(/[\u2067\u2069]/g, ""), y];
  assert.deepEqual(right.map(spelled), left.map(spelled));
  assert.equal(right[3].text, "\u2067.\u2069"); // a sign runs as its line does
  assert.deepEqual(right.map(({ x, wide }) => (x + wide).toFixed(2)), left.map(({ x }) => (100 - x).toFixed(2)));
});

test("a mention is said with what it is to the model, where that is known", () => {
  const view = { ...VIEW, names: [{ name: "Ann", n: 3 }, { name: "Tom", n: 1 }], words: [1, 4, 5], n_words: 5 };
  const bare = trailSays(view, 0, 0, 0);
  assert.equal(bare, "“Ann”, mention 1 of 3: the first, word 1 of 5");
  const said = { ...view, said: [["A, id 2", "", "A, id 3"], ["T, id 5"]] };
  assert.equal(trailSays(said, 0, 0, 0), `${bare}   A, id 2`);
  assert.equal(trailSays(said, 0, 0, 1), trailSays(view, 0, 0, 1));
  assert.match(trailSays(said, 0, 1, 0), / {3}T, id 5$/);
});
