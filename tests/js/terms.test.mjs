import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf, piecesOf } from "../../assets/views/terms.js";

const TABLE = [
  ["dependent-head", "dependent → head", "dependents? → heads?", "From the dependent."],
  ["head", "head", "L\\d+(?: H\\d+)?|heads?", "One of several."],
  ["token", "token", "tokens?", "A piece."],
];
const pieces = (text, seen = new Set()) => piecesOf(text, patternOf(TABLE), seen);

test("each term is a piece of its own where it stands first, the longer one before the shorter", () => {
  assert.deepEqual(pieces("Tokens of L3 H1, a head of tokens"), [["Tokens", 2], [" of ", -1], ["L3 H1", 1],
    [", a head of tokens", -1]]);
  assert.deepEqual(pieces("dependent → head"), [["dependent → head", 0]]);
});

test("what is quoted, what is part of a word and what was marked before is no term", () => {
  assert.deepEqual(pieces("“a head” overhead"), [["“a head” overhead", -1]]);
  assert.deepEqual(pieces("a head, a token", new Set([1])), [["a head, a ", -1], ["token", 2]]);
  assert.deepEqual(pieces(""), []);
});
