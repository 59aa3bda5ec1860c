// What is said of a picture depends on what one has at hand.

import assert from "node:assert/strict";
import test from "node:test";

import { hintOf } from "../../assets/views/elements.js";

const both = { hint: "Point at a cell.", tap: "Tap a cell." };

function on(isTouched) {
  globalThis.window = { matchMedia: (asked) => ({ matches: isTouched && asked === "(hover: none)" }) };
}

test("a finger is told what it can do, a pointer what it can", () => {
  on(true);
  assert.equal(hintOf(both), "Tap a cell.");
  on(false);
  assert.equal(hintOf(both), "Point at a cell.");
});

test("where there is nothing for fingers, and where there is nothing at all", () => {
  on(true);
  assert.deepEqual([hintOf({ hint: "Point at a head." }), hintOf({})], ["Point at a head.", ""]);
});
