// What is pointed at, with a pointer or with keys.

import { add, oncePerFrame } from "./elements.js";
import { gettext } from "./texts.js";

// Where an event is in an element: [x, y] in pixels.
export function pointIn(event, element) {
  const bounds = element.getBoundingClientRect();
  return [event.clientX - bounds.left, event.clientY - bounds.top];
}

// What an arrow key means: [down, right].
export const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// The cell at a point as [row, column], or null where there is none. Cells are `wide` and `high` from one to the next.
export function cellAt([x, y], { left = 0, top = 0, wide, high, rows, columns }) {
  const [row, column] = [Math.floor((y - top) / high), Math.floor((x - left) / wide)];
  return row >= 0 && column >= 0 && row < rows && column < columns ? [row, column] : null;
}

// Hands over what a pointer meets in an element: `at` finds it at a point, or null; `over` is given it as the pointer
// moves and `click`, with the event, when it is clicked; `away` is called where there is nothing. `pace` says how often
// to look. With `tap`, that is what a finger does: it cannot point, and what it has met stays until it meets something
// else.
export function followPointer(element, at, { over, away = () => {}, click, tap }, pace = (act) => act) {
  const under = (event) => at(pointIn(event, element));
  let isTap = false;
  const byMouse = (act) => (event) => (tap && event.pointerType === "touch" ? undefined : act(event));
  const follow = pace((event) => {
    const met = event && under(event);
    if (met) over(met);
    else away();
  });
  element.addEventListener("pointermove", byMouse(follow));
  element.addEventListener("pointerleave", byMouse(() => follow(null)));
  if (!click) return;
  element.addEventListener("pointerdown", ({ pointerType }) => (isTap = Boolean(tap) && pointerType === "touch"));
  element.addEventListener("click", (event) => {
    const met = under(event);
    if (met) (isTap ? tap : click)(met, event);
    else if (isTap) away();
  });
}

// How high a picture may count on the window to be; a frame is as high as its page, which therefore asks for no more.
const IN_FRAME = 800;
export function windowHeight() {
  return isFramed() ? IN_FRAME : window.innerHeight;
}

export function isFramed() {
  return document.documentElement.classList.contains("framed");
}

// How much of the window is left below where an element begins, with nothing scrolled.
export function heightBelow(element) {
  let begin = element.getBoundingClientRect().top;
  for (const node of around(element)) begin += node.scrollTop ?? 0;
  return windowHeight() - begin;
}

// Call something whenever there may be more or less room for an element, as long as it is on the page.
export function watchRoom(element, changed) {
  const later = oncePerFrame(() => element.isConnected && changed());
  const look = () => {
    if (element.isConnected) return later();
    window.removeEventListener("resize", look);
    return observer.disconnect();
  };
  const observer = new ResizeObserver(look);
  for (const node of around(element)) if (node.nodeType === 1) observer.observe(node);
  window.addEventListener("resize", look);
}

function around(element) {
  const nodes = [];
  for (let node = element.parentNode; node; node = node.parentNode ?? node.host) nodes.push(node);
  return nodes;
}

// A focusable area of rows and columns: arrow keys go from cell to cell, Enter opens, Shift with an arrow goes to the
// neighbouring head, Escape clears.
export function stage(body, key, label, rows, columns, { go, open, turn, clear, start = [-1, -1] }) {
  const scroll = add(body, "div", "scroll");
  scroll.dataset.key = `around ${key}`;
  const box = add(scroll, "div", "stage");
  box.tabIndex = 0;
  box.dataset.key = key;
  box.setAttribute("role", "group");
  box.setAttribute("aria-roledescription", gettext("map"));
  box.setAttribute("aria-label", label);
  // Where the cursor stands survives a redraw, which may come between two keys; not another place to start from.
  const cursors = ((body.closest(".view")?.memory ?? {}).cursors ??= {});
  const stored = cursors[key];
  const stands = stored?.from === String(start) && stored.row < rows && stored.column < columns;
  const state = stands ? stored : { row: start[0], column: start[1], from: String(start) };
  cursors[key] = state;
  const to = (row, column) => {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return;
    Object.assign(state, { row, column });
    go(row, column);
  };
  // Focus comes back after a redraw: what the cursor stands on is then said again.
  box.addEventListener("focus", () => state.row >= 0 && stands && go(state.row, state.column));
  box.addEventListener("keydown", (event) => {
    if (event.key in STEPS) {
      const [down, right] = STEPS[event.key];
      if (event.shiftKey && turn) turn(down, right);
      else if (state.row < 0) to(0, 0);
      else to(state.row + down, state.column + right);
    } else if ((event.key === "Enter" || event.key === " ") && open && state.row >= 0) {
      open(state.row, state.column, event);
    } else if (event.key === "Escape" && clear) {
      clear();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  return { box, scroll, to, state };
}
