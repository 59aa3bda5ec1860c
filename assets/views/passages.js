// ---- passages: how much each token gives to a passage: the curve of one head, and under it all heads × tokens -------
//
// `values` is (head, column), `even` (row, column) what an even spread would give: `even_of` says which row is of which
// head. `means` are both for each head, over the tokens that count, null where none does. `passage` holds stretches of
// tokens. Of a long text a column stands for several tokens: column i of m begins at token floor(i n / m).

import { CellImage, sharpCanvas, stillPicture } from "./canvases.js";
import { css, ink, levelOf, paletteOf, themed } from "./colours.js";
import { add, addReadout, hintOf, oncePerFrame, place } from "./elements.js";
import { labelsSay, together } from "./labels.js";
import { addSigns, legend, paintLegend, paintSigns } from "./legends.js";
import { passageText } from "./passages_text.js";
import { CanvasPen, textWidth } from "./pens.js";
import { followPointer, stage } from "./stage.js";
import { gettext } from "./texts.js";
import { headName, inPercent, layerName, shareIn } from "./wording.js";

export const renderer = { draw: drawPassages, paint: paintPassages, table: passagesTable };

const [LEFT, RIGHT, TOP] = [52, 10, 10]; // pixels beside and above the curve
const CURVE = 120; // pixels that the curve is high
const TURNED = 0.95; // radians that labels of tokens are turned
const LEANING = 56; // pixels that the last label may lean out
const [LABELLED, WIDEST] = [13, 56]; // pixels of a column: from here it has a label; at most
const [LOWEST, HIGHEST, ALL] = [2, 16, 380]; // pixels of a row, at least and at most, and about of all rows together
const APART = 13; // pixels between the names of two layers
const NEAR = 14; // pixels: a second tap so near is on the same row
const NARROW = 520; // pixels: below it what is said of the picture stands under it
const FEW = 60; // columns that a table has

const FULL = [0.02, 0.05, 0.1, 0.2, 0.5, 1];

export function passagesLayout(view, width) {
  const { columns, words, heads } = view;
  const leaning = Math.min(WIDEST, (width - LEFT - LEANING) / columns);
  const labelled = words.length === columns && leaning >= LABELLED;
  const cell = labelled ? leaning : (width - LEFT - RIGHT) / columns;
  const longest = labelled ? Math.min(110, Math.max(...words.map((word) => textWidth(word, 12)))) : 0;
  const labels = labelled ? Math.ceil(longest * Math.sin(TURNED)) + 22 : 26;
  const row = Math.max(LOWEST, Math.min(HIGHEST, Math.floor(ALL / heads.length)));
  const top = TOP + CURVE + labels;
  const wide = cell * columns;
  const full = FULL.find((end) => end >= view.high - 1e-6);
  const [across, down] = [LEFT + wide + (labelled ? LEANING : RIGHT), top + row * heads.length + 4];
  return { cell, labelled, row, top, wide, full, rows: heads.length, columns, width: across, height: down };
}

// The tokens of a column: the first, and the one after the last.
export function tokensOf({ words, columns }, column) {
  const n = words.length;
  return [Math.floor((column * n) / columns), Math.floor(((column + 1) * n) / columns)];
}

const columnOf = ({ words, columns }, token) => (token * columns) / words.length;
const valueAt = (view, head, column) => view.values[head * view.columns + column];
const evenAt = (view, head, column) => view.even[view.even_of[head] * view.columns + column];

export function passagesSay(view, head, column) {
  const name = headName(...view.heads[head]);
  if (column < 0) {
    const [share, even] = view.means[head];
    if (share === null) return name;
    return gettext("{head}: {share} to the passage on average; an even spread: {even}", {
      head: name, share: inPercent(share), even: inPercent(even),
    });
  }
  const [begin, end] = tokensOf(view, column);
  const [share, even] = [valueAt(view, head, column), evenAt(view, head, column)].map(inPercent);
  if (end - begin > 1) {
    const ends = { from: view.words[begin], to: view.words[end - 1] };
    const told = { head: name, share, even, ...ends };
    return gettext("{head}, from “{from}” to “{to}”: {share} to the passage; an even spread: {even}", told);
  }
  const token = view.words[begin];
  const told = { head: name, share, even, token };
  const alone = gettext("{head}, “{token}”: {share} to the passage; an even spread: {even}", told);
  return together(alone, labelsSay(view, [["query", token, begin]]));
}

