// ---- a sound along its seconds, with what is listened to below it, on the page and in exports -----------------------

import { CellImage } from "./canvases.js";
import { ink, levelOf, paletteOf, rampOf, themed } from "./colours.js";
import { textWidth } from "./pens.js";
import { largest, restOf, rowOf, samplesOf } from "./timeline_rows.js";
import { fixed, headName } from "./wording.js";

export const HEADS = "heads"; // rows: every head, of the listener that is kept
export const LISTENERS = "listeners"; // or every listener, of the head that is kept
const BANDS = 80;
const [WAVE, BAND, MEL, AXIS, APART] = [56, 20, 72, 20, 6]; // pixels
const NARROW = 640; // pixels below which nothing stands at the right
const [LEAST, MOST, FILLS] = [4, 14, 420]; // pixels of a row, and of all of them together if they can be
const LABELLED = 10; // pixels of a row from which on it has a label
const REST = 28; // pixels of a bar that stands for everything
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10]; // seconds between numbers of the axis

// Where everything stands: areas as [top, height], times to pixels and back.
export function layout(view, width, rows = HEADS) {
  const n = rows === HEADS ? view.heads.length : view.listeners.length;
  const high = Math.max(LEAST, Math.min(MOST, Math.floor(FILLS / n)));
  const isNarrow = width < NARROW;
  const labels = rows === HEADS ? view.heads.map((head) => headName(...head)) : view.listeners;
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const left = Math.min(isNarrow ? 56 : 110, 12 + 7 * longest);
  const right = rows === HEADS && !isNarrow ? 76 : 10;
  const wide = Math.max(50, width - left - right);
  const tops = {};
  let top = 0;
  for (const [name, height] of [["wave", WAVE], ["band", BAND], ["mel", MEL], ["axis", AXIS], ["rows", n * high]]) {
    tops[name] = [top, height];
    top += height + (name === "mel" ? 0 : APART);
  }
  const scale = wide / (view.end - view.begin);
  return {
    ...tops, n, high, left, right, wide, width: left + wide + right, height: top, labels, isNarrow,
    xOf: (time) => left + (time - view.begin) * scale,
    timeAt: (x) => view.begin + Math.max(0, Math.min(wide, x - left)) / scale,
    areaAt: (y) => Object.keys(tops).find((name) => y >= tops[name][0] && y < tops[name][0] + tops[name][1]),
    rowAt: (y) => Math.floor((y - tops.rows[0]) / high),
    ticks: ticksOf(view.begin, view.end, wide),
  };
}

// Seconds at which the axis has a number: as many as have room.
function ticksOf(begin, end, wide) {
  const step = STEPS.find((one) => (one / (end - begin)) * wide >= 60) ?? STEPS.at(-1);
  const first = Math.ceil(begin / step - 1e-6);
  const n = Math.floor(end / step + 1e-6) - first + 1;
  return Array.from({ length: Math.max(0, n) }, (_, i) => Math.round((first + i) * step * 10) / 10);
}

// The rows that are shown, each as what it shows and how it is called.
export function rowsOf(view, rows, query, chosen) {
  if (rows === HEADS) return view.heads.map((_, i) => rowOf(view, i, query));
  return view.listeners.map((_, i) => rowOf(view, chosen, i));
}

export function paintTimeline(pen, view, width, dark, memory = {}) {
  const [rows, query, chosen] = [memory.rows ?? HEADS, memory.kept ?? view.query, memory.head ?? view.chosen];
  const place = layout(view, width, rows);
  paintWave(pen, view, place, dark);
  paintBand(pen, view, place, dark, query);
  paintMel(pen, view, place, dark);
  paintAxis(pen, place, dark);
  paintRows(pen, view, place, dark, { rows, query, chosen, isCommon: memory.common });
  return { width: place.width, height: place.height };
}

// Of each pixel the lowest and the highest sample.
export function outline(samples, wide) {
  const per = samples.length / wide;
  return Array.from({ length: wide }, (_, i) => {
    let [low, high] = [1, -1];
    const end = Math.max(Math.floor((i + 1) * per), Math.floor(i * per) + 1);
    for (let k = Math.floor(i * per); k < end && k < samples.length; k++) {
      low = Math.min(low, samples[k]);
      high = Math.max(high, samples[k]);
    }
    return low > high ? [0, 0] : [low, high];
  });
}

function paintWave(pen, view, { wave: [top, high], left, wide }, dark) {
  const samples = (view.samples ??= samplesOf(view.sound));
  const lines = outline(samples, Math.round(wide));
  const most = lines.reduce((top_, [low, up]) => Math.max(top_, -low, up), 1e-4);
  const y = (value) => top + high / 2 - (value / most) * (high / 2 - 1);
  const above = lines.map(([, up], i) => [left + i, y(up) - 0.4]);
  const below = lines.map(([low], i) => [left + i, y(low) + 0.4]).reverse();
  pen.path([...above, ...below], { fill: themed("arc", dark) });
}

