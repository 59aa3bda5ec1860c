import assert from "node:assert/strict";
import { test } from "node:test";
import { useColours } from "../../assets/views/colours.js";
import { paintStep } from "../../assets/views/sheets.js";
import "./support/measured.mjs";

globalThis.getComputedStyle = () => ({ getPropertyValue: (name) => name }); // in place of a colour its name
useColours(null);

function painted(step) {
  const strokes = [];
  const pen = {
    text: (text, x, y, { size, bold }) => strokes.push([text, x, Number(y.toFixed(1)), size, bold]),
    group: (dx, dy, paint) => {
      strokes.push(["group", dx, Number(dy.toFixed(1))]);
      return paint();
    },
  };
  return [paintStep(pen, step), strokes];
}

test("a step is a title, its texts and its pictures below each other", () => {
  const view = {
    caption: "Who?", note: "So.",
    paint: (_pen, _view, width, dark) => (assert.deepEqual([width, dark], [1160, false]), { width: 700, height: 31 }),
  };
  const [size, strokes] = painted({ title: "1. Heads", parts: [{ text: "Ask.", size: 13, bold: true }, { view }] });
  assert.deepEqual(strokes, [
    ["1. Heads", 20, 30.8, 24, true], // 14, and 0.7 of the letters
    ["Ask.", 20, 61.7, 13, true], // a line of 33.6 and 5 below it
    ["Who?", 20, 87.7, 17, false],
    ["group", 20, 110.6],
    ["So.", 20, 160.7, 13, false], // 31 of the picture, 10 below it
  ]);
  assert.deepEqual(size, { width: 1200, height: Math.ceil(151.6 + 13 * 1.4 + 5 + 14) });
});

test("a picture that is wider than a sheet makes it wider", () => {
  const view = { paint: () => ({ width: 1400, height: 10 }) };
  assert.equal(painted({ title: "", parts: [{ view }] })[0].width, 1440);
});

test("on a page from the right a line begins at the right, and its signs stand at its end", () => {
  const strokes = [];
  const pen = { text: (text, x, _y, { align }) => strokes.push([text, x, align]) };
  const step = { title: "1. رأس", parts: [{ text: "The cat." }] };
  paintStep(pen, step);
  globalThis.document.documentElement = { dir: "rtl" };
  paintStep(pen, step);
  delete globalThis.document.documentElement;
  assert.deepEqual(strokes, [
    ["1. رأس", 20, "left"],
    ["The cat.", 20, "left"],
    ["\u20671. رأس\u2069", 1180, "right"],
    ["The cat.", 20, "left"],
  ]);
});
