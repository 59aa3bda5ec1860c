// Texts of pictures: what they speak of keeps to itself where the page is read from the right.

import assert from "node:assert/strict";
import test from "node:test";

import { filled, gettext } from "../../assets/views/texts.js";

function onPage(dir, run) {
  globalThis.document = { documentElement: { dir } };
  try {
    return run();
  } finally {
    delete globalThis.document;
  }
}

test("a message is filled with what it speaks of, and a unit goes with its number", () => {
  const said = () => [gettext("{word}: {n} %", { word: "it", n: 7 }), filled("{n} of {all}", { n: 3 })];
  assert.deepEqual(onPage("ltr", said), ["it: 7 %", "3 of {all}"]);
  assert.deepEqual(onPage("rtl", said), ["\u2068it\u2069: \u20687 %\u2069", "\u20683\u2069 of {all}"]);
});
