import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf, piecesOf } from "../../assets/views/terms.js";

const whole = (form) => `(?<!\\w)(?:${form})(?!\\w)`;
const TABLE = [
  ["dependent-head", "dependent → head", whole("dependents? → heads?"), "From the dependent."],
  ["head", "head", whole("L\\d+(?: H\\d+)?|heads?"), "One of several."],
  ["token", "token", whole("tokens?"), "A piece."],
];
const pieces = (text, seen = new Set(), table = TABLE) => piecesOf(text, patternOf(table), seen);

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

test("letters of every language make words; without spaces a term is found in the middle", () => {
  const french = [["head", "tête", whole("têtes?"), ""], ["established", "établi", whole("établie?s?"), ""]];
  assert.deepEqual(pieces("établies, têtes, « têtes », rétablies, fêtêtes", new Set(), french), [["établies", 1],
    [", ", -1], ["têtes", 0], [", « têtes », rétablies, fêtêtes", -1]]);
  assert.deepEqual(pieces("两个头看", new Set(), [["head", "头", "(?:头)", ""]]), [["两个", -1], ["头", 0], ["看", -1]]);
  const arabic = [["pattern", "نمط", whole("(?:ال|)نمط"), ""]];
  assert.deepEqual(pieces("نمطًا", new Set(), arabic), [["نمطًا", -1]]);
});
