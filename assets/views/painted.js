// ---- painted: the text itself, coloured by what one of its words looks at, or by what looks at it -------------------
//
// `sides` holds the words of the queries, and of the keys where these are another text. `values` is the whole map, or,
// of a long text, what is asked of the chosen word: its row, or behind it its column.

import { codeLayout, inkOfKind, kindColour } from "./code.js";
import { css, ink, levelOf, paletteOf } from "./colours.js";
import { add, addButton, addReadout, hintOf } from "./elements.js";
import { labelsSay, together } from "./labels.js";
import { legend, paintLegend } from "./legends.js";
import { LINE, paintWords, SIZE, textLayout } from "./painted_paint.js";
import { STEPS } from "./stage.js";
import { gettext } from "./texts.js";
import { number, short } from "./wording.js";

export const renderer = { draw: drawPainted, paint: paintPainted, table: paintedTable };

const SMALL = 12; // letters of titles in exports
const WIDE = 520; // pixels: from here on two sides stand beside each other
const nameOf = (side) => (side === "query" ? gettext("what it looks at") : gettext("what looks at it"));

// The words of a side; of one text that looks at itself both are the same.
export const wordsOf = ({ sides }, side) => sides[side] ?? sides.query;

// Whether there are two texts, so that a word of either can be pointed at: the other is painted by it.
export const hasTwo = ({ sides }) => Boolean(sides.key);

const otherSide = (side) => (side === "query" ? "key" : "query");

// What one word gives to each word of the other side, or gets from it.
export function shares(view, side, at) {
  const [n, m] = [wordsOf(view, "query").words.length, wordsOf(view, "key").words.length];
  if (!view.whole) return side === "query" ? view.values.subarray(0, m) : view.values.subarray(m, m + n);
  if (side === "query") return view.values.subarray(at * m, (at + 1) * m);
  return Float32Array.from({ length: n }, (_, i) => view.values[i * m + at]);
}

// The places of the words that hold what is looked for, whatever the case.
export function found(words, wanted) {
  const small = wanted.trim().toLocaleLowerCase();
  return small ? words.flatMap((word, i) => (word.toLocaleLowerCase().includes(small) ? [i] : [])) : [];
}

export function strongest(values, words, most = 4) {
  const order = [...values.keys()].filter((i) => values[i] > 0).sort((a, b) => values[b] - values[a]);
  return order.slice(0, most).map((i) => `${words[i]} ${short(values[i])}`);
}

export function says(view, side, at, values) {
  const word = wordsOf(view, side).words[at];
  const others = strongest(values, wordsOf(view, otherSide(side)).words).join(",  ");
  const text = side === "query" ? `${word} → ${others}` : `${others}  → ${word}`;
  return together(text, labelsSay(view, [[side, word, at]]));
}

function drawPainted(body, view, width, send, dark, memory) {
  const sent = `${view.side} ${view.picked}`;
  if (memory.sent !== sent) Object.assign(memory, { sent, side: view.side, picked: view.picked });
  const table = paletteOf(view, dark);
  const readout = addReadout(body, hintOf(view));
  const tools = add(body, "div", "tools");
  const texts = addTexts(body, view, width);
  const parts = Object.fromEntries(Object.keys(view.sides).map((side) => [side, addWords(texts, view, side)]));
  const partOf = (side) => parts[side] ?? parts.query;
  const paint = (side, at) => {
    const values = shares(view, side, at);
    for (const part of Object.values(parts)) part.forEach((word) => clearWord(word, dark));
    partOf(otherSide(side)).forEach((word, i) => paintWord(word, values[i], view, [table, dark]));
    partOf(side)[at].classList.add("looks");
    readout.textContent = says(view, side, at, values);
  };
  const choose = (at) => {
    memory.picked = at;
    send("look", { side: memory.side, tokens: [at] });
    if (view.whole) paint(memory.side, at);
  };
  const mark = addSides(tools, memory, (side) => {
    memory.side = side;
    choose(Math.min(memory.picked, partOf(side).length - 1));
  });
  addSearch(tools, view, memory, (at) => {
    choose(at);
    partOf(memory.side)[at].scrollIntoView({ block: "nearest" });
  });
  const turn = (side) => {
    memory.side = side;
    mark();
  };
  listen(texts, parts, view, memory, { paint, choose, turn });
  paint(memory.side, memory.picked);
  legend(body, table, number(view.low), number(view.high), view.unit_label);
}

// Where the words stand: one text below the tools, or two beside each other where there is room.
function addTexts(body, view, width) {
  const texts = add(body, "div", `scroll painted${hasTwo(view) && width >= WIDE ? " two" : ""}`);
  texts.dataset.key = "painted";
  texts.tabIndex = 0;
  texts.setAttribute("role", "group");
  texts.setAttribute("aria-label", view.label);
  return texts;
}

