// ---- a region of a picture that a reader paints, patch by patch; part of the view of a picture ----------------------

import { themed } from "./colours.js";
import { addButton } from "./elements.js";
import { cellAt, pointIn } from "./stage.js";
import { gettext } from "./texts.js";

// The patches of the region, counted row by row: as a reader has painted them by now, else as they were sent.
export function regionOf(view, memory) {
  if (memory.sentRegion !== String(view.region)) {
    Object.assign(memory, { sentRegion: String(view.region), region: new Set(view.region) });
  }
  return memory.region;
}

// The sides of patches between inside and outside: [row, column, row, column] of their ends, in patches.
export function edgesOf(region, rows, columns) {
  const isIn = (row, column) =>
    row >= 0 && column >= 0 && row < rows && column < columns && region.has(row * columns + column);
  const edges = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      if (isIn(row, column) !== isIn(row - 1, column)) edges.push([row, column, row, column + 1]);
      if (isIn(row, column) !== isIn(row, column - 1)) edges.push([row, column, row + 1, column]);
    }
  }
  return edges;
}

// Its outline over a picture: white under blue, so that it stands out from both.
export function paintRegion(context, view, region, [x, y, width, height], thick = 2) {
  if (!region.size) return;
  const [high, wide] = view.size;
  const cell = [(width / wide) * view.patch[1], (height / high) * view.patch[0]];
  for (const [colour, size] of [[themed("on-dark"), 2 * thick], [themed("region"), thick]]) {
    context.strokeStyle = colour;
    context.lineWidth = size;
    context.lineCap = "square";
    context.beginPath();
    for (const [top, left, bottom, right] of edgesOf(region, view.rows, view.columns)) {
      context.moveTo(x + left * cell[0], y + top * cell[1]);
      context.lineTo(x + right * cell[0], y + bottom * cell[1]);
    }
    context.stroke();
  }
}

// Inside becomes outside, or what a stroke has begun with is gone on with.
export function changed(region, patch, isIn = !region.has(patch)) {
  const next = new Set(region);
  if (isIn) next.add(patch);
  else next.delete(patch);
  return next;
}

// Buttons that begin and end painting, and clear what is painted. `done` hands the region on, `paint` draws it.
// While the page counts for a region it may put the picture up anew: whoever paints goes on painting there.
let painted = "";

export function addPainting(row, view, memory, { done, turned }) {
  memory.painting ??= painted === view.identity;
  const button = addButton(row, "clear", gettext("Paint a region"), "painting", () => {
    memory.painting = !memory.painting;
    painted = memory.painting ? view.identity : "";
    say();
    turned();
  });
  const clear = addButton(row, "clear", gettext("Clear the region"), "clear region", () => done(new Set()));
  const say = () => {
    button.setAttribute("aria-pressed", String(Boolean(memory.painting)));
    clear.hidden = !regionOf(view, memory).size;
  };
  say();
  return say;
}

// A stroke over patches while painting: it draws at once, and is handed on when it ends.
export function followStroke(box, grid, memory, { get, paint, done }) {
  let isIn = null; // of the stroke: whether it adds patches or takes them away
  const touch = (event) => {
    const met = cellAt(pointIn(event, box), grid);
    if (!met) return;
    const patch = met[0] * grid.columns + met[1];
    isIn ??= !get().has(patch);
    paint(changed(get(), patch, isIn));
  };
  box.addEventListener("pointerdown", (event) => {
    if (!memory.painting || event.button) return;
    event.preventDefault();
    box.focus({ preventScroll: true });
    box.setPointerCapture?.(event.pointerId);
    isIn = null;
    touch(event);
  });
  box.addEventListener("pointermove", (event) => isIn !== null && touch(event));
  for (const end of ["pointerup", "pointercancel"]) {
    box.addEventListener(end, () => {
      if (isIn === null) return;
      isIn = null;
      done(get());
    });
  }
}
