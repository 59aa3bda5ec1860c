import assert from "node:assert/strict";
import { test } from "node:test";
import { useColours } from "../../assets/views/colours.js";
import { paintSheet, wrapped } from "../../assets/views/saving.js";
import "./support/measured.mjs";

test("words stand in a line as long as they fit, and a word that is longer than a line is cut at its end", () => {
  // Letters of 10 pixels are 5 wide: six fit.
  assert.deepEqual(wrapped("abc de f ghijkl m", 10, 30), ["abc de", "f", "ghijkl", "m"]);
  assert.deepEqual(wrapped("abcdefg h", 10, 30), ["abcdef", "g h"]);
  assert.deepEqual(wrapped("a abcdefg", 10, 30), ["a", "abcdef", "g"]);
  assert.deepEqual(wrapped("x".repeat(15), 10, 30), ["xxxxxx", "xxxxxx", "xxx"]);
  assert.deepEqual(wrapped("", 10, 30), [""]);
});

test("what is isolated stays so over several lines, and runs as its first letter does", () => {
  assert.deepEqual(wrapped("\u2068אבגד הוזח\u2069 x", 10, 40), ["\u2068אבגד\u2069", "\u2067הוזח\u2069 x"]);
  assert.deepEqual(wrapped("\u2068abcd אבגד הוזח\u2069 x", 10, 40), [
    "\u2068abcd\u2069", "\u2066אבגד\u2069", "\u2066הוזח\u2069 x",
  ]);
});

test("of a long text the first 1200 characters are kept, and the first eight lines", () => {
  const text = "abcd ".repeat(241); // 1205 characters
  assert.deepEqual(wrapped(text, 10, Infinity), [text.slice(0, 1200), "…"]);
  assert.deepEqual(wrapped(text.slice(0, 1200), 10, Infinity), [text.slice(0, 1200)]);
  assert.deepEqual(wrapped("a b c d e f g h i", 10, 5), ["a", "b", "c", "d", "e", "f", "g", "h"]);
});

// What a sheet looks like: each text as [text, x, y, size, bold, fill], and where the picture begins.
function sheet(view, size, dark, memory) {
  const painted = [];
  const pen = {
    text: (text, x, y, { size: letters, bold, fill }) => {
      painted.push([text, x, Number(y.toFixed(2)), letters, bold, fill]);
    },
    group: (dx, dy, strokes) => {
      painted.push([dx, Number(dy.toFixed(2))]);
      return strokes();
    },
  };
  const paint = (...given) => {
    assert.deepEqual(given, [pen, { ...view, paint }, 1160, dark, memory]);
    return size;
  };
  return { ...paintSheet(pen, { ...view, paint }, dark, memory), painted };
}

globalThis.getComputedStyle = () => ({ getPropertyValue: (name) => name }); // in place of a colour its name
useColours(null);

const ONE_LINE = { title: "Title", facts: [], caption: "", note: "" };

test("title, facts, sentence, picture and note stand below each other", () => {
  const [long, longer] = ["a".repeat(89), "b".repeat(97)]; // letters of 13 pixels are 6.5 wide: 178 fit
  const view = { title: "Title", facts: ["model", `${long} ${longer}`], caption: "A sentence.", note: "A note." };
  const { width, height, painted } = sheet(view, { width: 700, height: 101 }, false, { head: 3 });
  const fill = "--ink-light";
  assert.deepEqual(painted, [
    ["Title", 20, 14 + 14, 20, true, fill], // a line begins 0.7 of its letters above, and the next 1.45 further
    ["model", 20, 43 + 9.1, 13, false, fill],
    [long, 20, 61.85 + 9.1, 13, false, fill],
    [longer, 20, 80.7 + 9.1, 13, false, fill],
    ["A sentence.", 20, 99.55 + 10.5, 15, false, fill],
    [20, 121.3 + 10],
    ["A note.", 20, 131.3 + 101 + 8 + 9.1, 13, false, fill],
  ]);
  assert.deepEqual([width, height], [1200, Math.ceil(240.3 + 18.85 + 14)]);
});

test("a sheet is as wide as its picture, and has no room for what is not said", () => {
  const { width, height, painted } = sheet(ONE_LINE, { width: 1301, height: 101 }, true, {});
  assert.deepEqual(painted, [["Title", 20, 28, 20, true, "--ink-dark"], [20, 53]]);
  assert.deepEqual([width, height], [1341, 53 + 101 + 8 + 14]);
});
