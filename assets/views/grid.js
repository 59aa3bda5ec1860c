// ---- grid: every map of a model, small; layers down and heads across, or in the order that was asked for ------------

import { CellImage, stillPicture } from "./canvases.js";
import { ink, paletteOf, themed } from "./colours.js";
import { add, addReadout, move, oncePerFrame, place } from "./elements.js";
import { labelsSay, together } from "./labels.js";
import { legend, paintLegend } from "./legends.js";
import { cellAt, followPointer, stage } from "./stage.js";
import { number } from "./wording.js";

// For exports: laid out anew, with its legend.
const paint = (pen, view, width, dark) => paintGrid(pen, view, width, dark);

export const renderer = { draw: drawGrid, paint, table: gridTable };

const ENLARGED = 186;
const CARD = ENLARGED + 60; // with its words

export function gridLayout(view, width) {
  const { across, names, sorted } = view;
  const named = sorted || view.own_names; // each picture carries its name
  const left = named ? 2 : 36;
  const top = named ? 16 : 22;
  const gap = 4;
  const fits = Math.floor((width - left) / across) - gap;
  const side = named ? Math.max(44, Math.min(78, fits)) : Math.max(9, Math.min(78, fits));
  const columns = named ? Math.max(1, Math.min(across, Math.floor((width - left) / (side + gap)))) : across;
  // Layers may have different numbers of heads: then cells at the end of some rows are empty.
  const cellOf = (i) => view.cells?.[i] ?? i;
  const pictureIn = (cell) => (view.cells ? view.cells.indexOf(cell) : cell < names.length ? cell : -1);
  const rows = Math.floor(cellOf(names.length - 1) / columns) + 1;
  const stepDown = side + (named ? 20 : gap);
  const corner = (cell) => [left + (cell % columns) * (side + gap), top + Math.floor(cell / columns) * stepDown];
  const at = (i) => corner(cellOf(i));
  return {
    left, top, side, columns, rows, named, at, cellOf, pictureIn, step: side + gap, stepDown,
    width: left + columns * (side + gap), height: top + rows * stepDown,
  };
}

function gridImage(view, dark) {
  const table = paletteOf(view, dark);
  const { levels } = view;
  const levelAt = view.masked_level ? (i) => (levels[i] === 0 ? -1 : levels[i]) : (i) => levels[i];
  const masked = view.masked[dark ? "dark" : "light"];
  const image = new CellImage(view.names.length * view.rows, view.columns, levelAt, table, masked);
  return { image, table };
}

function paintGrid(
  pen, view, width, dark,
  layout = gridLayout(view, width), { image, table } = gridImage(view, dark), withLegend = true,
) {
  const { left, side, columns, named, at, cellOf, step } = layout;
  const fill = ink(dark);
  view.names.forEach((name, i) => {
    const [x, y] = at(i);
    pen.picture(x, y, side, side, image, i * view.rows, view.rows);
    pen.box(x - 0.5, y - 0.5, side + 1, side + 1, themed("frame", dark));
    if (named) pen.text(name, x + side / 2, y - 9, { size: 11, align: "center", fill, most: side + 2 });
    else if (cellOf(i) % columns === 0) {
      pen.text(name.split(" ")[0], 30, y + side / 2, { size: 12, align: "right", fill });
    }
    if (i === view.chosen) pen.box(x - 2, y - 2, side + 4, side + 4, themed("mark"), 2);
  });
  for (let column = 0; !named && column < columns; column += side >= 20 ? 1 : 4) {
    pen.text(view.across_names[column], left + column * step + side / 2, 10, { size: 12, align: "center", fill });
  }
  const bottom = withLegend ? paintLegend(pen, layout.height + 8, table, ...gridLegend(view), dark) : layout.height;
  return { width: Math.max(layout.width, 420), height: bottom };
}

function gridLegend(view) {
  if (view.own_scales) return ["smallest", "largest", "each map on its own scale, largest in each cell"];
  return ["0", view.top === 1 ? "1" : number(view.top), "largest in each cell"];
}

