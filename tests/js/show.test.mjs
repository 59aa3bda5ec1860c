import assert from "node:assert/strict";
import { test } from "node:test";
import { TextEncoder } from "node:util";
import { parse } from "../../assets/views/show.js";

test("arrays are read where they stand, also of bytes that begin at an odd address", () => {
  const header = '{"kind":"grid","text":"é"}';
  const text = new TextEncoder().encode(header);
  const table = JSON.stringify({
    values: { dtype: "F32", shape: [3], data_offsets: [0, 12] },
    levels: { dtype: "U8", shape: [2], data_offsets: [12, 14] },
    header: { dtype: "U8", shape: [text.length], data_offsets: [14, 14 + text.length] },
  });
  const start = 8 + Math.ceil(table.length / 8) * 8;
  const bytes = new Uint8Array(start + 14 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(new TextEncoder().encode(table.padEnd(start - 8)), 8);
  bytes.set(new Uint8Array(new Float32Array([0.5, -Infinity, 7]).buffer), start);
  bytes.set([3, 255], start + 12);
  bytes.set(text, start + 14);
  const odd = new Uint8Array(bytes.length + 1);
  odd.set(bytes, 1);
  const view = parse(odd.subarray(1));
  assert.deepEqual([...view.values], [0.5, -Infinity, 7]);
  assert.deepEqual([...view.levels], [3, 255]);
  assert.deepEqual([view.kind, view.text], ["grid", "é"]);
  assert.equal(typeof view.paint, "function");
});

// A view of nothing but its header.
function bytesOf(header) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const table = JSON.stringify({ header: { dtype: "U8", shape: [text.length], data_offsets: [0, text.length] } });
  const bytes = new Uint8Array(8 + table.length + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(table.length), true);
  bytes.set(new TextEncoder().encode(table), 8);
  bytes.set(text, 8 + table.length);
  return bytes;
}

test("a note says what a finger does where there is nothing to point with", () => {
  const noteOn = (isTouch, more) => {
    globalThis.window = { matchMedia: () => ({ matches: isTouch }) };
    const { note } = parse(bytesOf({ kind: "grid", note: "Point at a head.", ...more }));
    delete globalThis.window;
    return note;
  };
  const both = { note_tap: "Tap a head." };
  assert.deepEqual([noteOn(false, both), noteOn(true, both)], ["Point at a head.", "Tap a head."]);
  assert.equal(noteOn(true, {}), "Point at a head.");
});
