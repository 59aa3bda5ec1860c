import assert from "node:assert/strict";
import { test } from "node:test";
import { codeLayout, contrast, inkOfKind } from "../../assets/views/code.js";
import { rampOf, useColours } from "../../assets/views/colours.js";
import "./support/measured.mjs";

const COLOURS = { "--code-keyword-light": "#7a2f96", "--on-light": "#14161a", "--on-dark": "#ffffff" };
globalThis.getComputedStyle = () => ({ getPropertyValue: (name) => COLOURS[name] ?? "" });

test("code stands in columns, and what breaks a line begins the next one where it was typed", () => {
  // At 14 pixels a letter is 7 wide. The second piece holds a line break and three spaces.
  const text = { drawn: ["if", "⏎\n   ", " x"], gaps: [" ", "", ""] };
  const { places, height, width } = codeLayout(text, 14, 26);
  assert.deepEqual(places, [[0, 0, 14], [21, 0, 7], [21, 26, 14]]);
  assert.deepEqual([height, width], [52, 35]);
});

test("a gap that no token has keeps its line break, and a tab is four letters", () => {
  const { places } = codeLayout({ drawn: ["a:", "b"], gaps: ["\n\t", "\n"] }, 14, 26);
  assert.deepEqual(places, [[0, 0, 14], [28, 26, 7]]);
});

test("black on white is 21 to 1, and a colour on itself 1 to 1", () => {
  assert.ok(Math.abs(contrast([0, 0, 0], [255, 255, 255]) - 21) < 1e-9);
  assert.equal(contrast([13, 101, 112], [13, 101, 112]), 1);
});

test("a kind keeps its colour while that can be read, and gives way on strong ground", () => {
  useColours(null);
  const table = rampOf(["#ffffff", "#08306b"]);
  assert.equal(inkOfKind("keyword", table, 0, false), "#7a2f96");
  assert.equal(inkOfKind("keyword", table, 255, false), "#ffffff");
  assert.equal(inkOfKind(undefined, table, 0, false), "#14161a");
});
