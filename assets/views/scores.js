// ---- scores: one number of every head, layers down and heads across, each with the sign of its verdict --------------

import { sharpCanvas } from "./canvases.js";
import { css, ink, levelOf, paletteOf, readableOn, themed } from "./colours.js";
import { add, addReadout, fillTip, hintOf, place } from "./elements.js";
import { addSigns, legend, paintLegend } from "./legends.js";
import { CanvasPen, textWidth } from "./pens.js";
import { cellAt, followPointer, stage } from "./stage.js";
import { filled, gettext } from "./texts.js";
import {
  count, fixed, headName, inPercent, inPercentExactly, layerName, nameInLayer, number, short,
} from "./wording.js";

// For exports: laid out anew, with its legend.
const paint = (pen, view, width, dark) => paintScores(pen, view, width, dark);

export const renderer = { draw: drawScores, paint, table: scoresTable };
const UNDEFINED = 1; // places in view.marks_in_words
const [OFFSET, CONSISTENT, ESTABLISHED] = [4, 5, 6];
const LITTLE = [2, 3]; // too few cases, not enough evidence
const PALE = 0.4; // how much of its colour a cell has whose evidence is lacking, where the view says that such are pale
const SCORES_HEIGHT = 360; // pixels that the cells of a deep model share

export function scoresLayout(view, width) {
  const [left, top] = [36, 22];
  const roomy = (width - left) / view.columns >= 18 && SCORES_HEIGHT / view.rows >= 14;
  const gap = roomy ? 3 : 1;
  const wide = Math.max(8, Math.min(64, Math.floor((width - left) / view.columns) - gap));
  const high = Math.max(10, Math.min(38, Math.floor(SCORES_HEIGHT / view.rows) - gap));
  const at = (i) => [left + (i % view.columns) * (wide + gap), top + Math.floor(i / view.columns) * (high + gap)];
  const size = { width: left + view.columns * (wide + gap), height: top + view.rows * (high + gap) };
  return { left, top, gap, wide, high, at, ...size };
}

function scoreName(view, i) {
  return headName(view.layers[Math.floor(i / view.columns)], i % view.columns);
}

// Beside an interval a share has one decimal whatever its size.
function scoreValue(view, value, i) {
  if (Number.isNaN(value)) return gettext("unknown");
  if (view.is_share) return Number.isNaN(view.low[i]) ? inPercent(value) : inPercentExactly(value);
  return `${fixed(value, 2)}${view.has_unit ? ` ${view.unit}` : ""}`;
}

const gets = (rival, value) => gettext("{name}: {value}", { name: rival, value });

// What there is to say of one head: its verdict, and a line for each number that is known.
function scoreSays(view, i) {
  const isKnown = (name) => !Number.isNaN(view[name][i]);
  const text = (name) => scoreValue(view, view[name][i], i);
  const verdict = view.marks_in_words[view.marks[i]];
  const lines = [view.whats[view.what[i]]];
  if (isKnown("value") && !view.told) { // in what is said of the head
    const [value, low, high] = ["value", "low", "high"].map(text);
    lines.push(isKnown("low") ? gettext("{value} (95 %: {low} to {high})", { value, low, high }) : value);
    const cases = filled(view.items, { n: count(view.n[i]) });
    const texts = gettext("{cases}, {n} independent texts", { cases, n: count(view.n_units[i]) });
    const hits = count(view.hits[i]);
    if (isKnown("hits")) lines.push(gettext("looks most there in {hits} of {cases}", { hits, cases }));
    else if (view.n[i]) lines.push(view.n_units[i] > 1 ? texts : cases);
    if (isKnown("baseline")) lines.push(gets(view.rules[view.rule[i]], text("baseline")));
    if (isKnown("chance")) lines.push(gets(view.even, text("chance")));
    if (isKnown("control")) lines.push(gets(gettext("best head with random weights"), text("control")));
  }
  return { verdict, lines: lines.filter(Boolean) };
}

function paintMark(pen, mark, x, y, radius, stroke) {
  if (mark === ESTABLISHED) pen.disc(x, y, radius, { fill: stroke });
  if (mark === CONSISTENT) pen.disc(x, y, radius - 0.5, { stroke });
  if (mark === OFFSET) pen.line(x - radius, y, x + radius, y, stroke, 2, 1);
}

function hatch(pen, x, y, width, height, stroke) {
  for (let start = x - height + 3; start < x + width; start += 6) {
    const [from, to] = [Math.max(0, (x - start) / height), Math.min(1, (x + width - start) / height)];
    if (to > from) {
      const [first, last] = [y + height * (1 - from), y + height * (1 - to)];
      pen.line(start + from * height, first, start + to * height, last, stroke, 1, 0.45);
    }
  }
}

