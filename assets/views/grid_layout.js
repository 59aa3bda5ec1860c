// Where the pictures of a grid stand: by layers and heads, in one or several blocks side by side, or one after another.

import { cellAt } from "./stage.js";

export const MOST = 78; // pixels of a picture
const SEEN = 72; // from here on one sees what is in it
const LARGE = 112; // of a few pictures on a phone
const LEAST = 5;
const NAMED = 44; // from here on a name has room above its picture
const NAME = 20;
const BETWEEN = 10; // blocks
const PLAIN = { left: 36, top: 22 };
const FITTED = { left: 30, top: 20 };
const EVERY = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 64];

// Pictures that are small stand close together.
function gapOf(side) {
  return side >= 40 ? 4 : side >= 24 ? 3 : side >= 12 ? 2 : 1;
}

// All pictures in a width; of `height` they fit into that too, as large as can be, or are `side` pixels large, if that
// is larger.
export function gridLayout(view, width, { height, side } = {}) {
  const flows = view.sorted || view.own_names; // each picture carries its name
  if (height === undefined) return flows ? plainFlow(view, width) : plainBlock(view, width);
  const fit = flows ? fittedFlow(view, width, height) : fittedBlocks(view, width, height);
  if (!(side > fit.side)) return fit;
  return flows ? flowOf(view, width, side) : widest(view, width, side, fit.blocks);
}

// For a page that may be as long as it has to, and should not be empty at its right.
export function sheetLayout(view, width) {
  if (view.sorted || view.own_names) return flowOf(view, width, MOST);
  const layers = layersOf(view);
  let blocks = 1;
  while (layers >= 4 * (blocks + 1) && blocksOf(view, blocks, MOST).width < 0.75 * width) blocks++;
  return blocksOf(view, blocks, sideFor(view, blocks, width), PLAIN);
}

function layersOf(view) {
  return Math.floor((view.cells?.at(-1) ?? view.names.length - 1) / view.across) + 1;
}

function plainBlock(view, width) {
  return blocksOf(view, 1, Math.max(9, sideFor(view, 1, width)), PLAIN, 4);
}

// The side of pictures, 4 pixels apart, that so many blocks have in a width.
function sideFor(view, blocks, width) {
  const room = (width - (blocks - 1) * BETWEEN) / blocks - PLAIN.left;
  return Math.min(MOST, Math.floor(room / view.across) - 4);
}

function fittedBlocks(view, width, height) {
  const layers = layersOf(view);
  for (let side = MOST; side >= LEAST; side--) {
    for (let blocks = 1; blocks <= layers; blocks++) {
      const layout = blocksOf(view, blocks, side);
      if (layout.width > width) break;
      if (layout.height <= height) return layout;
    }
  }
  return widest(view, width, LEAST, layers);
}

// As many blocks as fit beside each other, at most `most`.
function widest(view, width, side, most) {
  let layout = blocksOf(view, 1, side);
  for (let blocks = 2; blocks <= most; blocks++) {
    const wider = blocksOf(view, blocks, side);
    if (wider.width > width) break;
    layout = wider;
  }
  return layout;
}

// Layers down and heads across, in several blocks side by side where there are many layers.
function blocksOf(view, blocks, side, { left, top } = FITTED, gap = gapOf(side)) {
  const { across } = view;
  const [rows, step] = [Math.ceil(layersOf(view) / blocks), side + gap];
  const blockStep = left + across * step + BETWEEN;
  const size = { width: blocks * blockStep - BETWEEN, height: top + rows * step };
  return placed(view, { left, top, side, gap, across, blocks, blockStep, rows, step, stepDown: step, ...size });
}

function plainFlow(view, width) {
  if (view.names.length < view.across) return fewInFlow(view, width);
  const fits = Math.floor((width - 2) / view.across) - 4;
  return flowOf(view, width, Math.max(NAMED, Math.min(MOST, fits)), 4, view.across);
}

// In one line where all have room in it; on a phone larger, in several lines.
function fewInFlow(view, width) {
  const inLine = Math.floor((width - 2) / view.names.length) - 4;
  if (inLine >= SEEN) return flowOf(view, width, Math.min(MOST, inLine), 4);
  const across = Math.max(1, Math.floor((width - 2) / (LARGE + 4)));
  return flowOf(view, width, Math.min(LARGE, Math.floor(width - 2) - 4), 4, across);
}