// Words where they were said.
function paintBand(pen, view, { band: [top, high], xOf }, dark, query) {
  view.times.forEach(([begin, end], i) => {
    const [x, wide] = [xOf(begin), xOf(end) - xOf(begin)];
    if (view.attention !== "cross") {
      if (i === query) pen.rect(x, top, Math.max(3, wide), high, themed("mark"));
      return;
    }
    pen.rect(x + 0.5, top, Math.max(1, wide - 1), high, i === query ? themed("mark") : themed("strip", dark));
    const fill = i === query ? themed("on-light") : ink(dark);
    const [word, most] = [view.listeners[i], wide - 2];
    if (textWidth(word, 12) > 1.15 * most) return;
    pen.text(word, x + wide / 2, top + high / 2, { size: 12, align: "center", fill, most });
  });
}

function paintMel(pen, view, { mel: [top, high], left, xOf }, dark) {
  const columns = view.mel.length / BANDS;
  const grey = rampOf([themed("paper", dark), themed("ink", dark)]);
  const level = (i) => view.mel[(BANDS - 1 - Math.floor(i / columns)) * columns + (i % columns)];
  const image = new CellImage(BANDS, columns, level, grey, themed("paper", dark));
  pen.cells(left, top, xOf(view.begin + columns * view.hop) - left, high, image);
}

function paintAxis(pen, { axis: [top], ticks, xOf, left, wide }, dark) {
  pen.line(left, top + 0.5, left + wide, top + 0.5, themed("frame", dark), 1, 1);
  for (const time of ticks) {
    pen.line(xOf(time), top, xOf(time), top + 4, themed("arc", dark), 1, 1);
    pen.text(`${time} s`, xOf(time), top + 12, { size: 12, align: "center", fill: ink(dark) });
  }
}

function paintRows(pen, view, place, dark, { rows, query, chosen, isCommon }) {
  const { rows: [top], high, left, n, xOf, labels, isNarrow } = place;
  const shown = rowsOf(view, rows, query, chosen);
  const tops = shown.map(largest);
  const all = tops.reduce((most, one) => Math.max(most, one), 0);
  const table = paletteOf(view, dark);
  shown.forEach((row, i) => {
    const [blocks, most] = [row.shares.length, isCommon ? all : tops[i]];
    const image = new CellImage(1, blocks, (k) => levelOf(row.shares[k], 0, most), table, themed("paper", dark));
    const y = top + i * high;
    pen.cells(left, y, xOf(view.begin + blocks * row.side * view.step) - left, high - (high > 6 ? 1 : 0), image);
    if (high >= LABELLED || beginsLayer(view, rows, i)) {
      const bold = rows === HEADS && view.listed[i];
      const style = { fill: ink(dark), align: "right", bold, most: left - 8 };
      pen.text(labels[i], left - 6, y + high / 2, { ...style, size: Math.min(12, Math.max(11, high - 3)) });
    }
    if (rows === HEADS && !isNarrow) paintBeside(pen, view, place, dark, i, query);
  });
  const at = rows === HEADS ? chosen : query;
  pen.box(left - 1, top + at * high - 1, place.wide + 2, high + (high > 6 ? 1 : 2), themed("mark"), 2);
  if (n > 1 && rows === HEADS) layerLines(pen, view, place, dark);
}

// Rows that are too low for a label each have one where a layer begins.
function beginsLayer(view, rows, i) {
  return rows === HEADS && (i === 0 || view.heads[i][0] !== view.heads[i - 1][0]);
}

function layerLines(pen, view, { rows: [top], high, left, wide }, dark) {
  view.heads.forEach((_, i) => {
    if (i && beginsLayer(view, HEADS, i)) {
      pen.line(4, top + i * high - 0.5, left + wide, top + i * high - 0.5, themed("map-frame", dark), 1, 1);
    }
  });
}

// What goes to no frame that is shown, and whether a head follows the words.
function paintBeside(pen, view, { rows: [top], high, left, wide }, dark, i, query) {
  const [x, y, tall] = [left + wide + 6, top + i * high, Math.max(2, Math.min(8, high - 4))];
  pen.rect(x, y + (high - tall) / 2, REST, tall, themed("grey-3"));
  pen.rect(x, y + (high - tall) / 2, REST * Math.min(1, restOf(view, i, query)), tall, themed("grey"));
  if (view.rises && high >= LABELLED) {
    const style = { size: 11, fill: ink(dark), align: "right", bold: view.listed[i] };
    pen.text(fixed(view.rises[i], 2), x + REST + 34, y + high / 2, style);
  }
}
