// ---- heatmap: queries down, keys across; part of the views of a head and of a comparison ----------------------------

import { CellImage, sharpCanvas } from "./canvases.js";
import { ink, levelOf, readableOn, secondInk, themed } from "./colours.js";
import { add, addTip, place } from "./elements.js";
import { CanvasPen, textWidth } from "./pens.js";
import { cellAt, followPointer, stage } from "./stage.js";
import { gettext } from "./texts.js";
import { fixed, shareIn, shortIn } from "./wording.js";

export const TURN = 0.95; // radians that the labels of keys are turned where they have no room to lie

export function heatmapLayout(view, width, tall) {
  const { queries, keys, cells, label_pixels: labelPixels } = view;
  const widest = (labels, size) => Math.max(...labels.map((label) => textWidth(label, size)));
  const left = Math.min(150, Math.ceil(widest(queries, 14)) + 12);
  const smallest = Math.max(queries.length, keys.length) <= view.labelled_tokens ? labelPixels : cells[0];
  let cell = cells[1];
  let size, longest, upright, tail;
  for (let tries = 0; tries < 2; tries++) {
    size = Math.max(11, Math.min(15, cell - 2));
    longest = widest(keys, size);
    upright = longest > cell - 4;
    tail = upright ? Math.min(80, Math.ceil(longest * 0.58)) : 0;
    const fits = Math.min((width - left - tail - 4) / keys.length, Math.max(22, tall / queries.length));
    cell = Math.max(smallest, Math.min(cells[1], Math.floor(fits)));
  }
  const labelled = cell >= labelPixels;
  const top = labelled ? Math.min(130, Math.ceil(upright ? longest * 0.82 + size : size) + 10) : 16;
  const [mapWidth, mapHeight] = [cell * keys.length, cell * queries.length];
  const [across, down] = [left + mapWidth + tail, top + mapHeight + 2];
  return { left, top, cell, size, upright, labelled, mapWidth, mapHeight, width: across, height: down };
}

export function paintHeatmap(pen, layout, view, values, table, dark, sides = ["query", "key"]) {
  const { queries, keys, low, high } = view;
  const { left, top, mapWidth, mapHeight } = layout;
  const title = (row, column) => {
    return `${queries[row]} → ${keys[column]}: ${shareIn(view, values[row * keys.length + column])}`;
  };
  const levelAt = (i) => levelOf(values[i], low, high);
  const image = new CellImage(queries.length, keys.length, levelAt, table, view.masked[dark ? "dark" : "light"], title);
  pen.cells(left, top, mapWidth, mapHeight, image);
  pen.box(left + 0.5, top + 0.5, mapWidth, mapHeight, themed("map-frame", dark));
  if (layout.labelled) paintLabels(pen, layout, view, dark, sides);
  else if (sides.length) paintSize(pen, layout, view, dark);
  if (layout.cell >= 30) paintNumbers(pen, layout, view, values, (i) => readableOn(table, Math.max(0, levelAt(i))));
}

function paintSize(pen, { left, size }, { queries, keys }, dark) {
  const said = gettext("{size}: point to read a cell", { size: `${queries.length} × ${keys.length}` });
  pen.text(said, left, 7, { size, fill: ink(dark) });
}

function paintLabels(pen, { left, top, cell, size, upright }, { queries, keys, second }, dark, sides) {
  const of = (side, i) => ({ size, fill: second[side][i] ? secondInk(dark) : ink(dark) });
  if (sides.includes("query")) queries.forEach((label, i) => {
    pen.text(label, left - 6, top + (i + 0.5) * cell, { ...of("query", i), align: "right", most: left - 8 });
  });
  if (sides.includes("key")) keys.forEach((label, i) => {
    const [x, y] = [left + (i + 0.5) * cell, top - (upright ? 6 : 10)];
    const turned = { align: upright ? "left" : "center", angle: upright ? -TURN : 0 };
    pen.text(label, x, y, { ...of("key", i), ...turned, most: 150 });
  });
}