function fittedFlow(view, width, height) {
  for (let side = MOST; side >= LEAST; side--) {
    const layout = flowOf(view, width, side);
    if (layout.height <= height) return layout;
  }
  return flowOf(view, width, LEAST);
}

// One after another, each with its name where there is room for it.
function flowOf(view, width, side, gap = gapOf(side), most = Infinity) {
  const step = side + gap;
  const across = Math.max(1, Math.min(most, view.names.length, Math.floor((width - 2) / step)));
  const named = side >= NAMED;
  const [rows, top, stepDown] = [Math.ceil(view.names.length / across), named ? 16 : 2, named ? side + NAME : step];
  const size = { width: 2 + across * step, height: top + rows * stepDown };
  const one = { left: 2, top, side, gap, across, blocks: 1, blockStep: Infinity, rows, step, stepDown, ...size };
  return placed(view, { ...one, named, flows: true });
}

// Layers may have different numbers of heads: then cells at the end of some rows are empty.
function placed(view, layout) {
  const { left, top, across, blocks, blockStep, rows, step, stepDown } = layout;
  const pictures = view.cells && new Map(view.cells.map((cell, i) => [cell, i]));
  const placeOf = (i) => {
    const cell = view.cells?.[i] ?? i;
    const layer = Math.floor(cell / across);
    const block = Math.floor(layer / rows);
    return [layer - block * rows, block * across + (cell % across)];
  };
  const at = (i) => {
    const [row, column] = placeOf(i);
    const block = Math.floor(column / across);
    return [left + (block && block * blockStep) + (column % across) * step, top + row * stepDown];
  };
  const pictureAt = (row, column) => {
    const cell = (Math.floor(column / across) * rows + row) * across + (column % across);
    return pictures ? pictures.get(cell) ?? -1 : cell < view.names.length ? cell : -1;
  };
  return { ...layout, columns: blocks * across, placeOf, at, pictureAt };
}

// The cell at a point as [row, column], or null.
export function gridCell(layout, [x, y]) {
  const { left, top, step, stepDown, rows, across, blocks, blockStep, pictureAt } = layout;
  const block = Math.max(0, Math.min(blocks - 1, Math.floor((x - left) / blockStep)));
  const inBlock = [x - (block && block * blockStep), y];
  const cell = cellAt(inBlock, { left, top, wide: step, high: stepDown, rows, columns: across });
  if (!cell || pictureAt(cell[0], block * across + cell[1]) < 0) return null;
  return [cell[0], block * across + cell[1]];
}

// Which of many labels are written, so that none meets the next: every first, second, third …
export function labelEvery(step, room) {
  return EVERY.find((every) => every * step >= room) ?? EVERY.at(-1);
}

// How many levels a picture has in each direction: more than there are pixels would be left out by chance.
export function pooledLevels({ levels, names, rows, columns, signed }, cells) {
  const [tall, wide] = [Math.min(rows, cells), Math.min(columns, cells)];
  const pooled = new Uint8Array(names.length * tall * wide);
  const stronger = signed ? (a, b) => (Math.abs(a - 128) > Math.abs(b - 128) && a > 0) || b === 0 : (a, b) => a > b;
  const spans = (n, size) => Array.from({ length: size }, (_, i) => [
    Math.floor((i * n) / size), Math.ceil(((i + 1) * n) / size),
  ]);
  const [down, across] = [spans(rows, tall), spans(columns, wide)];
  let to = 0;
  for (let begin = 0; begin < names.length * rows * columns; begin += rows * columns) {
    for (const [first, end] of down) {
      for (const [left, right] of across) {
        let best = levels[begin + first * columns + left];
        for (let row = first; row < end; row++) {
          for (let column = left; column < right; column++) {
            const level = levels[begin + row * columns + column];
            if (stronger(level, best)) best = level;
          }
        }
        pooled[to++] = best;
      }
    }
  }
  return { levels: pooled, rows: tall, columns: wide };
}
