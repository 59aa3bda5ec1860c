// ---- a picture with attention over it, on the page and in exports ---------------------------------------------------

import { ink, readableOn, rgb, themed } from "./colours.js";
import { tintOf, tintRamps, tintsSay, tintTables } from "./grid_tints.js";
import { add } from "./elements.js";
import { addRamps, paintRamps } from "./legends.js";
import { textWidth } from "./pens.js";
import { besides, looksOf, topOf } from "./picture_looks.js";
import { paintRegion, regionOf } from "./picture_region.js";
import { gettext } from "./texts.js";
import { headName, inPercent, layerName } from "./wording.js";

const GREY = 0.75; // how much of its colours the picture loses under what is laid over it
const LIGHT = 0.35; // and how much lighter it becomes
const COVERS = 0.85; // of the picture, where attention is largest
const BAR = 4; // pixels of the bar under a small picture
const [LEAST, MOST, APART, BELOW] = [30, 84, 6, BAR + 7]; // of small pictures, from one to the next
const LINES = "rgb(255 255 255 / 33%)"; // between patches
const LARGE = 420; // pixels of the large picture in an export
const FINE_CELLS = 160; // pixels a side of an exported small picture: above what is drawn cell by cell

// The picture as a canvas of its own pixels, once as it is and once paler.
export function canvasOf(view, isPale) {
  const [rows, columns] = view.size;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const colour = [0, 1, 2].map((c) => view.pixels[3 * i + c]);
    const grey = (colour[0] + colour[1] + colour[2]) / 3;
    colour.forEach((value, c) => (image.data[4 * i + c] = isPale ? pale(value, grey) : value));
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

const pale = (value, grey) => 255 * LIGHT + (1 - LIGHT) * (value * (1 - GREY) + grey * GREY);

// What is laid over it: a pixel a patch, the more opaque the more attention.
export function overlayOf(view, looks, top) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [looks.columns, looks.rows];
  const context = canvas.getContext("2d");
  const image = context.createImageData(looks.columns, looks.rows);
  const [red, green, blue] = rgb(view.overlay);
  looks.shares.forEach((share, i) => {
    image.data.set([red, green, blue, Math.round(255 * COVERS * Math.min(1, share / (top || 1)))], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

// Both on a canvas. Patches cover less than the picture where its sides are no multiples of theirs, and blocks of
// patches may end beyond the last one.
export function paintOver(context, view, base, looks, top, [x, y, width, height], isSmooth) {
  const [high, wide] = view.size;
  context.imageSmoothingEnabled = true;
  context.drawImage(base, x, y, width, height);
  const cell = [(width / wide) * view.patch[1] * looks.side, (height / high) * view.patch[0] * looks.side];
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.imageSmoothingEnabled = isSmooth;
  context.imageSmoothingQuality = "high";
  context.drawImage(overlayOf(view, looks, top), x, y, cell[0] * looks.columns, cell[1] * looks.rows);
  context.restore();
}

// The lines between patches of the large picture.
export function paintLines(context, view, [x, y, width, height]) {
  const [high, wide] = view.size;
  context.strokeStyle = LINES;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 1; i <= view.columns; i++) {
    const at = x + (i * view.patch[1] * width) / wide;
    context.moveTo(at, y);
    context.lineTo(at, y + height);
  }
  for (let i = 1; i <= view.rows; i++) {
    const at = y + (i * view.patch[0] * height) / high;
    context.moveTo(x, at);
    context.lineTo(x + width, at);
  }
  context.stroke();
}

// Where the small pictures stand: heads across, layers down, in so many pixels of width, and of height if they can be
// seen there.
export function wallLayout(view, width, height = Infinity) {
  const [high, wide] = view.size;
  const [left, top] = [34, 18];
  const layers = [...new Set(view.cells.map(([layer]) => layer))];
  const fits = ((height - top) / layers.length - BELOW) * (wide / high) + APART;
  const step = Math.max(LEAST, Math.min(MOST, Math.floor((width - left) / view.across), Math.floor(fits)));
  const side = step - APART;
  const tall = Math.round((side * high) / wide);
  const down = tall + BELOW;
  const at = (i) => {
    const [layer, column] = view.cells[i];
    return [left + column * step, top + layers.indexOf(layer) * down];
  };
  const indexAt = new Map(view.cells.map(([layer, column], i) => [`${layers.indexOf(layer)} ${column}`, i]));
  return {
    left, top, step, side, tall, down, layers, at,
    of: (row, column) => indexAt.get(`${row} ${column}`) ?? -1,
    width: left + view.across * step, height: top + layers.length * down,
  };
}

export function paintNames(pen, view, layout, dark) {
  const style = { size: 12, fill: ink(dark) };
  layout.layers.forEach((layer, row) => {
    const y = layout.top + row * layout.down + layout.tall / 2;
    pen.text(layerName(layer), layout.left - 6, y, { ...style, align: "right" });
  });
  const every = Math.ceil((textWidth("H00", 12) + 6) / layout.step);
  view.across_names.forEach((name, column) => {
    if (column % every === 0) {
      pen.text(name, layout.left + column * layout.step + layout.side / 2, 8, { ...style, align: "center" });
    }
  });
}

// The bar under a small picture: what goes to no patch.
export function paintBar(pen, layout, i, looks) {
  const [x, y] = layout.at(i);
  pen.rect(x, y + layout.tall + 1, layout.side, BAR, themed("grey-3"));
  pen.rect(x, y + layout.tall + 1, layout.side * Math.min(1, besides(looks)), BAR, themed("grey"));
}

// A score of the head in place of what a patch looks at, with its number where there is room.
export function paintTint(pen, view, i, [x, y, width, height], dark) {
  const tables = tintTables(view, dark);
  pen.rect(x, y, width, height, tintOf(view, tables, i));
  pen.box(x + 0.5, y + 0.5, width - 1, height - 1, themed("grey-3"));
  const number = view.tints.numbers[i];
  if (textWidth(number, 12) > width - 4 || height < 14) return;
  const fill = readableOn(tables[view.tints.of[i]], view.tints.levels[i]);
  pen.text(number, x + width / 2, y + height / 2, { size: 12, fill, align: "center" });
}

export function addTintLegend(parent, view, dark) {
  const row = add(parent, "div", "legend");
  addRamps(row, tintRamps(view, dark));
  add(row, "span", "", tintsSay(view));
}

// On any pen what is painted on a canvas, with enough pixels for its lines: `paint(context, area)`.
export function paintFine(pen, [x, y, width, height], paint) {
  const scale = Math.max(1, FINE_CELLS / Math.min(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  paint(canvas.getContext("2d"), [0, 0, canvas.width, canvas.height]);
  pen.cells(x, y, width, height, { canvas: () => canvas, rows: canvas.height, columns: canvas.width });
}

// The whole of a view with any pen: a line, the large picture, and below it all heads. `large(area)` paints the one,
// `small(i, area, layout)` each of the others.
export function paintWhole(pen, view, width, dark, { says, chosen, large, small }) {
  const [high, wide] = view.size;
  const side = Math.min(width, LARGE);
  const tall = Math.round((side * high) / wide);
  pen.text(says, 0, 10, { size: 14, fill: ink(dark), bold: true });
  large([0, 24, side, tall]);
  const layout = wallLayout(view, width);
  const top = 24 + tall + 16;
  pen.group(0, top, () => {
    paintNames(pen, view, layout, dark);
    view.heads.forEach((_, i) => {
      const [x, y] = layout.at(i);
      small(i, [x, y, layout.side, layout.tall], layout);
      if (i === chosen) pen.box(x - 1, y - 1, layout.side + 2, layout.tall + 2, themed("mark"), 2);
    });
  });
  return { width: Math.max(side, layout.width, LARGE), height: top + layout.height };
}

// A picture with any pen.
export function paintPicture(pen, view, width, dark, memory = {}) {
  const query = memory.kept ?? view.query;
  const chosen = memory.head ?? view.chosen;
  const all = view.heads.map((_, i) => looksOf(view, i, query));
  const base = canvasOf(view, true);
  const picture = (i, area) => paintFine(pen, area, (context, whole) => {
    paintOver(context, view, base, all[i], topOf(all, i, memory.common), whole, memory.smooth);
    if (i === chosen) paintRegion(context, view, regionOf(view, memory), whole, whole[2] / 200);
  });
  const small = (i, area, layout) => {
    if (view.tints) return paintTint(pen, view, i, area, dark);
    picture(i, area);
    paintBar(pen, layout, i, all[i]);
  };
  const says = gettext("{head}: what {word} looks at; {share} goes to no patch", {
    head: headName(...view.heads[chosen]), word: view.labels[query], share: inPercent(besides(all[chosen])),
  });
  const drawn = paintWhole(pen, view, width, dark, { says, chosen, large: (area) => picture(chosen, area), small });
  if (!view.tints) return drawn;
  const height = paintRamps(pen, tintRamps(view, dark), tintsSay(view), drawn.height + 4, drawn.width, dark);
  return { ...drawn, height };
}
