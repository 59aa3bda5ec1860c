// The pictures of a grid with their labels and frames, with any pen.

import { CellImage } from "./canvases.js";
import { ink, paletteOf, themed } from "./colours.js";
import { groupOf } from "./grid_preview.js";
import { labelEvery, pooledLevels, sheetLayout } from "./grid_layout.js";
import { tintOf, tintRamps, tintsSay, tintTables } from "./grid_tints.js";
import { paintLegend, paintRamps, paintSigns } from "./legends.js";
import { gettext } from "./texts.js";
import { number, shortIn } from "./wording.js";

const TALLEST = 16000; // rows of an image that every browser draws
const LINE = 13; // pixels between two lines of labels
const FRAMED = 14; // pixels of a picture from which on its group is a frame around it, below it is a bar

// All pictures as images of some hundred each; `cells` are the most that one has room for in each direction.
export function gridImages(view, dark, cells = Infinity) {
  const table = paletteOf(view, dark);
  const pools = cells < Math.max(view.rows, view.columns);
  const { levels, rows, columns } = pools ? pooledLevels(view, Math.max(1, cells)) : view;
  const masked = view.masked[dark ? "dark" : "light"];
  const [images, each] = [[], Math.max(1, Math.floor(TALLEST / rows))];
  for (let first = 0; first < view.names.length; first += each) {
    const from = first * rows * columns;
    const levelAt = view.masked_level ? (i) => levels[from + i] || -1 : (i) => levels[from + i];
    images.push(new CellImage(Math.min(each, view.names.length - first) * rows, columns, levelAt, table, masked));
  }
  return { table, rows, of: (i) => [images[Math.floor(i / each)], (i % each) * rows] };
}

// For exports: laid out anew, with legends.
export function paintSheetOfGrid(pen, view, width, dark) {
  const layout = sheetLayout(view, width);
  const images = gridImages(view, dark, 2 * layout.side);
  paintGrid(pen, view, layout, images, dark);
  for (const [i, colour] of view.drawn ? drawnMarks(view, dark) : [[view.chosen ?? -1, themed("mark")]]) {
    if (i < 0) continue;
    const [x, y] = layout.at(i);
    pen.box(x - 2, y - 2, layout.side + 4, layout.side + 4, colour, 2);
  }
  let bottom = layout.height + 8;
  if (view.tints) bottom = paintRamps(pen, tintRamps(view, dark), tintsSay(view), bottom, width, dark);
  else bottom = paintLegend(pen, bottom, images.table, ...gridLegend(view), dark);
  if (view.swatches) bottom = paintSigns(pen, groupSigns(view, dark), bottom, width, dark);
  return { width: Math.max(layout.width, 420), height: bottom };
}

// Of several heads that are drawn side by side: which pictures they are, each with its colour there.
export function drawnMarks({ drawn, colours }, dark) {
  return (drawn ?? []).map(([i, place]) => [i, colours[dark ? "dark" : "light"][place]]);
}

export function paintGrid(pen, view, layout, images, dark) {
  const { side, at } = layout;
  const frame = themed("frame", dark);
  const tables = tintTables(view, dark);
  view.names.forEach((name, i) => {
    const [x, y] = at(i);
    if (view.tints) {
      const tint = tintOf(view, tables, i);
      if (tint) pen.rect(x, y, side, side, tint);
    } else {
      const [image, row] = images.of(i);
      pen.picture(x, y, side, side, image, row, images.rows);
    }
    pen.box(x - 0.5, y - 0.5, side + 1, side + 1, frame);
    const group = groupOf(view, i);
    if (group) paintGroup(pen, x, y, side, group[dark ? "dark" : "light"]);
    const style = { size: 11, align: "center", fill: ink(dark), most: side + 2 };
    if (layout.named) pen.text(name, x + side / 2, y - 9, style);
  });
  if (!layout.flows) paintNames(pen, view, layout, dark);
}

function paintGroup(pen, x, y, side, colour) {
  if (side >= FRAMED) pen.box(x, y, side, side, colour, 2);
  else pen.rect(x - 1, y, 3, side, colour);
}

// Layers at the left of each block and heads above it, no more of them than there is room for.
function paintNames(pen, view, { left, top, side, step, across, blocks, blockStep, placeOf, at }, dark) {
  const style = { size: 12, fill: ink(dark) };
  const everyRow = labelEvery(step, LINE);
  const seen = new Set();
  view.names.forEach((name, i) => {
    const [row, column] = placeOf(i);
    const [x, y] = at(i);
    const line = `${row} ${Math.floor(column / across)}`;
    if (row % everyRow || seen.has(line)) return;
    seen.add(line);
    pen.text(name.split(" ")[0], x - (column % across) * step - 6, y + side / 2, { ...style, align: "right" });
  });
  const longest = Math.max(...view.across_names.map((name) => name.length));
  const every = labelEvery(step, 7 * longest + 7);
  for (let column = 0; column < blocks * across; column++) {
    const [block, head] = [Math.floor(column / across), column % across];
    if (head % every) continue;
    const x = left + (block && block * blockStep) + head * step + side / 2;
    pen.text(view.across_names[head], x, top - 12, { ...style, align: "center" });
  }
}

// What colours and frames stand for.
export function gridLegend(view) {
  if (view.own_scales) return [
    gettext("smallest"), gettext("largest"), gettext("each map on its own scale, largest in each cell"),
  ];
  const top = view.in_percent ? shortIn(view, view.top) : view.top === 1 ? "1" : number(view.top);
  return [view.in_percent ? "0 %" : "0", top, gettext("largest in each cell")];
}

export function groupSigns(view, dark) {
  return view.swatches.map((group) => [
    (pen, x, y) => pen.box(x + 2, y + 2, 10, 10, group[dark ? "dark" : "light"], 2), group.name,
  ]);
}
