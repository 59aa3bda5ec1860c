// ---- atlas: every head a dot, and heads that look alike close together ----------------------------------------------
//
// `x`, `y`, `model`, `layer`, `head`, `cluster`, `family` and `swatch` hold one number a head, `near` and
// `near_distance` some a head: its nearest heads and how far they are. Both axes have one scale, as only distances mean
// something.

import { sharpCanvas } from "./canvases.js";
import { css, ink, levelOf, paletteOf, themed } from "./colours.js";
import { aroundCluster, atlasLayout, dotAt, nextDot, placeTip } from "./dots.js";
import { add, addReadout, fillTip } from "./elements.js";
import { addSigns, legend, paintLegend, paintSigns } from "./legends.js";
import { CanvasPen } from "./pens.js";
import { followPointer } from "./stage.js";
import { count, fixed, headName, layerName, number } from "./wording.js";

// For exports: laid out anew, with its legend.
const paint = (pen, view, width, dark) => paintAtlas(pen, view, width, dark);

export const renderer = { draw: drawAtlas, paint, table: atlasTable };

function atlasName(view, i) {
  const name = headName(view.layer[i], view.head[i]);
  return view.models.length > 1 ? `${name} of ${view.models[view.model[i]]}` : name;
}

const bits = (distance) => `${fixed(distance, 3)} bits`;

function nearOf(view, i) {
  const pair = (_, k) => [view.near[i * view.n_near + k], view.near_distance[i * view.n_near + k]];
  return Array.from({ length: view.n_near }, pair);
}

// What there is to say of one head, a line each.
function atlasSays(view, i) {
  const others = view.sizes[view.cluster[i] - 1] - 1;
  const many = `${others ? count(others) : "no"} other head${others === 1 ? "" : "s"}`;
  const cluster = `${view.clusters[view.cluster[i] - 1]}, with ${many}`;
  const near = nearOf(view, i).map(([other, distance]) => `${atlasName(view, other)} ${bits(distance)}`);
  return { cluster, family: view.families[view.family[i]], near };
}

function atlasTitle(view, i) {
  const { cluster, family, near } = atlasSays(view, i);
  return `${atlasName(view, i)}: ${[cluster, family, ...near].join("; ")}`;
}

function atlasColours(view, dark) {
  if (view.colour === "layer") {
    const table = paletteOf(view, dark);
    return Array.from(view.layer, (layer) => css(table, levelOf(layer, 0, view.deepest || 1)));
  }
  return Array.from(view.swatch, (swatch) => view.swatches[swatch][dark ? "dark" : "light"]);
}

// Heads of the first model are discs, of the second diamonds.
function paintDot(pen, second, [x, y], radius, fill, stroke, thick, title) {
  if (!second) return pen.disc(x, y, radius, { fill, stroke, thick, title });
  const r = radius * 1.25;
  return pen.path([[x, y - r], [x + r, y], [x, y + r], [x - r, y], [x, y - r]], { fill, stroke, thick, title });
}

function paintHeads(pen, view, layout, dark, among) {
  const colours = atlasColours(view, dark);
  for (const i of among) {
    const title = pen.keepsTitles ? atlasTitle(view, i) : undefined;
    const edge = themed("dot-edge", dark);
    paintDot(pen, view.model[i] === 1, layout.spots[i], layout.radius, colours[i], edge, 1, title);
  }
  for (const i of among) {
    const [x, y, align, text] = layout.labels.get(i) ?? [];
    if (text) pen.text(text, x, y, { size: 12, align, fill: ink(dark), bold: i === view.chosen });
  }
  if (among.includes(view.chosen)) {
    const { spots, radius } = layout;
    paintDot(pen, view.model[view.chosen] === 1, spots[view.chosen], radius + 3, undefined, themed("mark"), 3);
  }
}

function paintAtlas(pen, view, width, dark, layout = atlasLayout(view, width), withLegend = true) {
  paintHeads(pen, view, layout, dark, layout.spots.map((_, i) => i));
  return withLegend ? paintAtlasLegend(pen, view, layout, width, dark) : layout;
}

// What colours and shapes stand for: [paint a sign around (7, 7), words].
function atlasSigns(view, dark) {
  const dot = (second, radius, fill, stroke, thick) => (pen, x, y) =>
    paintDot(pen, second, [x + 7, y + 7], radius, fill, stroke, thick);
  const signs = view.colour === "layer" ? [] : view.swatches.map(({ name, ...colour }, i) => [
    dot(view.colour === "model" && i === 1, 5.5, colour[dark ? "dark" : "light"], themed("grey-8"), 1), name,
  ]);
  if (view.models.length > 1 && view.colour !== "model") {
    signs.push(...view.models.map((name, i) => [dot(i === 1, 5, undefined, ink(dark), 1.5), name]));
  }
  return signs;
}

const layerEnds = (view) => [layerName(0), layerName(view.deepest), "layer"];

