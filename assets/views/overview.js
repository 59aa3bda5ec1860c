// ---- overview: a whole map, pooled, and the window of it that is shown in full; part of the view of a head ----------

import { CellImage, sharpCanvas } from "./canvases.js";
import { levelOf, themed } from "./colours.js";
import { add, place } from "./elements.js";
import { CanvasPen } from "./pens.js";
import { pointIn, stage, STEPS } from "./stage.js";
import { gettext } from "./texts.js";
import { count } from "./wording.js";

const SIDE = 220; // pixels of the longer one
const LEAST = 8; // tokens that a brush takes in

export function overviewLayout([n, m]) {
  const [width, height] = [m >= n ? SIDE : (SIDE * m) / n, n >= m ? SIDE : (SIDE * n) / m];
  return { n, m, width: Math.max(40, width), height: Math.max(40, height) };
}

// Where the brush of a window stands: [left, top, width, height] in pixels.
export function placeBrush({ n, m, width, height }, [a, b, c, d]) {
  return [
    (c / m) * width, (a / n) * height, Math.max(4, ((d - c) / m) * width), Math.max(4, ((b - a) / n) * height),
  ];
}

const clamp = (value, most) => Math.max(0, Math.min(most, Math.round(value)));

// A window of the same size that begins here, or where it still fits.
export function movedWindow({ n, m }, [q0, q1, k0, k1], query, key) {
  const [tall, broad] = [q1 - q0, k1 - k0];
  const [top, left] = [clamp(query, n - tall), clamp(key, m - broad)];
  return [top, top + tall, left, left + broad];
}

// The window that a pointer drew from one position, [query, key], to another: of at most so many tokens a side. Where
// it hardly moved, the window comes to stand around it.
export function drawnWindow(layout, [q0, q1, k0, k1], most, [a, c], [b, d]) {
  const { n, m, width, height } = layout;
  if (Math.abs(((b - a) / n) * height) < 5 && Math.abs(((d - c) / m) * width) < 5) {
    return movedWindow(layout, [q0, q1, k0, k1], b - (q1 - q0) / 2, d - (k1 - k0) / 2);
  }
  const span = (x, y, all) => {
    const low = clamp(Math.min(x, y), all - 1);
    const high = Math.min(clamp(Math.max(x, y), all), low + most);
    return [low, Math.min(all, Math.max(low + LEAST, high))];
  };
  return [...span(a, b, n), ...span(c, d, m)];
}

function paintOverview(pen, view, { width, height }, table, dark) {
  const [rows, columns] = view.overview_size;
  const larger = (most, value) => (value === -Infinity ? most : Math.max(most, Math.abs(value)));
  const top = view.overview.reduce(larger, 0) || 1;
  const levelAt = (i) => levelOf(view.overview[i], view.low < 0 ? -top : 0, top);
  pen.cells(0, 0, width, height, new CellImage(rows, columns, levelAt, table, view.masked[dark ? "dark" : "light"]));
  pen.box(0.5, 0.5, width - 1, height - 1, themed("overview-frame", dark));
}

// Drag to choose another window, or move it with the arrow keys.
export function drawOverview(parent, view, send, dark, table) {
  const layout = overviewLayout(view.whole);
  const { n, m, width, height } = layout;
  const size = { n: count(n), m: count(m) };
  const hint = gettext("All {n} × {m}, the largest in each cell. Drag to choose what is shown in full.", size);
  add(parent, "p", "small", hint);
  const label = gettext("Overview of {n} by {m} positions; the arrow keys move the window", size);
  const { box } = stage(parent, "overview", label, n, m, { go: () => {} });
  box.style.width = `${width}px`;
  paintOverview(new CanvasPen(sharpCanvas(box, width, height)), view, layout, table, dark);
  const brush = add(box, "div", "brush");
  const draw = (window_) => place(brush, ...placeBrush(layout, window_));
  draw(view.window);
  let waiting = 0;
  let current = view.window;
  const choose = (next, wait = 0) => {
    current = next;
    draw(next);
    clearTimeout(waiting);
    waiting = setTimeout(() => send("window", next), wait);
  };
  moveByKeys(box, (down, right) => {
    const [q0, q1, k0, k1] = view.window;
    const [query, key] = [current[0] + (down * (q1 - q0)) / 2, current[2] + (right * (k1 - k0)) / 2];
    choose(movedWindow(layout, view.window, query, key), 350);
  });
  const drawn = (from, to) => drawnWindow(layout, view.window, view.window_size, from, to);
  moveByPointer(box, layout, { draw: (...ends) => draw(drawn(...ends)), choose: (...ends) => choose(drawn(...ends)) });
}

function moveByKeys(box, step) {
  box.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return;
    step(...STEPS[event.key]);
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}

function moveByPointer(box, { n, m, width, height }, { draw, choose }) {
  let start = null;
  const at = (event) => {
    const [x, y] = pointIn(event, box);
    return [(y / height) * n, (x / width) * m];
  };
  box.addEventListener("pointerdown", (event) => {
    start = at(event);
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    if (start) draw(start, at(event));
  });
  box.addEventListener("pointerup", (event) => {
    if (start) choose(start, at(event));
    start = null;
  });
}
