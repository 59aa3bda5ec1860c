// ---- atlas: every head a dot, and heads that look alike close together ----------------------------------------------
//
// `x`, `y`, `model`, `layer`, `head`, `cluster`, `family` and `swatch` hold one number a head, `near` and
// `near_distance` some a head: its nearest heads and how far they are. Both axes have one scale, as only distances mean
// something.

import { css, ink, levelOf, paletteOf, themed } from "./colours.js";
import { add, addReadout, fillTip } from "./elements.js";
import { addSigns, legend, paintLegend } from "./legends.js";
import { CanvasPen, sharpCanvas, textWidth } from "./pens.js";
import { followPointer } from "./stage.js";
import { count, fixed, headName, layerName, number } from "./wording.js";

// For exports: laid out anew, with its legend.
const paint = (pen, view, width, dark) => paintAtlas(pen, view, width, dark);

export const renderer = { draw: drawAtlas, paint, table: atlasTable };

const ATLAS_EDGE = [34, 24]; // pixels around the dots, for labels
const ATLAS_HIGH = [260, 500];

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
  const cluster = `cluster ${view.cluster[i]}, with ${many}`;
  const near = nearOf(view, i).map(([other, distance]) => `${atlasName(view, other)} ${bits(distance)}`);
  return { cluster, family: view.families[view.family[i]], near };
}

function atlasTitle(view, i) {
  const { cluster, family, near } = atlasSays(view, i);
  return `${atlasName(view, i)}: ${[cluster, family, ...near].join("; ")}`;
}

export function atlasLayout(view, width) {
  const n = view.x.length;
  const radius = n <= 160 ? 6 : n <= 400 ? 5 : 3.5;
  const wider = ([low, high], value) => [Math.min(low, value), Math.max(high, value)];
  const ends = (values) => values.reduce(wider, [Infinity, -Infinity]);
  const [[left, right], [low, high]] = [ends(view.x), ends(view.y)];
  const wide = Math.max(200, Math.min(width, 1160));
  const tall = Math.max(ATLAS_HIGH[0], Math.min(ATLAS_HIGH[1], wide * 0.8));
  const scale = Math.min((wide - 2 * ATLAS_EDGE[0]) / (right - left), (tall - 2 * ATLAS_EDGE[1]) / (high - low));
  const size = Number.isFinite(scale) ? scale : 0; // all heads at one place
  const height = Math.max(120, Math.round((high - low) * size) + 2 * ATLAS_EDGE[1]);
  const spots = Array.from({ length: n }, (_, i) => [
    wide / 2 + (view.x[i] - (left + right) / 2) * size,
    height / 2 - (view.y[i] - (low + high) / 2) * size,
  ]);
  const layout = { radius, spots, width: wide, height };
  return { ...layout, labels: atlasLabels(view, layout), hulls: atlasHulls(view, spots) };
}

// Labels where there is room: of the chosen head, then of those that stand most alone. Each is [x, y, align, text].
function atlasLabels(view, { radius, spots, width, height }) {
  const alone = spots.map((_, i) => nearestSpot(spots, i));
  const order = spots.map((_, i) => i).sort((a, b) => (b === view.chosen) - (a === view.chosen) || alone[b] - alone[a]);
  const boxes = new Boxes();
  for (const [x, y] of spots) boxes.add([x - radius, y - radius, x + radius, y + radius]);
  const labels = new Map();
  for (const i of order) {
    const text = headName(view.layer[i], view.head[i]);
    const [[x, y], long, gap] = [spots[i], textWidth(text, 12), radius + (i === view.chosen ? 8 : 3)];
    const places = [
      ["left", x + gap, y], ["right", x - gap, y], ["center", x, y - gap - 6], ["center", x, y + gap + 7],
    ];
    for (const [align, at, line] of places) {
      const start = at - { left: 0, right: long, center: long / 2 }[align];
      const box = [start - 1, line - 7, start + long + 1, line + 7];
      if (box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height) continue;
      if (boxes.meets(box)) continue;
      boxes.add(box);
      labels.set(i, [at, line, align, text]);
      break;
    }
  }
  return labels;
}

// The squared distance of a dot from the nearest other.
function nearestSpot(spots, i) {
  let least = Infinity;
  for (let j = 0; j < spots.length; j++) {
    const far = (spots[i][0] - spots[j][0]) ** 2 + (spots[i][1] - spots[j][1]) ** 2;
    if (far < least && j !== i) least = far;
  }
  return least;
}

