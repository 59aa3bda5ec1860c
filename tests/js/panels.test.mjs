import assert from "node:assert/strict";
import { test } from "node:test";
import { barsLayout, matrixLayout, rowAt, rowSays } from "../../assets/views/panels.js";

test("rows share two fifths of the window, and cells what is right of their labels", () => {
  const panel = (rows, columns) => ({ rows: Array(rows).fill("a"), columns });
  assert.deepEqual(matrixLayout(panel(18, 40), 492, 900), { left: 92, height: 20, cell: 10 });
  assert.deepEqual(matrixLayout(panel(3, 2), 492, 900), { left: 92, height: 24, cell: 24 });
  assert.deepEqual(matrixLayout(panel(500, 900), 492, 900), { left: 92, height: 14, cell: 1 });
});

test("bars begin at zero, which is in the middle where numbers are below it", () => {
  assert.deepEqual(barsLayout({ low: 0, high: 4 }, [4, 1, -Infinity]), [[120, 3, 320], [120, 25, 80], [120, 47, 0]]);
  assert.deepEqual(barsLayout({ low: -4, high: 4 }, [2, -4]), [[280, 3, 80], [120, 25, 160]]);
});

test("a pointer meets cells, and left of them the label of a row", () => {
  const cells = { left: 92, wide: 11, high: 20, rows: 3, columns: 5 };
  assert.deepEqual([rowAt([93, 41], cells), rowAt([91, 41], cells), rowAt([146, 1], cells)], [[2, 0], [2, -1], [0, 4]]);
  assert.deepEqual([rowAt([91, 61], cells), rowAt([148, 1], cells)], [null, null]);
});

test("a row that is a token says what it is made of, counted from where the panel begins; others say none", () => {
  const said = { query: ["", "", "token “c”, id 3", "token “d”, id 5"], key: ["", "", "", "token “d”, id 7"] };
  const view = { said };
  assert.equal(rowSays(view, { axis: "query", rows: ["c", "d"], first: 2 }, 1), "d: token “d”, id 5");
  assert.equal(rowSays(view, { axis: "key", rows: ["c", "d"], first: 2 }, 1), "d: token “d”, id 7");
  assert.equal(rowSays(view, { axis: "", rows: ["c", "d"], first: 2 }, 0), "");
});
