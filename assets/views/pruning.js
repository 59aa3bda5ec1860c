// ---- pruning: what a number becomes while heads are taken out, a curve for each order ------------------------------
//
// `places` and `values` are (curve, point), nan where nothing is known yet; `removed` names the heads of each step.

import { ink, themed } from "./colours.js";
import { sharpCanvas } from "./canvases.js";
import { addReadout, hintOf, oncePerFrame } from "./elements.js";
import { addSigns, paintSigns } from "./legends.js";
import { CanvasPen } from "./pens.js";
import { followPointer, stage } from "./stage.js";
import { gettext } from "./texts.js";
import { fixed } from "./wording.js";

export const renderer = { draw: drawPruning, paint: paintPruning, table: pruningTable };

const HIGH = 260; // pixels
const [LEFT, RIGHT, TOP, BOTTOM] = [54, 12, 10, 40];
const DASHES = [0, 7, 3]; // each curve has its own, beside its colour
const NEAR = 30; // pixels from a point at which a pointer meets it

// Numbers at an axis: few, round, and all between the two.
export function roundNumbers(low, high, most) {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
  const numbers = [];
  for (let i = Math.ceil(low / step); i * step <= high + step / 1e6; i++) numbers.push(i * step);
  return { numbers, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

// Where everything stands: `points[curve]` are the [x, y] that are known.
export function pruningLayout(view, width) {
  const known = Array.from(view.values).filter((value) => !Number.isNaN(value));
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const x = (place) => LEFT + (place / view.n_heads) * (width - LEFT - RIGHT);
  const y = (value) => TOP + ((high - value) / (high - low || 1)) * (HIGH - TOP - BOTTOM);
  const points = view.curves.map((_, curve) => {
    const at = Array.from({ length: view.points }, (_point, i) => curve * view.points + i);
    return at.filter((i) => !Number.isNaN(view.values[i])).map((i) => [x(view.places[i]), y(view.values[i])]);
  });
  return { width, x, y, points, down: roundNumbers(low, high, 5), across: roundNumbers(0, view.n_heads, 8) };
}

// The [curve, point] nearest to a place, or null where none is near.
export function nearestPoint({ points }, [x, y]) {
  let found = null;
  let nearest = NEAR;
  points.forEach((curve, i) => curve.forEach(([px, py], j) => {
    const far = Math.hypot(px - x, py - y);
    if (far < nearest) [nearest, found] = [far, [i, j]];
  }));
  return found;
}

export function pruningSays(view, curve, point) {
  const i = curve * view.points + point;
  const gone = view.places[i];
  const last = point ? gettext("; last {heads}", { heads: view.removed[curve][point] }) : "";
  const told = { n: gone, all: view.n_heads, ranked: view.curves[curve] };
  const rest = gettext("{n} of {all} heads gone, {ranked}", told) + last;
  return `${view.asked} ${fixed(view.values[i], 3)}: ${rest}`;
}

const colourOf = (view, curve, dark) => view.colours[dark ? "dark" : "light"][curve];

const signs = (view, dark) => view.curves.map((name, curve) => [
  (pen, x = 0, y = 0) => pen.path(
    [[x, y + 7], [x + 14, y + 7]], { stroke: colourOf(view, curve, dark), thick: 2.5, dash: DASHES[curve] },
  ),
  name,
]);

function drawPruning(body, view, width, _send, dark) {
  const layout = pruningLayout(view, width);
  const readout = addReadout(body, hintOf(view));
  const { box, to } = stage(body, view.title, view.label, view.curves.length, view.points, {
    go: (curve, point) => {
      const known = Math.min(point, layout.points[curve].length - 1);
      readout.textContent = pruningSays(view, curve, known);
      paint(layout.points[curve][known]);
    },
  });
  Object.assign(box.style, { width: `${width}px`, height: `${HIGH}px` });
  const context = sharpCanvas(box, width, HIGH);
  const paint = oncePerFrame((at) => {
    context.clearRect(0, 0, width, HIGH);
    const pen = new CanvasPen(context);
    paintCurves(pen, view, layout, dark);
    if (at) pen.disc(...at, 5, { fill: ink(dark) });
  });
  paint(null);
  followPointer(box, (place) => nearestPoint(layout, place), {
    over: ([curve, point]) => to(curve, point), click: ([curve, point]) => to(curve, point),
  }, oncePerFrame);
  addSigns(body, signs(view, dark));
}

function paintCurves(pen, view, layout, dark) {
  paintAxes(pen, view, layout, dark);
  layout.points.forEach((points, curve) => {
    const stroke = colourOf(view, curve, dark);
    pen.path(points, { stroke, thick: 2.5, dash: DASHES[curve] });
    points.forEach(([x, y], point) => {
      const title = pen.keepsTitles ? pruningSays(view, curve, point) : undefined;
      pen.rect(x - 2.5, y - 2.5, 5, 5, stroke, title);
    });
  });
}

function paintAxes(pen, view, { width, x, y, down, across }, dark) {
  const style = { size: 12, fill: ink(dark) };
  for (const value of down.numbers) {
    pen.rect(LEFT, y(value), width - LEFT - RIGHT, 1, themed(value ? "grey-3" : "grey-8"));
    pen.text(fixed(value, down.decimals), LEFT - 6, y(value), { ...style, align: "right" });
  }
  for (const place of across.numbers) {
    pen.text(String(place), x(place), HIGH - BOTTOM + 14, { ...style, align: "center" });
  }
  pen.text(gettext("heads taken out"), (LEFT + width - RIGHT) / 2, HIGH - 8, { ...style, align: "center" });
}

// For exports.
function paintPruning(pen, view, width, dark) {
  paintCurves(pen, view, pruningLayout(view, width), dark);
  return { width, height: paintSigns(pen, signs(view, dark), HIGH + 6, width, dark) };
}

function pruningTable(view) {
  const rows = view.removed.flatMap((names, curve) => names.map((name, point) => {
    const i = curve * view.points + point;
    return [view.curves[curve], String(view.places[i]), fixed(view.values[i], 4), name];
  }));
  return { head: [gettext("order"), gettext("heads taken out"), view.asked, gettext("taken out last")], rows };
}
