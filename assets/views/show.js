// One renderer for every view, wherever it is shown: in the app, in a notebook, in a file of its own. A view comes as
// bytes in the format safetensors (see mha_viz/views/view.py). Text from users only ever becomes textContent or canvas
// text, never markup.

import { isDark, useColours } from "./colours.js";
import { add, isTouched, noteWords } from "./elements.js";
import { useFont } from "./pens.js";
import * as RENDERERS from "./renderers.js";
import { gettext, speak } from "./texts.js";
import { count } from "./wording.js";

// Draw a buffer into an element, and again whenever its width changes. `send(name, value)` tells what was chosen. What
// stands there already is left as it is.
export function show(root, data, send) {
  root.send = send;
  useFont(getComputedStyle(root).fontFamily);
  useColours(root);
  const look = `${isDark(root)} ${getComputedStyle(root).fontFamily}`;
  const { drawn } = root;
  const stands = drawn?.look === look && root.contains(drawn.figure) && sameBytes(drawn.bytes, data);
  if (!stands) keepingPlace(root, () => drawAnew(root, data, look));
  const { view } = root.drawn;
  if (view.title && !view.own_saving) noteShown(root, view);
}

// What the menus Share save: the pictures of the page by their titles.
function noteShown(root, view) {
  const shown = (globalThis.mhaVizShown ??= {});
  for (const [title, other] of Object.entries(shown)) {
    if (other.root === root || !other.root.isConnected) delete shown[title];
  }
  shown[view.title] = { root, view };
}

function drawAnew(root, data, look) {
  const view = parse(data);
  const known = root.memory?.identity === view.identity;
  if (!known) root.memory = { identity: view.identity }; // what a reader chose survives a new picture of the same text
  root.replaceChildren();
  root.dataset.view = view.kind;
  const figure = add(root, "figure");
  if (view.caption) add(figure, "p", "caption", view.caption);
  root.drawn = { bytes: new Uint8Array(data).slice(), figure, look, view };
  let width = drawBody(root);
  root.observer?.disconnect(); // this function runs again on every change of the data, without a clean-up before
  root.observer = new ResizeObserver(() => {
    if (!root.isConnected || Math.abs(root.clientWidth - width) <= 8) return;
    keepingPlace(root, () => (width = drawBody(root)));
  });
  root.observer.observe(root);
}

// All but the caption, for the width that there is, which is returned.
function drawBody(root) {
  const { figure, view, bytes } = root.drawn;
  const width = Math.floor(root.clientWidth) || 600;
  const tell = (name, value) => {
    root.drawn.look = null; // what a click changed at once is drawn as the answer has it, whatever it is
    return root.send(name, value);
  };
  figure.querySelector(".body")?.remove();
  const body = add(figure, "div", "body"); // in the page before it is drawn, so that it has colours and fonts
  RENDERERS[view.kind].draw(body, view, width, tell, isDark(root), root.memory);
  const { note } = stated(root);
  if (note) add(body, "p", "note", note);
  if (RENDERERS[view.kind].table) tableBehind(body, view);
  noteWords(root);
  root.dataset.drawn = String(Math.round(performance.now()));
  root.dataset.bytes = String(bytes.length);
  return width;
}

// The view as a reader has made it: with the words that belong to what is drawn now.
export function stated(root) {
  const { view } = root.drawn;
  return RENDERERS[view.kind].now?.(view, root.memory ?? {}) ?? view;
}

function sameBytes(known, data) {
  const given = new Uint8Array(data);
  if (known.length !== given.length) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== given[i]) return false;
  return true;
}

// Nothing scrolls by itself: the page stays as long as it is while something is drawn anew, and what was scrolled or
// focused in it is so again, by its `data-key`. What a picture scrolls itself stays as it leaves it.
function keepingPlace(root, redraw) {
  const focused = root.getRootNode().activeElement?.dataset?.key;
  const keyed = (key) => root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const areas = [...root.querySelectorAll(".scroll[data-key]")];
  const scrolled = areas.map((area) => [area.dataset.key, area.scrollLeft, area.scrollTop]);
  const { memory } = root;
  root.style.minHeight = `${root.offsetHeight}px`;
  redraw();
  for (const [key, left, top] of root.memory === memory ? scrolled : []) {
    const area = keyed(key);
    if (area && !area.scrollLeft && !area.scrollTop) Object.assign(area, { scrollLeft: left, scrollTop: top });
  }
  if (focused) keyed(focused)?.focus({ preventScroll: true });
  root.style.minHeight = "";
}

// Safetensors: the length of a table in eight bytes, the table as JSON, and the numbers, each array where it may stand.
function arraysOf(data) {
  const { buffer } = new Uint8Array(data).slice(); // a copy of its own starts at an aligned address
  const start = 8 + Number(new DataView(buffer).getBigUint64(0, true));
  const types = { F32: Float32Array, U8: Uint8Array };
  const table = readJson(new Uint8Array(buffer, 8, start - 8));
  const arrays = {};
  for (const [name, { dtype, data_offsets: [from, to] }] of Object.entries(table)) {
    arrays[name] = new types[dtype](buffer, start + from, (to - from) / types[dtype].BYTES_PER_ELEMENT);
  }
  return arrays;
}

function readJson(bytes) {
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function parse(data) {
  const { header, ...arrays } = arraysOf(data);
  const view = { ...readJson(header), ...arrays };
  if (view.note_tap && isTouched()) view.note = view.note_tap;
  speak(view.texts);
  view.paint = RENDERERS[view.kind].paint; // whoever saves it may know no other kind than its own
  return view;
}

// The same numbers as text, made when somebody opens it.
const TABLE_ROWS = 2000;
function tableBehind(body, view) {
  const details = add(body, "details", "table");
  add(details, "summary", "", gettext("As a table"));
  details.addEventListener("toggle", () => {
    if (!details.open || details.querySelector("table")) return;
    const { head, rows } = RENDERERS[view.kind].table(view);
    const scroll = add(details, "div", "scroll");
    scroll.tabIndex = 0;
    const table = add(scroll, "table");
    const first = add(add(table, "thead"), "tr");
    head.forEach((label) => add(first, "th", "", label));
    const lines = add(table, "tbody");
    for (const row of rows.slice(0, TABLE_ROWS)) {
      const line = add(lines, "tr");
      row.forEach((cell, i) => add(line, i ? "td" : "th", "", cell));
    }
    noteWords(details);
    if (rows.length > TABLE_ROWS) {
      const shown = { n: count(TABLE_ROWS), all: count(rows.length) };
      add(details, "p", "note", gettext("{n} of {all} rows; the exports hold all.", shown));
    }
  });
}
