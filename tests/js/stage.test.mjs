import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, followPointer, pointIn } from "../../assets/views/stage.js";

const GRID = { left: 10, top: 20, wide: 7, high: 5, rows: 3, columns: 2 };

test("a point is told from the corner of the element", () => {
  const element = { getBoundingClientRect: () => ({ left: 100, top: 30 }) };
  assert.deepEqual(pointIn({ clientX: 113, clientY: 37 }, element), [13, 7]);
});

test("a cell begins at its first pixel and ends before the next one", () => {
  const cells = [[10, 20], [16.9, 24.9], [17, 25], [23.9, 34.9]].map((point) => cellAt(point, GRID));
  assert.deepEqual(cells, [[0, 0], [0, 0], [1, 1], [2, 1]]);
  const outside = [[9.9, 20], [10, 19.9], [24, 20], [10, 35]].map((point) => cellAt(point, GRID));
  assert.deepEqual(outside, [null, null, null, null]);
  assert.deepEqual(cellAt([0, 0], { wide: 7, high: 5, rows: 1, columns: 1 }), [0, 0]);
});

test("what a pointer meets is handed over, and where it meets nothing that is told", () => {
  const listeners = {};
  const element = {
    addEventListener: (name, act) => (listeners[name] = act),
    getBoundingClientRect: () => ({ left: 0, top: 0 }),
  };
  const heard = [];
  const hear = (name) => (...met) => heard.push([name, ...met]);
  const click = (met, event) => heard.push(["click", met, event.shiftKey]);
  const acts = { over: hear("over"), away: hear("away"), click };
  followPointer(element, (point) => cellAt(point, GRID), acts);
  listeners.pointermove({ clientX: 18, clientY: 31 });
  listeners.click({ clientX: 11, clientY: 21, shiftKey: true });
  listeners.click({ clientX: 1, clientY: 21 });
  listeners.pointermove({ clientX: 1, clientY: 21 });
  listeners.pointerleave({});
  assert.deepEqual(heard, [["over", [2, 1]], ["click", [0, 0], true], ["away"], ["away"]]);
});

test("a finger tells with a first tap and acts with a second one, where somebody listens to taps", () => {
  const heard = [];
  const hear = (name) => (...met) => heard.push([name, ...met.slice(0, 1)]); // without the event
  const listened = (acts) => {
    const listeners = {};
    const element = {
      addEventListener: (name, act) => (listeners[name] = act),
      getBoundingClientRect: () => ({ left: 0, top: 0 }),
    };
    followPointer(element, (point) => cellAt(point, GRID), acts);
    return listeners;
  };
  const tap = (listeners, clientX) => {
    const touch = { pointerType: "touch", clientX, clientY: 21 };
    for (const name of ["pointermove", "pointerdown", "pointerleave", "click"]) listeners[name](touch);
  };
  const acts = { over: hear("over"), away: hear("away"), click: hear("click"), tap: hear("tap") };
  const listeners = listened(acts);
  tap(listeners, 11);
  tap(listeners, 1);
  listeners.pointerdown({ pointerType: "mouse" });
  listeners.click({ clientX: 11, clientY: 21 });
  assert.deepEqual(heard.splice(0), [["tap", [0, 0]], ["away"], ["click", [0, 0]]]);
  tap(listened({ ...acts, tap: undefined }), 11);
  assert.deepEqual(heard, [["over", [0, 0]], ["away"], ["click", [0, 0]]]);
});