// Whether the text is painted by what the chosen word looks at, or by what looks at it.
function addSides(tools, memory, turn) {
  const buttons = add(tools, "div", "swatches");
  const mark = () => [...buttons.children].forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.side === memory.side));
  });
  for (const side of ["query", "key"]) {
    addButton(buttons, "swatch", nameOf(side), side, () => {
      turn(side);
      mark();
    }).dataset.side = side;
  }
  mark();
  return mark;
}

// The words of one side in a line that runs on; returns their elements.
function addWords(texts, view, side) {
  const { words, gaps, drawn = words, kinds, right_to_left: fromRight, title } = view.sides[side];
  const pane = add(texts, "section", "side");
  if (title) add(pane, "h4", "", title);
  const line = add(pane, "p", kinds ? "text code" : "text");
  line.dir = fromRight ? "rtl" : "ltr";
  line.dataset.side = side;
  return words.map((_, i) => {
    const element = add(line, "span", "token", drawn[i]);
    element.dir = "auto";
    if (kinds?.[i]) element.dataset.kind = kinds[i];
    element.dataset.at = i;
    line.append(gaps[i]);
    return element;
  });
}

function clearWord(word, dark) {
  word.classList.remove("looks");
  word.style.background = "";
  word.style.color = kindColour(word.dataset.kind, dark);
  word.removeAttribute("title");
}

function paintWord(word, value, view, [table, dark]) {
  if (value === -Infinity) return;
  const level = levelOf(value, view.low, view.high);
  word.style.background = css(table, level);
  word.style.color = inkOfKind(word.dataset.kind, table, level, dark);
  word.title = number(value);
}

function listen(texts, parts, view, memory, { paint, choose, turn }) {
  // Of one text the side that is asked about is that of the buttons; of two it is the one that is pointed at.
  const placeOf = (event) => {
    const word = event.target.closest?.("span.token");
    return word ? [parts.key ? word.parentElement.dataset.side : memory.side, Number(word.dataset.at)] : null;
  };
  texts.addEventListener("pointerover", (event) => {
    const place = placeOf(event);
    if (place && view.whole) paint(...place);
  });
  texts.addEventListener("pointerleave", () => paint(memory.side, memory.picked));
  texts.addEventListener("click", (event) => {
    const place = placeOf(event);
    if (!place) return;
    turn(place[0]);
    choose(place[1]);
  });
  texts.addEventListener("keydown", (event) => {
    const [down, right] = STEPS[event.key] ?? [0, 0];
    const words = parts[memory.side] ?? parts.query;
    const fromRight = (view.sides[memory.side] ?? view.sides.query).right_to_left;
    const next = memory.picked + (fromRight ? -right : right) + down * 8;
    if (!(event.key in STEPS) || next < 0 || next >= words.length) return;
    event.preventDefault();
    event.stopPropagation();
    choose(next);
    words[next].scrollIntoView({ block: "nearest" });
  });
}

// A field that goes from one place of a word to the next, with Enter.
function addSearch(tools, view, memory, go) {
  const label = add(tools, "label", "threshold", `${gettext("Find")} `);
  const field = add(label, "input");
  Object.assign(field, { type: "search", value: memory.wanted ?? "", placeholder: gettext("a word") });
  field.dataset.key = "find";
  const told = add(tools, "span", "told");
  field.addEventListener("input", () => {
    memory.wanted = field.value;
    const n = found(wordsOf(view, memory.side).words, field.value).length;
    told.textContent = field.value.trim() ? gettext("{n} found; Enter goes to the next", { n }) : "";
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const places = found(wordsOf(view, memory.side).words, field.value);
    const next = places.find((at) => at > memory.picked) ?? places[0];
    if (next !== undefined) go(next);
    event.preventDefault();
    event.stopPropagation();
  });
}

function paintPainted(pen, view, width, dark, memory = {}) {
  const [side, at] = [memory.side ?? view.side, memory.picked ?? view.picked];
  const [table, values] = [paletteOf(view, dark), shares(view, side, at)];
  let [y, most] = [0, width];
  for (const [name, text] of Object.entries(view.sides)) {
    if (text.title) {
      pen.text(text.title, 0, y + 9, { size: SMALL, fill: ink(dark) });
      y += LINE - 4;
    }
    const { places, height, width: wide } = text.kinds ? codeLayout(text, SIZE, LINE) : textLayout(text, width);
    most = Math.max(most, wide ?? 0);
    const isPainted = !view.sides.key || name !== side;
    const marked = !view.sides.key || name === side ? at : -1;
    const levelAt = (i) => (isPainted && values[i] !== -Infinity ? levelOf(values[i], view.low, view.high) : null);
    const words = { places, text, levelAt, marked };
    pen.group(0, y, () => paintWords(pen, words, [table, dark], (i) => number(values[i])));
    y += height + 8;
  }
  const ends = [number(view.low), number(view.high), view.unit_label];
  return { width: most, height: paintLegend(pen, y + 6, table, ...ends, dark) };
}

function paintedTable(view) {
  const values = shares(view, view.side, view.picked);
  const words = wordsOf(view, otherSide(view.side)).words;
  return { head: [gettext("word"), nameOf(view.side)], rows: words.map((word, i) => [word, number(values[i])]) };
}
