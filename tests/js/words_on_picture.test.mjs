import assert from "node:assert/strict";
import test from "node:test";

import { headsOver, meanOf, shareOf, wordLooks, wordSays } from "../../assets/views/words_looks.js";

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

test("the mean is over the heads of the layer, or over all", () => {
  assert.deepEqual(headsOver(view, 1, "layer"), [0, 1]);
  assert.deepEqual(headsOver(view, 1, "all"), [0, 1, 2]);
  assert.deepEqual(headsOver(view, 1), [1]);
  assert.deepEqual(meanOf([0, 1].map((i) => wordLooks(view, 0, i, 1))).shares, [0.25, 0.2, 0]);
});

test("a line says the head or the mean, the share of the picture and where most of it lies", () => {
  assert.equal(wordSays(view, 0, 0, 1), "L0 H0: cat gives 60 % to the picture, most to 0, 0 (50 %)");
  const mean = wordSays(view, 0, 0, 1, "layer");
  assert.equal(mean, "the mean of the 2 heads of L0: cat gives 50 % to the picture, most to 0, 0 (25 %)");
  assert.match(wordSays(view, 0, 0, 1, "all"), /^the mean of all 3 heads: cat gives 53 % to the picture/);
  assert.equal(wordSays(view, 1, 0, 1), "L0 H0: cat gives 60 % to the picture, none of it to this part");
  assert.equal(wordSays(view, 0, 2, 0), "L1 H0: the gives 0 % to the picture");
});