function paintNumbers(pen, { left, top, cell }, view, values, fillOf) {
  const isShare = view.unit === "share";
  for (let i = 0; i < values.length; i++) {
    if (values[i] === -Infinity || (isShare && values[i] < 0.05)) continue;
    const text = isShare ? shortIn(view, values[i]) : fixed(values[i], view.decimals ?? 1).replace(/^-(0\.0)$/, "$1");
    const [row, column] = [Math.floor(i / view.keys.length), i % view.keys.length];
    const [x, y] = [left + (column + 0.5) * cell, top + (row + 0.5) * cell];
    const size = Math.min(13, cell * (view.in_percent ? 0.3 : 0.36));
    pen.text(text, x, y, { size, align: "center", fill: fillOf(i) });
  }
}

// What is at a point: a cell as { query, key }, one of the two where the point is on a label, or null.
export function placeAt({ left, top, cell, upright, labelled }, grid, [x, y]) {
  const inside = cellAt([x, y], grid);
  if (inside) return { query: inside[0], key: inside[1] };
  const [row, column] = [Math.floor((y - top) / cell), Math.floor((x - left - leaning(upright, top - y)) / cell)];
  if (labelled && x < left && row >= 0 && row < grid.rows) return { query: row };
  if (labelled && y < top && column >= 0 && column < grid.columns) return { key: column };
  return null;
}

// How far right of its column a turned label is, so high above the map.
function leaning(upright, high) {
  return upright ? Math.max(0, high - 6) / Math.tan(TURN) : 0;
}

// The heatmap on the screen; `open`, where there is one, is called with the cell that is clicked.
export function drawHeatmap(parent, view, { dark, table, layout, open }) {
  const { queries, keys } = view;
  const { left, top, cell } = layout;
  const grid = { left, top, wide: cell, high: cell, rows: queries.length, columns: keys.length };
  let [tell, turn] = [() => {}, null];
  const { box, to } = stage(parent, view.key ?? "heatmap", view.label, grid.rows, grid.columns, {
    go: (query, key) => tell({ query, key }),
    turn: (down, right) => turn?.(down, right),
    open,
  });
  Object.assign(box.style, { width: `${layout.width}px`, cursor: open ? "pointer" : "" });
  const context = sharpCanvas(box, layout.width, layout.height);
  const pen = new CanvasPen(context);
  const marks = ["band", "band", "mark"].map((kind) => add(box, "div", kind));
  const at = (point) => placeAt(layout, grid, point);
  const isCell = ({ query, key }) => query !== undefined && key !== undefined;
  const over = (met) => (isCell(met) ? to(met.query, met.key) : tell(met));
  const tip = cellTip(box, layout.width, view);
  let drawn = [];
  const tap = (met) => {
    over(met);
    if (isCell(met)) tip.show(layout, met, [shareIn(view, drawn[met.query * keys.length + met.key])]);
  };
  const acts = open ? { click: (met) => isCell(met) && open(met.query, met.key) } : { click: over, tap };
  followPointer(box, at, { over, away: () => tell({}), ...acts });
  return {
    connect: (...others) => {
      [tell, turn] = others;
    },
    point(met) {
      tip.hide();
      putMarks(marks, layout, met);
    },
    repaint(values) {
      drawn = values;
      context.clearRect(0, 0, layout.width, layout.height);
      paintHeatmap(pen, layout, view, values, table, dark);
    },
  };
}

// What a finger has met is said beside it: a cell of a map that begins at a corner, and lines of what it holds.
export function cellTip(box, width, { queries, keys }) {
  const tip = addTip(box, width);
  return {
    hide: tip.hide,
    show({ left, top, cell }, { query, key }, lines) {
      tip.show([left + key * cell, top + (query + 1) * cell + 6], `${queries[query]} → ${keys[key]}`, lines);
    },
  };
}

// The marks of a row, of a column and of the cell of both, where they are pointed at.
export function putMarks([row, column, mark], { left, top, cell, mapWidth, mapHeight }, { query, key }) {
  for (const element of [row, column, mark]) element.style.display = "none";
  if (query !== undefined) place(row, left, top + query * cell, mapWidth, cell);
  if (key !== undefined) place(column, left + key * cell, top, cell, mapHeight);
  if (query !== undefined && key !== undefined) place(mark, left + key * cell, top + query * cell, cell, cell);
}