// Where the curve of numbers goes: from the left of each column to its right, as the cells below stand.
export function stepsOf(numbers, { cell, full }) {
  const y = (value) => TOP + CURVE * (1 - Math.min(1, value / full));
  return Array.from(numbers).flatMap((value, i) => [[LEFT + i * cell, y(value)], [LEFT + (i + 1) * cell, y(value)]]);
}

const rowOf = (numbers, row, columns) => numbers.subarray(row * columns, (row + 1) * columns);

function drawPassages(body, view, width, send, dark, memory) {
  const table = paletteOf(view, dark);
  const layout = passagesLayout(view, width);
  if (view.marking) passageText(body, view, memory, send);
  const readout = addReadout(body, hintOf(view));
  const open = view.opens ? (row) => send("head", view.heads[row]) : undefined;
  const say = (row, column) => {
    readout.textContent = row < 0 ? hintOf(view) : passagesSay(view, row, column);
    drawn.point(row, column);
  };
  const { box, scroll, to } = stage(body, "passages", view.label, layout.rows, layout.columns, {
    go: say, open, start: [view.chosen, 0],
  });
  if (width < NARROW) scroll.after(readout); // of a phone's window the picture is to have the upper half
  Object.assign(box.style, { width: `${layout.width}px`, height: `${layout.height}px`, cursor: open ? "pointer" : "" });
  const drawn = drawIn(box, view, layout, table, dark);
  const over = ([row, column]) => (column < 0 ? say(row, column) : to(row, column));
  const tap = (met, event) => {
    const last = memory.tapped;
    if (open && last && Math.abs(last.y - event.clientY) < NEAR) return open(last.row);
    memory.tapped = { y: event.clientY, row: met[0] };
    return over(met);
  };
  followPointer(box, (spot) => placeIn(layout, spot, view.chosen), {
    over, away: () => say(-1, -1), click: ([row]) => open?.(row), tap,
  });
  legend(body, table, shareIn(view, view.low), shareIn(view, view.high), view.unit);
  addSigns(body, signs(view, table, dark));
}

// The picture, and what marks in it a head and a column; without a head the chosen one alone.
function drawIn(box, view, layout, table, dark) {
  stillPicture(box, layout.width, layout.height, (pen) => paintBelow(pen, view, layout, table, dark));
  const context = sharpCanvas(add(box, "div", "over"), layout.width, layout.top);
  const [chosen, row, column] = ["mark", "band", "band"].map((name) => add(box, "div", name));
  const paint = oncePerFrame((head) => {
    context.clearRect(0, 0, layout.width, layout.top);
    paintCurve(new CanvasPen(context), view, layout, head, table, dark);
  });
  const point = (head, at) => {
    paint(head < 0 ? view.chosen : head);
    for (const mark of [row, column]) mark.style.display = "none";
    if (head >= 0) markRow(row, layout, head);
    if (at >= 0) place(column, LEFT + at * layout.cell - 1, TOP, layout.cell + 2, layout.height - TOP - 2);
  };
  markRow(chosen, layout, view.chosen);
  point(-1, -1);
  return { point };
}

// What is at a point: [head, column], with the column -1 beside the rows; on the curve its own head.
export function placeIn({ cell, row, top, wide, rows, columns }, [x, y], chosen) {
  const column = Math.floor((x - LEFT) / cell);
  if (x >= LEFT + wide || y < TOP || column >= columns) return null;
  if (y < TOP + CURVE) return column < 0 ? null : [chosen, column];
  const head = Math.floor((y - top) / row);
  return head < 0 || head >= rows ? null : [head, Math.max(-1, column)];
}

function markRow(mark, { top, row, wide }, head) {
  place(mark, LEFT - 3, top + head * row - 3, wide + 6, row + 6);
}

function signs(view, table, dark) {
  const rows = [
    [(pen, x = 0, y = 0) => pen.rect(x, y + 2, 14, 10, css(table, 110)), gettext("the head's curve")],
    [(pen, x = 0, y = 0) => pen.path([[x, y + 7], [x + 14, y + 7]], { stroke: ink(dark), thick: 1.5, dash: 3 }),
      gettext("an even spread")],
  ];
  const passage = (pen, x = 0, y = 0) => pen.rect(x, y + 5, 14, 4, themed("mark"));
  return view.passage.length ? [...rows, [passage, gettext("the passage")]] : rows;
}

