import assert from "node:assert/strict";
import { test } from "node:test";
import { effectBars } from "../../assets/views/effect.js";

test("bars begin at zero, which stands between the ends where numbers are below it", () => {
  assert.deepEqual(effectBars({ low: 0, high: 4 }, [4, 1, 0]), [[0, 1], [0, 0.25], [0, 0]]);
  assert.deepEqual(effectBars({ low: -2, high: 6 }, [6, -2, 2]), [[0.25, 0.75], [0, 0.25], [0.25, 0.25]]);
  assert.deepEqual(effectBars({ low: 0, high: 1 }, [1.25]), [[0, 1]]); // never beyond its track
});
