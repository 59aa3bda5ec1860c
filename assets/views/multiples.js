// ---- multiples: of several heads a small heatmap each, all on one scale; part of the view of a head -----------------

import { sharpCanvas } from "./canvases.js";
import { ink } from "./colours.js";
import { add } from "./elements.js";
import { cellTip, paintHeatmap, putMarks, TURN } from "./heatmap.js";
import { CanvasPen, textWidth } from "./pens.js";
import { cellAt, followPointer, stage } from "./stage.js";
import { gettext } from "./texts.js";
import { shareIn } from "./wording.js";

const [SIZE, TITLE, BETWEEN] = [11, 22, 14]; // of labels; pixels for a title, and between two maps
const LARGEST = 26; // pixels of a cell
// Up to so many maps, and tokens a side, cells are large enough for labels even if the maps then go on below.
const LABELLED = { maps: 4, tokens: 40 };

const widest = (labels) => Math.max(...labels.map((label) => textWidth(label, SIZE)));

// Maps in as many columns as let cells be largest; queries are named at the left of all, keys above the first row.
export function multiplesLayout(view, maps, width, tall) {
  const { queries, keys, cells, label_pixels: least } = view;
  const left = Math.min(120, Math.ceil(widest(queries)) + 10);
  const above = Math.min(100, Math.ceil(widest(keys) * Math.sin(TURN)) + SIZE);
  const tail = Math.min(70, Math.ceil(widest(keys) * Math.cos(TURN)));
  const fits = (columns) => {
    const rows = Math.ceil(maps / columns);
    const across = (width - left - tail - (columns - 1) * BETWEEN) / (columns * keys.length);
    const down = (tall - above - rows * (TITLE + BETWEEN)) / (rows * queries.length);
    return { columns, across, cell: Math.min(across, down, LARGEST) };
  };
  const all = Array.from({ length: maps }, (_, i) => fits(i + 1));
  let best = all.reduce((most, one) => (one.cell > most.cell ? one : most));
  const few = maps <= LABELLED.maps && Math.max(queries.length, keys.length) <= LABELLED.tokens;
  if (best.cell < least && few) {
    best = { ...(all.filter(({ across }) => across >= least).at(-1) ?? all[0]), cell: least };
  }
  return placed(view, maps, best.columns, Math.max(cells[0], Math.floor(best.cell)), { left, above, tail });
}

function placed({ queries, keys, label_pixels: least }, maps, columns, cell, room) {
  const labelled = cell >= least;
  const [left, above, tail] = labelled ? [room.left, room.above, room.tail] : [0, 0, 0];
  const [mapWidth, mapHeight] = [cell * keys.length, cell * queries.length];
  const rows = Math.ceil(maps / columns);
  const [stepRight, stepDown] = [mapWidth + BETWEEN, TITLE + mapHeight + BETWEEN];
  const at = (i) => [
    left + (i % columns) * stepRight, above + TITLE + Math.floor(i / columns) * stepDown,
  ];
  const width = left + Math.max(columns * stepRight - BETWEEN, 90) + tail;
  return { columns, cell, labelled, left, above, mapWidth, mapHeight, at, width, height: above + rows * stepDown };
}

// Which cell of which map is at a point: [map, query, key], or null.
export function mapCellAt({ at, cell }, { queries, keys }, maps, [x, y]) {
  for (let i = 0; i < maps; i++) {
    const [left, top] = at(i);
    const met = cellAt([x, y], { left, top, wide: cell, high: cell, rows: queries.length, columns: keys.length });
    if (met) return [i, ...met];
  }
  return null;
}

export function paintMultiples(pen, layout, view, { maps }, table, dark) {
  const { columns, cell, labelled, left, above, mapWidth, mapHeight, at } = layout;
  const one = { left, top: 0, cell, size: SIZE, upright: true, labelled, mapWidth, mapHeight };
  maps.forEach(({ name, values, colour }, i) => {
    const [x, y] = at(i);
    const title = y - 12 - (i < columns ? above : 0);
    pen.rect(x, title - 6, 12, 12, colour);
    pen.text(name, x + 17, title, { size: 13, fill: ink(dark), bold: true });
    const sides = labelled ? [...(i % columns ? [] : ["query"]), ...(i < columns ? ["key"] : [])] : [];
    pen.group(x - left, y, () => paintHeatmap(pen, one, view, values, table, dark, sides));
  });
}

// The small heatmaps on the screen. What is pointed at in one is marked in all.
export function drawMultiples(parent, view, numbers, { dark, table, layout }) {
  const { queries, keys } = view;
  const { maps } = numbers;
  let [tell, turn] = [() => {}, null];
  const label = gettext("{label}, one map for each head", { label: view.label });
  const { box, scroll, to } = stage(parent, "heatmap", label, queries.length, keys.length, {
    go: (query, key) => tell({ query, key }),
    turn: (down, right) => turn?.(down, right),
  });
  scroll.style.maxHeight = "none"; // the page scrolls
  box.style.width = `${layout.width}px`;
  paintMultiples(new CanvasPen(sharpCanvas(box, layout.width, layout.height)), layout, view, numbers, table, dark);
  const marks = maps.map(() => ["band", "band", "mark"].map((kind) => add(box, "div", kind)));
  const cornerOf = (map) => ({ ...layout, left: layout.at(map)[0], top: layout.at(map)[1] });
  const tip = cellTip(box, layout.width, view);
  const over = ([, query, key]) => to(query, key);
  const tap = ([map, query, key]) => {
    to(query, key);
    const lines = maps.map(({ name, values }) => `${name} ${shareIn(view, values[query * keys.length + key])}`);
    tip.show(cornerOf(map), { query, key }, lines);
  };
  const find = (point) => mapCellAt(layout, view, maps.length, point);
  followPointer(box, find, { over, away: () => tell({}), click: over, tap });
  return {
    connect: (...others) => {
      [tell, turn] = others;
    },
    point: (met) => {
      tip.hide();
      marks.forEach((mark, i) => putMarks(mark, cornerOf(i), met));
    },
    repaint() {}, // its numbers are drawn once
  };
}
