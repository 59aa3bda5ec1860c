import assert from "node:assert/strict";
import { test } from "node:test";
import { layersLayout, layersMap, layersSay } from "../../assets/views/layers.js";
import "./support/measured.mjs";

const VIEW = {
  queries: ["L0", "L1", "L2"], keys: ["L0", "L3"], names: ["small", "large"], cells: [3, 40], label_pixels: 12,
  labelled_tokens: 256, values: new Float32Array([0.5, 0.25, 0.125, 0.75, 0.0625, 1]),
  nearest: [["a", "b"], ["c", "d"], ["e", "L2 H3 and L3 H5"]],
};

test("a cell names its two layers, how far they are apart, and their nearest heads", () => {
  assert.equal(
    layersSay(VIEW, 2, 1), "L2 of small and L3 of large: 1.000 bits apart; nearest are L2 H3 and L3 H5",
  );
  assert.match(layersSay(VIEW, 1, 0), /^L1 of small and L0 of large: 0\.125 bits apart; nearest are c$/);
  assert.equal(layersMap(VIEW).label, "Layers of small down, of large across: bits apart");
});

test("cells are as large as two fifths of the window let them be, and not so small that they have no name", () => {
  const high = (rows, windowHeight) => {
    const queries = Array.from({ length: rows }, (_, i) => `L${i}`);
    return layersLayout(layersMap({ ...VIEW, queries }), 900, windowHeight).cell;
  };
  assert.deepEqual([high(3, 900), high(12, 700), high(12, 300), high(36, 900)], [40, 23, 22, 22]); // 280 / 12
  const keys = Array.from({ length: 30 }, (_, i) => `L${i}`);
  assert.equal(layersLayout(layersMap({ ...VIEW, keys }), 640, 900).cell, 19); // (640 - 26 - 21 - 4) / 30
});