function paintAtlasLegend(pen, view, layout, width, dark) {
  let y = layout.height + 8;
  if (view.colour === "layer") y = paintLegend(pen, y, paletteOf(view, dark), ...layerEnds(view), dark);
  return { width: layout.width, height: paintSigns(pen, atlasSigns(view, dark), y, width, dark) };
}

function drawAtlas(body, view, width, send, dark, memory) {
  const layout = atlasLayout(view, width);
  const readout = addReadout(body, view.hint);
  const box = addAtlasBox(body, view, layout);
  const base = sharpCanvas(box, layout.width, layout.height);
  paintAtlas(new CanvasPen(base), view, width, dark, layout, false);
  const over = sharpCanvas(box, layout.width, layout.height); // the cluster under the pointer, before the faded rest
  Object.assign(over.canvas.style, { position: "absolute", left: 0, top: 0, pointerEvents: "none" });
  const card = add(box, "div", "card tip");
  const go = (i) => {
    memory.at = i;
    highlight(view, layout, over, base, dark, i);
    const { cluster, family, near } = atlasSays(view, i);
    const nearest = near.length ? `; nearest ${near[0]}` : "";
    readout.textContent = `${atlasName(view, i)}: ${[cluster, family].join(", ")}${nearest}`;
    const others = near.map((words, k) => `${k ? "then" : "nearest"}: ${words}`);
    fillTip(card, atlasName(view, i), [cluster, family, ...others]);
    const [left, top] = placeTip(layout, layout.spots[i], [card.offsetWidth, card.offsetHeight]);
    Object.assign(card.style, { left: `${left}px`, top: `${top}px` });
  };
  const clear = () => {
    card.style.display = "none";
    highlight(view, layout, over, base, dark, -1);
  };
  const choose = (i) => send("choose", [view.model[i], view.layer[i], view.head[i]]);
  const isNew = (i) => i !== memory.at || card.style.display !== "block";
  const pointed = { over: ([i]) => isNew(i) && go(i), away: clear, click: ([i]) => choose(i) };
  followPointer(box, (point) => dotAt(layout, point), pointed);
  box.addEventListener("blur", clear);
  box.addEventListener("keydown", (event) => atlasKey(event, view, layout, memory, { go, choose, clear }));
  if (view.colour === "layer") legend(body, paletteOf(view, dark), ...layerEnds(view));
  addSigns(body, atlasSigns(view, dark).map(([sign, words]) => [(pen) => sign(pen, 0, 0), words]));
}

function addAtlasBox(body, view, layout) {
  const box = add(body, "div", "stage");
  box.tabIndex = 0;
  const attributes = { role: "group", "aria-roledescription": "map", "aria-label": view.label };
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
  box.dataset.key = "atlas";
  Object.assign(box.style, { width: `${layout.width}px`, cursor: "pointer" });
  return box;
}

function atlasKey(event, view, layout, memory, { go, choose, clear }) {
  const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const n = layout.spots.length;
  const start = view.chosen ?? 0;
  const at = memory.at < n ? memory.at : start;
  const jumps = { PageUp: at - 1, PageDown: at + 1, Home: 0, End: n - 1 }; // heads at the same place are met this way
  if (event.key in steps) {
    const next = memory.at === undefined && view.chosen === null ? start : nextDot(layout.spots, at, steps[event.key]);
    go(next < 0 ? at : next);
  } else if (event.key in jumps) {
    go(Math.max(0, Math.min(n - 1, jumps[event.key])));
  } else if (event.key === "Enter" || event.key === " ") {
    choose(at);
  } else if (event.key === "Escape") {
    clear();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function highlight(view, layout, over, base, dark, i) {
  over.clearRect(0, 0, layout.width, layout.height);
  base.canvas.style.opacity = i < 0 ? 1 : 0.3;
  if (i < 0) return;
  const pen = new CanvasPen(over);
  for (const [other] of nearOf(view, i)) pen.line(...layout.spots[i], ...layout.spots[other], themed("mark"), 1.5, 0.8);
  const outline = aroundCluster(layout, view.cluster[i] - 1);
  if (outline.length) pen.path(outline, { stroke: themed("hull", dark), thick: 1.5 });
  const near = new Set(nearOf(view, i).map(([other]) => other));
  const among = layout.spots.map((_, j) => j).filter((j) => view.cluster[j] === view.cluster[i] || near.has(j));
  paintHeads(pen, view, layout, dark, among);
  paintDot(pen, view.model[i] === 1, layout.spots[i], layout.radius + 2, undefined, ink(dark), 2.5);
}

function atlasTable(view) {
  const rows = Array.from(view.x, (_, i) => [
    atlasName(view, i), String(view.cluster[i]), view.families[view.family[i]], number(view.x[i]), number(view.y[i]),
    nearOf(view, i).map(([other, distance]) => `${atlasName(view, other)} ${fixed(distance, 3)}`).join(", "),
  ]);
  return { head: ["head", "cluster", "in general", "x (√bits)", "y (√bits)", "nearest, with bits"], rows };
}