// The curve of one head over what an even spread would give.
function paintCurve(pen, view, layout, head, table, dark) {
  const { columns, wide, full } = layout;
  const steps = stepsOf(rowOf(view.values, head, columns), layout);
  const bottom = TOP + CURVE;
  pen.path([[LEFT, bottom], ...steps, [LEFT + wide, bottom]], { fill: css(table, 110) });
  pen.path(steps, { stroke: css(table, 200), thick: 1.5 });
  pen.path(stepsOf(rowOf(view.even, view.even_of[head], columns), layout), { stroke: ink(dark), thick: 1.2, dash: 3 });
  const style = { size: 13, fill: ink(dark), bold: true, align: "right" };
  pen.text(headName(...view.heads[head]), LEFT + wide - 4, TOP + 9, style);
  for (const value of [0, full / 2, full]) {
    const y = TOP + CURVE * (1 - value / full);
    pen.line(LEFT, y, LEFT + wide, y, ink(dark), 1, value ? 0.15 : 0.6);
    pen.text(inPercent(value), LEFT - 6, y, { size: 12, fill: ink(dark), align: "right" });
  }
}

// All that no pointer changes: labels of tokens, the passage, all heads × tokens with the names of layers.
function paintBelow(pen, view, layout, table, dark) {
  const { cell, row, top, wide, rows, columns } = layout;
  paintLabels(pen, view, layout, dark);
  const says = (head, column) => passagesSay(view, head, column);
  const image = new CellImage(rows, columns, (i) => levelOf(view.values[i], view.low, view.high), table, "", says);
  pen.cells(LEFT, top, wide, row * rows, image);
  pen.box(LEFT - 0.5, top - 0.5, wide + 1, row * rows + 1, themed("map-frame", dark));
  for (const [begin, end] of view.passage) {
    const [x, after] = [begin, end].map((token) => LEFT + columnOf(view, token) * cell);
    pen.rect(x, TOP + CURVE + 2, Math.max(2, after - x), 4, themed("mark"));
    for (const side of [x, after]) pen.line(side, top, side, top + row * rows, themed("mark"), 1, 0.8);
  }
  let last = -Infinity;
  view.heads.forEach(([layer], head) => {
    const y = top + head * row;
    if (head && view.heads[head - 1][0] === layer) return;
    if (head) pen.line(LEFT, y, LEFT + wide, y, themed("grey"), 1, row > 3 ? 0.5 : 0.25);
    if (y - last < APART) return;
    pen.text(layerName(layer), LEFT - 6, y + 6, { size: 12, fill: ink(dark), align: "right" });
    last = y;
  });
}

function paintLabels(pen, view, { cell, labelled, wide, top }, dark) {
  const style = { size: 12, fill: ink(dark) };
  if (labelled) {
    view.words.forEach((word, i) => {
      const inside = view.passage.some(([begin, end]) => i >= begin && i < end);
      const fill = inside ? themed("marked-ink", dark) : ink(dark);
      pen.text(word, LEFT + (i + 0.6) * cell, top - 6, { size: 12, fill, angle: -TURNED, most: 110, bold: inside });
    });
    return;
  }
  const n = view.words.length;
  const step = [1, 2, 5].flatMap((by) => [1, 10, 100, 1000].map((tens) => by * tens)).sort((a, b) => a - b)
    .find((by) => (by / n) * wide >= 60) ?? n;
  for (let token = 0; token < n; token += step) {
    const said = token ? String(token) : gettext("token {n}", { n: 0 });
    pen.text(said, LEFT + columnOf(view, token) * cell, top - 6, style);
  }
}

// For exports.
function paintPassages(pen, view, width, dark) {
  const table = paletteOf(view, dark);
  const layout = passagesLayout(view, width);
  paintBelow(pen, view, layout, table, dark);
  paintCurve(pen, view, layout, view.chosen, table, dark);
  pen.box(LEFT - 2, layout.top + view.chosen * layout.row - 2, layout.wide + 4, layout.row + 4, themed("mark"), 2);
  const ends = [shareIn(view, view.low), shareIn(view, view.high), view.unit];
  const below = paintLegend(pen, layout.height + 8, table, ...ends, dark);
  const height = paintSigns(pen, signs(view, table, dark), below + 4, width, dark);
  return { width: Math.max(layout.width, 360), height };
}

function passagesTable(view) {
  const few = view.columns <= FEW && view.words.length === view.columns;
  const rows = view.heads.map((head, h) => {
    const means = view.means[h].map((mean) => (mean === null ? "" : shareIn(view, mean)));
    const own = few ? Array.from(rowOf(view.values, h, view.columns), (value) => shareIn(view, value)) : [];
    return [headName(...head), ...means, ...own];
  });
  return { head: [gettext("head"), gettext("mean"), gettext("an even spread"), ...(few ? view.words : [])], rows };
}