// Inside a cell: the number as { x, y, size, most } where there is room, beside the sign or above it, and the sign.
export function cellLayout({ wide, high }, hasSign) {
  const isBeside = wide >= 38 && high >= 16;
  const isAbove = !isBeside && wide >= 20 && high >= 26;
  const radius = Math.min(4, wide / 2 - 1, high / 2 - 1);
  if (isBeside) {
    const written = { x: (hasSign ? wide - 12 : wide) / 2, y: high / 2, size: 12, most: wide - 14 };
    return { written, sign: { x: wide - 9, y: high / 2, radius } };
  }
  const written = isAbove ? { x: wide / 2, y: high / 2 - 6, size: 11, most: wide - 2 } : null;
  return { written, sign: { x: wide / 2, y: high / 2 + (isAbove ? 8 : 0), radius } };
}

function paintScores(pen, view, width, dark, layout = scoresLayout(view, width), withLegend = true) {
  const { wide, high, at, height } = layout;
  const table = paletteOf(view, dark);
  for (let i = 0; i < view.rows * view.columns; i++) {
    const [x, y] = at(i);
    if (Number.isNaN(view.value[i])) {
      const title = gettext("{name}: undefined", { name: scoreName(view, i) });
      pen.rect(x, y, wide, high, view.undefined[dark ? "dark" : "light"], title);
      hatch(pen, x, y, wide, high, ink(dark));
    } else {
      paintScore(pen, view, layout, i, table);
    }
    pen.box(x - 0.5, y - 0.5, wide + 1, high + 1, themed("frame", dark));
    paintNames(pen, view, layout, i, dark);
  }
  if (view.chosen !== null) {
    const [x, y] = at(view.chosen);
    pen.box(x - 1.5, y - 1.5, wide + 3, high + 3, themed("mark"), 3);
  }
  const size = { width: Math.max(layout.width, 420), height };
  return withLegend ? paintScoresLegend(pen, view, size, table, dark) : size;
}

// Which of the 256 colours a cell has: of a share for which there is little evidence, a paler one.
export function cellLevel(view, i) {
  const level = levelOf(view.value[i], view.low_end, view.high_end);
  return view.pale && LITTLE.includes(view.marks[i]) ? Math.round(PALE * level) : level;
}

function paintScore(pen, view, layout, i, table) {
  const [x, y] = layout.at(i);
  const value = view.value[i];
  const level = cellLevel(view, i);
  const { verdict, lines } = scoreSays(view, i);
  const title = `${scoreName(view, i)}: ${[...lines, verdict].filter(Boolean).join("; ")}`;
  pen.rect(x, y, layout.wide, layout.high, css(table, level), title);
  const { written, sign } = cellLayout(layout, view.marks[i] >= OFFSET);
  const fill = readableOn(table, level);
  if (written) {
    const digits = Math.abs(value) >= 10 ? 0 : view.high_end < 0.1 ? 3 : view.high_end < 1 ? 2 : 1;
    const text = view.is_share ? short(value) : fixed(value, digits);
    pen.text(text, x + written.x, y + written.y, { size: written.size, fill, align: "center", most: written.most });
  }
  paintMark(pen, view.marks[i], x + sign.x, y + sign.y, sign.radius, fill);
}

// The layer before its first head, and the head above that of the first layer; not all where there is little room.
function paintNames(pen, view, { at, wide, high }, i, dark) {
  const [x, y] = at(i);
  const [row, head] = [Math.floor(i / view.columns), i % view.columns];
  const style = { size: 12, fill: ink(dark) };
  if (head === 0 && (high >= 12 || row % 2 === 0)) {
    pen.text(layerName(view.layers[row]), 30, y + high / 2, { ...style, align: "right" });
  }
  if (row === 0 && (wide >= 24 || head % 4 === 0)) {
    pen.text(nameInLayer(head), x + wide / 2, 10, { ...style, align: "center" });
  }
}

function scoresEnds(view) {
  const end = (value) => (view.is_share ? String(+fixed(100 * value, 1)) : number(value));
  return [end(view.low_end), `${end(view.high_end)}${view.is_share ? " %" : ""}`, view.unit];
}

// The signs that this picture uses, with what each stands for.
function marksShown(view) {
  const named = view.marks_in_words.map((words, mark) => [mark, words]);
  return named.filter(([mark, words]) => words && view.marks.includes(mark));
}

function paintScoresLegend(pen, view, size, table, dark) {
  const y = paintLegend(pen, size.height + 8, table, ...scoresEnds(view), dark);
  let x = 0;
  for (const [mark, words] of marksShown(view)) {
    paintLegendMark(pen, view, mark, x, y, dark);
    pen.text(words, x + 20, y + 7, { size: 12, fill: ink(dark) });
    x += 36 + textWidth(words, 12);
  }
  return { width: Math.max(size.width, x), height: y + 20 };
}