// Boxes that are taken, kept by squares of the picture, so that only neighbours are looked at.
class Boxes {
  constructor() {
    this.squares = new Map();
  }

  squaresOf([left, top, right, bottom]) {
    const names = [];
    for (let x = Math.floor(left / 64); x <= Math.floor(right / 64); x++) {
      for (let y = Math.floor(top / 64); y <= Math.floor(bottom / 64); y++) names.push(x * 1000 + y);
    }
    return names;
  }

  add(box) {
    for (const name of this.squaresOf(box)) this.squares.set(name, [...(this.squares.get(name) ?? []), box]);
  }

  meets(box) {
    const meet = (other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
    return this.squaresOf(box).some((name) => this.squares.get(name)?.some(meet));
  }
}

// The outlines of clusters of three heads or more, by their number.
function atlasHulls(view, spots) {
  return view.sizes.map((size, i) => (size < 3 ? null : hullOf(spots.filter((_, j) => view.cluster[j] === i + 1))));
}

// Andrew's monotone chain: the corners of the smallest convex outline.
export function hullOf(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered) => {
    const chain = [];
    for (const point of ordered) {
      while (chain.length > 1 && turns(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function turns(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
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

// An outline that goes round the dots of a cluster, closed, or nothing.
export function aroundCluster({ hulls, radius }, cluster) {
  const hull = hulls[cluster];
  if (!hull?.length) return [];
  const centre = [0, 1].map((axis) => hull.reduce((sum, point) => sum + point[axis], 0) / hull.length);
  const wider = hull.map((point) => {
    const [dx, dy] = [point[0] - centre[0], point[1] - centre[1]];
    const by = (radius + 5) / (Math.hypot(dx, dy) || 1);
    return [point[0] + dx * by, point[1] + dy * by];
  });
  return [...wider, wider[0]];
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
  let [x, y] = [0, layout.height + 8];
  if (view.colour === "layer") y = paintLegend(pen, y, paletteOf(view, dark), ...layerEnds(view), dark);
  for (const [sign, words] of atlasSigns(view, dark)) {
    const long = 36 + textWidth(words, 12);
    if (x && x + long > width) [x, y] = [0, y + 20];
    sign(pen, x, y);
    pen.text(words, x + 20, y + 7, { size: 12, fill: ink(dark) });
    x += long;
  }
  return { width: layout.width, height: y + 22 };
}

// The nearest dot in a direction: within a right angle of it, or else in the half of the picture on that side.
export function nextDot(spots, from, [right, down]) {
  const ahead = (most) => {
    let [best, least] = [-1, Infinity];
    spots.forEach(([x, y], i) => {
      const [dx, dy] = [x - spots[from][0], y - spots[from][1]];
      const [along, aside] = [dx * right + dy * down, Math.abs(dx * down) + Math.abs(dy * right)];
      const far = Math.hypot(dx, dy);
      if (along > 0.5 && aside <= along * most && far < least) [best, least] = [i, far];
    });
    return best;
  };
  const narrow = ahead(1);
  return narrow >= 0 ? narrow : ahead(Infinity);
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

// The nearest dot within reach of a finger, as [i], or null.
export function dotAt({ spots, radius }, [x, y]) {
  let [best, least] = [null, radius + 8];
  spots.forEach(([u, v], i) => {
    const far = Math.hypot(x - u, y - v);
    if (far < least) [best, least] = [[i], far];
  });
  return best;
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

// Where a card stands: to the right of a dot, or to its left, or below where neither side has room.
export function placeTip(layout, [x, y], [wide, tall]) {
  const beside = Math.max(0, Math.min(y - 12, layout.height - tall));
  if (x + 16 + wide <= layout.width) return [x + 16, beside];
  if (x - 16 - wide >= 0) return [x - 16 - wide, beside];
  return [Math.max(0, Math.min(x - wide / 2, layout.width - wide)), y + 16];
}

function atlasTable(view) {
  const rows = Array.from(view.x, (_, i) => [
    atlasName(view, i), String(view.cluster[i]), view.families[view.family[i]], number(view.x[i]), number(view.y[i]),
    nearOf(view, i).map(([other, distance]) => `${atlasName(view, other)} ${fixed(distance, 3)}`).join(", "),
  ]);
  return { head: ["head", "cluster", "in general", "x (√bits)", "y (√bits)", "nearest, with bits"], rows };
}
