import assert from "node:assert/strict";
import test from "node:test";

import {
  changedHeads, headSays, headsOver, overOf, shareOf, together, wordLooks, wordSays,
} from "../../assets/views/words_looks.js";

// Two words, three heads of two layers, a picture of 1 × 3 cells and a tile of 1 × 1.
const view = {
  words: ["the", "cat"], heads: [[0, 0], [0, 2], [1, 0]],
  pieces: [{ rows: 1, columns: 3 }, { rows: 1, columns: 1 }],
  looks_0: [0, 0, 0, 255, 51, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255], tops_0: [0, 0.5, 0, 0.3, 0, 0.2],
  looks_1: [0, 0, 0, 255, 0, 255], tops_1: [0, 0, 0, 0.1, 0, 0.4],
  shares: [0, 0.6, 0, 0.4, 0, 0.6],
};

test("what a word looks at is its levels times the largest share", () => {
  assert.deepEqual(wordLooks(view, 0, 0, 1).shares, [0.5, 0.1, 0]);
  assert.deepEqual(wordLooks(view, 1, 2, 1).shares, [0.4]);
  assert.equal(shareOf(view, 1, 1), 0.4);
});

test("heads lie over the picture alone, by layer, all, or as they were picked", () => {
  assert.deepEqual(headsOver(view, 1, { overlay: "layer" }), [0, 1]);
  assert.deepEqual(headsOver(view, 1, { overlay: "all" }), [0, 1, 2]);
  assert.deepEqual(headsOver(view, 1, { overlay: "picked", picked: [0, 2] }), [0, 2]);
  assert.deepEqual(headsOver(view, 1, { overlay: "picked" }), [1]);
  assert.deepEqual(headsOver(view, 1), [1]);
  assert.deepEqual(changedHeads([0, 2], 1), [0, 1, 2]);
  assert.deepEqual(changedHeads([0, 2], 2), [0]);
  assert.deepEqual(changedHeads([2], 2), [2]); // the last one stays
});

test("together they are their mean or their sum", () => {
  const looks = [0, 1].map((i) => wordLooks(view, 0, i, 1));
  assert.deepEqual(together(looks).shares, [0.25, 0.2, 0]);
  assert.deepEqual(together(looks, true).shares, [0.5, 0.4, 0]);
});

test("what a reader has chosen goes before what was sent", () => {
  const sent = { over: "picked", picked: [1, 2], summed: true };
  assert.deepEqual(overOf(sent), { overlay: "picked", picked: [1, 2], summed: true });
  assert.deepEqual(overOf(sent, { overlay: "all", summed: false }), { overlay: "all", picked: [1, 2], summed: false });
  assert.deepEqual(overOf({}), { overlay: "head", picked: [], summed: false });
});

test("a line says the head, the mean or the sum, the share of the picture and where most of it lies", () => {
  assert.equal(wordSays(view, 0, 0, 1), "L0 H0: cat gives 60 % to the picture, most to 0, 0 (50 %)");
  const mean = wordSays(view, 0, 0, 1, { overlay: "layer" });
  assert.equal(mean, "the mean of the 2 heads of L0: cat gives 50 % to the picture, most to 0, 0 (25 %)");
  assert.match(wordSays(view, 0, 0, 1, { overlay: "all" }), /^the mean of all 3 heads: cat gives 53 % to the picture/);
  const sum = wordSays(view, 0, 0, 1, { overlay: "picked", picked: [0, 2], summed: true });
  assert.equal(sum, "the sum of L0 H0 and L1 H0: cat gives 1.20 of 2 to the picture, most to 0, 0 (0.50)");
  const one = wordSays(view, 0, 0, 1, { overlay: "picked", picked: [1], summed: true });
  assert.match(one, /^L0 H2: cat gives 40 % to the picture, most to 0, 1/);
  assert.equal(wordSays(view, 1, 0, 1), "L0 H0: cat gives 60 % to the picture, none of it to this part");
  assert.equal(wordSays(view, 0, 2, 0), "L1 H0: the gives 0 % to the picture");
});

test("of a head that was picked with others it is also said what they give together", () => {
  const over = (picked) => ({ overlay: "picked", picked, summed: true });
  const says = (i, picked) => headSays(view, 0, i, { chosen: 0, word: 1, over: over(picked) });
  const sum = "the sum of L0 H0 and L1 H0: cat gives 1.20 of 2 to the picture, most to 0, 0 (0.50)";
  assert.equal(says(0, [0, 2]), sum);
  assert.equal(says(2, [0, 2]), `L1 H0: cat gives 60 % to the picture, most to 0, 2 (20 %); ${sum}`);
  assert.equal(says(1, [0, 2]), "L0 H2: cat gives 40 % to the picture, most to 0, 1 (30 %)"); // is none of them
  assert.equal(says(2, [2]), "L1 H0: cat gives 60 % to the picture, most to 0, 2 (20 %)");
});
