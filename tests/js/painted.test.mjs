import assert from "node:assert/strict";
import { test } from "node:test";
import { found, hasTwo, says, shares, strongest, wordsOf } from "../../assets/views/painted.js";
import { textLayout } from "../../assets/views/painted_paint.js";
import "./support/measured.mjs";

const side = (words) => ({ words, gaps: words.map(() => " "), right_to_left: false });
const values = Float32Array.of(1, 2, 3, 4, 5, 6);
const whole = { whole: true, sides: { query: side(["a", "b"]), key: side(["x", "y", "z"]) }, values };

test("a word gives its row and gets its column", () => {
  assert.deepEqual([...shares(whole, "query", 1)], [4, 5, 6]);
  assert.deepEqual([...shares(whole, "key", 2)], [3, 6]);
  assert.deepEqual(wordsOf(whole, "key").words, ["x", "y", "z"]);
});

test("there are two sides where what is looked at is another text", () => {
  assert.deepEqual([hasTwo(whole), hasTwo({ sides: { query: side(["a"]) } })], [true, false]);
});

test("of a long text the row of the chosen word comes first, then its column", () => {
  const long = { whole: false, sides: { query: side(["a", "b", "c"]) }, values };
  assert.deepEqual([...shares(long, "query", 0)], [1, 2, 3]);
  assert.deepEqual([...shares(long, "key", 0)], [4, 5, 6]);
  assert.deepEqual(wordsOf(long, "key").words, ["a", "b", "c"]);
});

test("a word is found whatever its case, and nothing is found by nothing", () => {
  assert.deepEqual(found(["The", "cat", "theatre"], " the "), [0, 2]);
  assert.deepEqual(found(["The", "cat"], "  "), []);
});

test("the strongest are named with their shares, and none that gets nothing", () => {
  assert.deepEqual(strongest(Float32Array.of(0, 0.25, 0.5), ["a", "b", "c"]), ["c .50", "b .25"]);
});

test("words of an export run on, break where there is no room and where the text does", () => {
  // Letters are 7.5 wide; 6 pixels are around a word and 3 behind it.
  const text = { words: ["ab", "cd", "e"], gaps: [" ", "\n", ""], right_to_left: false };
  assert.deepEqual(textLayout(text, 60), { places: [[0, 0, 21], [24, 0, 21], [0, 26, 13.5]], height: 52 });
  assert.deepEqual(textLayout(text, 30).places, [[0, 0, 21], [0, 26, 21], [0, 52, 13.5]]);
  const mirrored = textLayout({ ...text, right_to_left: true }, 60).places;
  assert.deepEqual(mirrored, [[39, 0, 21], [15, 0, 21], [46.5, 26, 13.5]]);
});

test("of a word the strongest on the other side are told, and what it is made of itself", () => {
  const view = { ...whole, said: { query: ["token “a”, id 1", ""], key: ["", "token “y”, id 9", ""] } };
  assert.equal(says(view, "query", 0, Float32Array.of(0, 0.25, 0.5)), "a → z .50,  y .25   a: token “a”, id 1");
  assert.equal(says(view, "key", 1, Float32Array.of(0.25, 0.5)), "b .50,  a .25  → y   y: token “y”, id 9");
});
