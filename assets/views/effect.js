// ---- effect: what a model puts out before and after a change, two bars a row; or one bar, where there is no before --

import { ink, themed } from "./colours.js";
import { add, addReadout, hintOf } from "./elements.js";
import { inLine, together } from "./labels.js";
import { addSigns, paintSigns } from "./legends.js";
import { stage } from "./stage.js";
import { gettext } from "./texts.js";
import { fixed, inPercent, number } from "./wording.js";

export const renderer = { draw: drawEffect, paint: paintEffect, table: effectTable };

const [LABEL, BARS, ROW] = [130, 360, 34]; // pixels, in exports

// Where bars begin and how long they are, as shares of the room that they have: from zero, which stands on the left, or
// where some numbers are below it, between the ends: [begin, length] each.
export function effectBars({ low, high }, values) {
  const span = high - low || 1;
  const zero = Math.max(0, -low) / span;
  return Array.from(values, (value) => {
    const end = (Math.max(low, Math.min(high, value)) - low) / span;
    return [Math.min(zero, end), Math.abs(end - zero)];
  });
}

// Numbers that are all small have as many digits more as it takes to tell them apart.
export function small({ low, high }, value) {
  const more = Math.min(6, Math.floor(-Math.log10(high - low || 1)));
  return more > 0 && value !== 0 ? fixed(value, 3 + more) : number(value);
}
const written = (view, value) => (view.unit === "share" ? inPercent(value) : small(view, value));

function changeOf(view, i) {
  const difference = view.after[i] - view.before[i];
  const sign = difference < 0 ? "−" : "+";
  const size = Math.abs(difference);
  if (view.unit !== "share") return `${sign}${small(view, size)}`;
  const points = fixed(100 * size, 1);
  return gettext("{n} points", { n: points === fixed(0, 1) ? points : `${sign}${points}` });
}

const saysRow = (view, i) =>
  view.has_before
    ? `${view.rows[i]}:  ${written(view, view.before[i])} → ${written(view, view.after[i])} (${changeOf(view, i)})`
    : `${view.rows[i]}:  ${written(view, view.after[i])}`;

const signs = (dark) => [
  [(pen, x = 0, y = 0) => pen.rect(x, y + 4, 14, 7, themed("arc", dark)), gettext("before")],
  [(pen, x = 0, y = 0) => pen.rect(x, y + 4, 14, 7, themed("line", dark)), gettext("with the change")],
];

function drawEffect(body, view, _width, _send, dark) {
  const readout = addReadout(body, hintOf(view));
  const go = (row) => {
    readout.textContent = together(saysRow(view, row), "");
  };
  const { box, to } = stage(body, view.title, view.label, view.rows.length, 1, { go });
  const list = add(box, "ul", "effects");
  const [before, after] = [view.before, view.after].map((values) => effectBars(view, values));
  view.rows.forEach((label, i) => {
    const item = add(list, "li", i === view.marked ? "marked" : "");
    item.addEventListener("pointerenter", () => to(i, 0));
    item.addEventListener("pointerdown", () => to(i, 0));
    add(item, "span", "label", label).dir = "auto";
    const track = add(item, "span", "track");
    if (view.has_before) addBar(track, before[i], themed("arc", dark));
    addBar(track, after[i], themed("line", dark));
    add(item, "span", "number", view.has_before ? changeOf(view, i) : written(view, view.after[i]));
  });
  if (view.has_before) addSigns(body, signs(dark));
}

function addBar(track, [begin, length], colour) {
  const bar = add(track, "span", "bar");
  Object.assign(bar.style, { marginLeft: `${100 * begin}%`, width: `${100 * length}%`, background: colour });
}

function paintEffect(pen, view, width, dark) {
  const [before, after] = [view.before, view.after].map((values) => effectBars(view, values));
  view.rows.forEach((label, i) => {
    const middle = (i + 0.5) * ROW;
    const style = { size: 14, align: "right", fill: ink(dark), most: LABEL - 10, bold: i === view.marked };
    pen.text(inLine(label, false), LABEL - 8, middle, style);
    const bar = ([begin, length], y, colour) =>
      pen.rect(LABEL + begin * BARS, y, length * BARS, 11, colour, saysRow(view, i));
    if (view.has_before) bar(before[i], middle - 12, themed("arc", dark));
    bar(after[i], view.has_before ? middle + 1 : middle - 5, themed("line", dark));
    const said = view.has_before ? changeOf(view, i) : written(view, view.after[i]);
    pen.text(said, LABEL + BARS + 8, middle, { size: 13, fill: ink(dark) });
  });
  const end = view.rows.length * ROW + 6;
  return { width, height: view.has_before ? paintSigns(pen, signs(dark), end, width, dark) : end };
}

const unitOf = (view) => (view.unit === "1 − cosine" ? gettext("1 − cosine") : view.unit);

function effectTable(view) {
  const both = (i) => [view.before[i], view.after[i], view.after[i] - view.before[i]];
  const numbers = (i) => (view.has_before ? both(i) : [view.after[i]]);
  const head = view.has_before ? ["", gettext("before"), gettext("after"), gettext("difference")] : ["", unitOf(view)];
  return { head, rows: view.rows.map((label, i) => [label, ...numbers(i).map(number)]) };
}