function paintLegendMark(pen, view, mark, x, y, dark) {
  if (mark === UNDEFINED) hatch(pen, x, y, 14, 14, ink(dark));
  pen.box(x + 0.5, y + 0.5, 13, 13, themed("sign-frame", dark));
  paintMark(pen, mark, x + 7, y + 7, 4, ink(dark));
}

// Where the card of a head stands, right of its cell or else left; one sees `seen` pixels from `scrolled` on.
export function placeTip({ at, wide, height }, i, [tipWidth, tipHeight], scrolled, seen) {
  const [x, y] = at(i);
  const fits = x + wide + 10 - scrolled + tipWidth < seen;
  return [fits ? x + wide + 10 : Math.max(0, x - tipWidth - 10), Math.max(0, Math.min(y - 10, height - tipHeight))];
}

function drawScores(body, view, width, send, dark, memory) {
  const layout = scoresLayout(view, width);
  const { wide, high, left, top, gap, at } = layout;
  const go = (row, column) => {
    const i = row * view.columns + column;
    memory.at = [row, column];
    const [x, y] = at(i);
    place(mark, x - 2, y - 2, wide + 4, high + 4);
    const { verdict, lines } = scoreSays(view, i);
    const few = lines.slice(0, view.whats.length > 1 ? 2 : 1);
    readout.textContent = `${scoreName(view, i)}: ${[...few, verdict].filter(Boolean).join(", ")}`;
    fillTip(card, `${scoreName(view, i)}${verdict ? `: ${verdict}` : ""}`, lines);
    const size = [card.offsetWidth, card.offsetHeight];
    const [x2, y2] = placeTip(layout, i, size, scroll.scrollLeft, scroll.clientWidth);
    Object.assign(card.style, { left: `${x2}px`, top: `${y2}px` });
  };
  const choose = (row, column) => view.chooses && send("choose", [view.layers[row], column]);
  const isThere = memory.at && memory.at[0] < view.rows && memory.at[1] < view.columns;
  const chosen = view.chosen === null ? [-1, -1] : [Math.floor(view.chosen / view.columns), view.chosen % view.columns];
  const stops = { go, open: choose, start: isThere ? memory.at : chosen };
  const { box, scroll, to } = stage(body, "scores", view.label, view.rows, view.columns, stops);
  box.style.width = `${layout.width}px`;
  if (view.chooses) box.style.cursor = "pointer";
  paintScores(new CanvasPen(sharpCanvas(box, layout.width, layout.height)), view, width, dark, layout, false);
  const [mark, card] = [add(box, "div", "mark"), add(box, "div", "card tip")];
  const hide = () => {
    card.style.display = "none";
  };
  const cells = { left, top, wide: wide + gap, high: high + gap, rows: view.rows, columns: view.columns };
  const pointed = { over: (cell) => to(...cell), away: hide, click: (cell) => choose(...cell) };
  followPointer(box, (point) => cellAt(point, cells), pointed);
  box.addEventListener("blur", hide);
  const readout = addReadout(body, hintOf(view)); // below the picture, which so begins higher
  legend(body, paletteOf(view, dark), ...scoresEnds(view));
  marksLegend(body, view, dark);
}

function marksLegend(body, view, dark) {
  const sign = (mark) => (pen) => paintLegendMark(pen, view, mark, 0, 0, dark);
  addSigns(body, marksShown(view).map(([mark, words]) => [sign(mark), words]));
}

function scoresTable(view) {
  const text = (name, i) => (Number.isNaN(view[name][i]) ? "" : scoreValue(view, view[name][i], i));
  const several = view.whats.length > 1;
  const hits = view.hits.some((share) => !Number.isNaN(share));
  const rows = Array.from({ length: view.rows * view.columns }, (_, i) => [
    scoreName(view, i), ...(several ? [view.whats[view.what[i]]] : []),
    text("value", i), text("low", i), text("high", i),
    ...(hits ? [Number.isNaN(view.hits[i]) ? "" : count(view.hits[i])] : []), count(view.n[i]),
    view.rules[view.rule[i]], text("baseline", i), text("chance", i), text("control", i),
    view.marks_in_words[view.marks[i]],
  ]);
  const what = several ? [view.told ? gettext("effects") : gettext("score")] : [];
  const head = [gettext("head"), ...what, gettext("measured value"), gettext("95 % from"), gettext("95 % to")];
  head.push(...(hits ? [gettext("hits")] : []), "n", gettext("rule"), gettext("rule gets"), gettext("even choice"));
  return { head: [...head, gettext("random weights"), gettext("verdict")], rows };
}
