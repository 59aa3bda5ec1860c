import assert from "node:assert/strict";
import { test } from "node:test";
import { claimsTable } from "../../assets/views/claims.js";

test("the table holds the paper's numbers and ours, a row each, in the order of the cards", () => {
  const theirs = { label: "GPT-9", at: 0.5, number: "50.0 %", verdict: "table 1" };
  const ours = { label: "tiny", at: 0.7, low: 0.6, high: 0.8, number: "70.0 %", sign: "●", verdict: "holds here" };
  const statement = { said: "Said.", theirs: [theirs], ours: [ours] };
  const { head, rows } = claimsTable({ cards: [{ title: "One", statements: [statement] }] });
  assert.equal(head.length, 5);
  assert.deepEqual(rows, [
    ["One", "Said.", "GPT-9", "50.0 %", "table 1"],
    ["One", "Said.", "tiny", "70.0 %", "holds here"],
  ]);
});