function gridSays(view, i) {
  const [query, key, value] = view.strongest[i];
  const score = view.scores[i] ? `   ${view.scores[i]}` : "";
  return together(`${view.names[i]}   strongest: ${query} → ${key}   ${number(value)}${score}`, pairSays(view, i));
}

function pairSays(view, i) {
  const [query, key] = view.strongest[i];
  return labelsSay(view, [["query", query, query], ["key", key, key]]);
}

// The cell at a point as [row, column], or null.
export function gridCell({ left, top, step, stepDown, rows, columns, pictureIn }, point) {
  const cell = cellAt(point, { left, top, wide: step, high: stepDown, rows, columns });
  return cell && pictureIn(cell[0] * columns + cell[1]) >= 0 ? cell : null;
}

// Where the enlarged picture of one stands, right of it or else left; of the grid one sees `seen` from `scrolled` on.
export function placeCard({ at, side, height }, i, scrolled, seen) {
  const [x, y] = at(i);
  const fits = x + side + 14 - scrolled + ENLARGED + 20 < seen;
  return [fits ? x + side + 10 : Math.max(0, x - ENLARGED - 32), Math.max(0, Math.min(y - 20, height - CARD))];
}

function drawGrid(body, view, width, send, dark, memory) {
  const layout = gridLayout(view, width);
  const pictures = gridImage(view, dark);
  const { side, columns, rows, at, pictureIn } = layout;
  const readout = addReadout(body, view.hint);
  const open = (row, column) => {
    const i = pictureIn(row * columns + column);
    if (i >= 0 && view.opens) send("open", view.opens[i]);
  };
  const go = (row, column) => {
    const i = pictureIn(row * columns + column);
    if (i < 0) return;
    memory.at = [row, column];
    card.show(i);
    const [x, y] = at(i);
    move(mark, x - 2, y - 2);
    mark.style.display = "block";
    readout.textContent = gridSays(view, i);
  };
  const isThere = memory.at && memory.at[0] < rows && memory.at[1] < columns;
  const start = isThere ? memory.at : [-1, -1];
  const { box, scroll, to } = stage(body, "grid", view.label, rows, columns, { go, open, start });
  box.style.width = `${layout.width}px`;
  box.style.minHeight = `${CARD}px`; // few layers on a phone: the enlarged picture needs more room than they
  if (view.opens) box.style.cursor = "pointer";
  stillPicture(box, layout.width, layout.height, (pen) => paintGrid(pen, view, width, dark, layout, pictures, false));
  const mark = add(box, "div", "mark floats");
  place(mark, 0, 0, side + 4, side + 4);
  mark.style.display = "none";
  const card = addCard(box, scroll, view, layout, pictures);
  const pointed = { over: (cell) => to(...cell), away: card.hide, click: (cell) => open(...cell) };
  followPointer(box, (point) => gridCell(layout, point), pointed, oncePerFrame);
  box.addEventListener("blur", card.hide);
  legend(body, pictures.table, ...gridLegend(view));
}

// The picture under the pointer, enlarged, with its name.
function addCard(box, scroll, view, layout, pictures) {
  const card = add(box, "div", "card floats");
  const canvas = add(card, "canvas");
  [canvas.width, canvas.height] = [view.columns, view.rows]; // CSS makes it large
  const large = canvas.getContext("2d");
  const title = add(card, "strong");
  const words = add(card, "span");
  let shown = -1;
  return {
    show(i) {
      if (i === shown) return;
      shown = i;
      const to = placeCard(layout, i, scroll.scrollLeft, scroll.clientWidth); // before anything is written
      const [query, key, value] = view.strongest[i];
      large.putImageData(pictures.image.part(i * view.rows, view.rows), 0, 0);
      title.textContent = view.names[i];
      words.textContent = `${query} → ${key} ${number(value)}`;
      move(card, ...to);
      card.style.display = "block";
    },
    hide() {
      card.style.display = "none";
      shown = -1;
    },
  };
}

function gridTable(view) {
  const rows = view.names.map((name, i) => {
    const [query, key, value] = view.strongest[i];
    return [name, query, key, number(value), view.scores[i]];
  });
  return { head: ["map", "strongest from", "to", "value", ""], rows };
}
