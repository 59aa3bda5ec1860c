import assert from "node:assert/strict";
import { test } from "node:test";
import { effectBars, small } from "../../assets/views/effect.js";

test("bars begin at zero, which stands between the ends where numbers are below it", () => {
  assert.deepEqual(effectBars({ low: 0, high: 4 }, [4, 1, 0]), [[0, 1], [0, 0.25], [0, 0]]);
  assert.deepEqual(effectBars({ low: -2, high: 6 }, [6, -2, 2]), [[0.25, 0.75], [0, 0.25], [0.25, 0.25]]);
  assert.deepEqual(effectBars({ low: 0, high: 1 }, [1.25]), [[0, 1]]); // never beyond its track
});

test("numbers that are all small have as many digits more", () => {
  const written = (high, value) => small({ low: 0, high }, value);
  assert.deepEqual([written(4, 1.5), written(0.1, 0.05), written(0.09, 0.05)], ["1.500", "0.0500", "0.0500"]);
  assert.deepEqual([written(0.0017, 0.00042), written(0.0017, 0)], ["0.00042", "0.000"]);
  assert.equal(written(1e-12, 1e-12), "0.000000000");
});
