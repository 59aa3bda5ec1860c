// ---- panels: the numbers of one step, as matrices (rows are positions or heads) or as bars --------------------------

import { CellImage, sharpCanvas } from "./canvases.js";
import { css, ink, levelOf, paletteOf, themed } from "./colours.js";
import { add, addReadout, isTouched, place } from "./elements.js";
import { labelsSay, together } from "./labels.js";
import { legend, paintLegend } from "./legends.js";
import { CanvasPen } from "./pens.js";
import { cellAt, followPointer, stage } from "./stage.js";
import { gettext } from "./texts.js";
import { count, number, shareIn } from "./wording.js";

export const renderer = { draw: drawPanels, paint: paintPanels, table: panelsTable };

const BARS = { left: 120, full: 320, row: 22 }; // pixels, in exports

function drawPanels(body, view, width, send, dark) {
  const stack = add(body, "div", "panels");
  view.panels.forEach((panel) => {
    const values = view.values.subarray(panel.offset, panel.offset + panel.rows.length * panel.columns);
    const box = add(stack, "section", "panel");
    if (panel.share < 1 && width >= 640) box.style.maxWidth = `${panel.share * width - 12}px`;
    add(box, "h3", "", panel.title);
    const says = (row) => rowSays(view, panel, row);
    if (panel.kind === "bars") drawBars(box, panel, says, values, paletteOf(panel, dark));
    else {
      const most = width < 640 ? width : Math.min(width, panel.share * width - 12);
      drawMatrix(box, panel, says, values, most, paletteOf(panel, dark), view.masked[dark ? "dark" : "light"], dark);
    }
  });
}

// What the label of a row stands for, where rows are tokens: of a long text a panel begins at one of them.
export function rowSays(view, panel, row) {
  return labelsSay(view, panel.axis ? [[panel.axis, panel.rows[row], panel.first + row]] : []);
}

// Rows of a matrix share two fifths of the window's height; cells are no wider than high.
export function matrixLayout(panel, width, windowHeight) {
  const height = Math.max(14, Math.min(24, Math.floor((windowHeight * 0.4) / panel.rows.length)));
  return { left: 92, height, cell: Math.max(1, Math.min(height, (width - 92) / panel.columns)) };
}

// Bars from zero, which stands on the left, or in the middle where some numbers are below it: [x, y, width] each, and
// no width for what is masked.
export function barsLayout({ low, high }, values) {
  const largest = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const [zero, full] = low < 0 ? [BARS.left + BARS.full / 2, BARS.full / 2] : [BARS.left, BARS.full];
  return Array.from(values, (value, i) => {
    const wide = value === -Infinity ? 0 : (Math.abs(value) / largest) * full;
    return [value < 0 ? zero - wide : zero, i * BARS.row + 3, wide];
  });
}

function paintMatrix(pen, panel, values, layout, table, masked, dark) {
  const { rows, columns, marked, low, high } = panel;
  const { left, height, cell } = layout;
  const valueAt = (row, column) => shareIn(panel, values[row * columns + column]);
  const title = (row, column) => `${rows[row]}, ${panel.column_name} ${column}: ${valueAt(row, column)}`;
  const image = new CellImage(rows.length, columns, (i) => levelOf(values[i], low, high), table, masked, title);
  pen.cells(left, 0, cell * columns, rows.length * height, image);
  rows.forEach((label, i) => {
    const fill = i === marked ? themed("marked-ink", dark) : ink(dark);
    const style = { size: Math.min(14, height - 2), align: "right", fill, most: left - 10 };
    pen.text(label, left - 6, (i + 0.5) * height, style);
  });
  if (marked >= 0) pen.box(left + 1, marked * height + 1, cell * columns - 1, height - 1, themed("mark"), 2);
}

function panelUnit(panel) {
  const clipped = panel.largest > Math.max(-panel.low, panel.high) * 1.001;
  if (!clipped) return panel.unit;
  return panel.unit + gettext("; colours end here, the largest is {value}", { value: number(panel.largest) });
}

// A cell as [row, column], with the column -1 where the point is on the label of a row; or null.
export function rowAt([x, y], cells) {
  const label = cellAt([x, y], { ...cells, left: 0, wide: cells.left, columns: 1 });
  return label ? [label[0], -1] : cellAt([x, y], cells);
}

