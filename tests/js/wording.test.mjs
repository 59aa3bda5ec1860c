import assert from "node:assert/strict";
import { test } from "node:test";
import { count, fixed, headName, inPercent, inPercentExactly, number, short } from "../../assets/views/wording.js";

test("a share has whole percent from 10 % up and one decimal below", () => {
  const words = [0.347, 0.0213, 0.0999, 0.0995, 0.0994, 0.0004, 0, -0.02].map(inPercent);
  assert.deepEqual(words, ["35 %", "2.1 %", "10 %", "10 %", "9.9 %", "under 0.1 %", "0 %", "-2.0 %"]);
  assert.equal(inPercentExactly(0.8722), "87.2 %");
});

test("of two numbers that are equally near, the one with the even last digit is written", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -2.5].map((value) => fixed(value, 0)), ["0", "2", "2", "-0", "-2"]);
  assert.deepEqual([0.25, 0.75, 6.25, 12.75].map((value) => fixed(value, 1)), ["0.2", "0.8", "6.2", "12.8"]);
  assert.deepEqual([0.125, 0.375, 0.0625].map((value) => fixed(value, 2)), ["0.12", "0.38", "0.06"]);
  assert.deepEqual([0.15, 0.35, 1.005].map((value) => fixed(value, value > 1 ? 2 : 1)), ["0.1", "0.3", "1.00"]);
  assert.deepEqual([0.125, 0.625].map(inPercent), ["12 %", "62 %"]);
});

test("numbers have three decimals, large ones one; what is masked says so", () => {
  assert.deepEqual([0.71234, -7, 100.04].map(number), ["0.712", "-7.000", "100.0"]);
  assert.deepEqual([-Infinity, null].map(number), ["masked", "masked"]);
  assert.deepEqual([0.71, -0.714, 1, 0].map(short), [".71", "-.71", "1.00", ".00"]);
  assert.equal(count(1234567), "1,234,567");
});

test("a head is called by its layer and its place there", () => {
  assert.equal(headName(3, 1), "L3 H1");
});