function drawMatrix(box, panel, says, values, width, table, masked, dark) {
  const { rows, columns } = panel;
  const layout = matrixLayout(panel, width, window.innerHeight);
  const { left, height, cell } = layout;
  const readout = addReadout(box, panel.tap && isTouched() ? panel.tap : panel.shape);
  const mark = document.createElement("div");
  mark.className = "mark";
  const go = (row, column) => {
    place(mark, left + column * cell - 1, row * height, Math.max(4, cell + 2), height);
    const value = `${rows[row]}, ${panel.column_name} ${column}:  ${shareIn(panel, values[row * columns + column])}`;
    readout.textContent = together(value, says(row));
  };
  const label = gettext("{title}: {n} rows, {m} columns", { title: panel.title, n: rows.length, m: columns });
  const { box: area, to } = stage(box, panel.title, label, rows.length, columns, { go });
  const wide = Math.ceil(left + cell * columns + 2);
  area.style.width = `${wide}px`;
  const pen = new CanvasPen(sharpCanvas(area, wide, rows.length * height + 2));
  paintMatrix(pen, panel, values, layout, table, masked, dark);
  area.append(mark);
  const over = ([row, column]) => {
    if (column >= 0) to(row, column);
    else readout.textContent = says(row) || rows[row];
  };
  const cells = { left, wide: cell, high: height, rows: rows.length, columns };
  followPointer(area, (point) => rowAt(point, cells), { over });
  legend(box, table, shareIn(panel, panel.low), shareIn(panel, panel.high), panelUnit(panel));
}

function rowHint() {
  return isTouched() ? gettext("Tap a row for its number") : gettext("Point at a row, or use the arrow keys");
}

// Rows that are tokens can be pointed at, and the arrow keys go from one to the next: where they are put, and what is
// to be called when one is pointed at.
function rowStage(box, panel, says, values) {
  const { title, rows } = panel;
  const readout = addReadout(box, rowHint());
  const go = (row) => {
    readout.textContent = together(`${rows[row]}:  ${shareIn(panel, values[row])}`, says(row));
  };
  const label = gettext("{title}: {n} rows", { title, n: rows.length });
  const { box: area, to } = stage(box, title, label, rows.length, 1, { go });
  return { parent: area, point: (row) => to(row, 0) };
}

function drawBars(box, panel, says, values, table) {
  const { parent, point } = panel.axis ? rowStage(box, panel, says, values) : { parent: box };
  const list = add(parent, "ul", panel.share < 1 ? "bars narrow" : "bars");
  const largest = Math.max(Math.abs(panel.low), Math.abs(panel.high)) || 1;
  panel.rows.forEach((label, i) => {
    const item = add(list, "li", i === panel.marked ? "marked" : "");
    if (point) item.addEventListener("pointerenter", () => point(i));
    add(item, "span", "label", label);
    const track = add(item, "span", "track");
    const bar = add(track, "span", "bar");
    const value = values[i];
    const share = value === -Infinity ? 0 : Math.abs(value) / largest;
    bar.style.width = `${share * (panel.low < 0 ? 50 : 100)}%`;
    if (panel.low < 0) bar.style.marginLeft = `${value < 0 ? 50 - share * 50 : 50}%`;
    bar.style.background = css(table, value < 0 ? 40 : 200);
    add(item, "span", "number", written(panel, value));
  });
}

// What a bar says, and the ends of its scale.
const written = (panel, value) => (panel.is_count ? count(value) : shareIn(panel, value));

// For exports: one panel under the other.
function paintPanels(pen, view, width, dark) {
  let y = 0;
  view.panels.forEach((panel) => {
    const values = view.values.subarray(panel.offset, panel.offset + panel.rows.length * panel.columns);
    const table = paletteOf(panel, dark);
    const masked = view.masked[dark ? "dark" : "light"];
    pen.text(panel.title, 0, y + 10, { size: 15, fill: ink(dark), bold: true });
    y += 24;
    pen.group(0, y, () => {
      if (panel.kind === "bars") paintBars(pen, panel, values, table, dark);
      else paintMatrix(pen, panel, values, matrixLayout(panel, width, window.innerHeight), table, masked, dark);
    });
    const tall = panel.kind === "bars" ? BARS.row : matrixLayout(panel, width, window.innerHeight).height;
    const ends = [shareIn(panel, panel.low), shareIn(panel, panel.high), panelUnit(panel)];
    y = paintLegend(pen, y + panel.rows.length * tall + 8, table, ...ends, dark) + 12;
  });
  return { width, height: y };
}

function paintBars(pen, panel, values, table, dark) {
  const { left, full, row } = BARS;
  const places = barsLayout(panel, values);
  panel.rows.forEach((label, i) => {
    const middle = (i + 0.5) * row;
    const style = { size: 14, align: "right", fill: ink(dark), most: left - 10, bold: i === panel.marked };
    pen.text(label, left - 8, middle, style);
    pen.rect(...places[i], 15, css(table, values[i] < 0 ? 40 : 200));
    pen.text(written(panel, values[i]), left + full + 8, middle, { size: 13, fill: ink(dark) });
  });
}

function panelsTable(view) {
  const rows = view.panels.flatMap((panel) =>
    panel.rows.map((label, i) => {
      const values = view.values.subarray(panel.offset + i * panel.columns, panel.offset + (i + 1) * panel.columns);
      return [panel.title, label, ...[...values].map((value) => shareIn(panel, value))];
    }),
  );
  const columns = Math.max(...view.panels.map((panel) => panel.columns));
  return { head: [gettext("panel"), gettext("row"), ...Array.from({ length: columns }, (_, i) => String(i))], rows };
}
