// ---- strips: what one word looks at, one line a head ----------------------------------------------------------------

import { css, ink, levelOf, paletteOf, readableOn, themed } from "./colours.js";
import { add, addButton, addReadout, hintOf, isTouched } from "./elements.js";
import { inLine, labelsSay, together } from "./labels.js";
import { legend, paintLegend } from "./legends.js";
import { textWidth } from "./pens.js";
import { gettext } from "./texts.js";
import { headName, shareIn, shortIn } from "./wording.js";

export const renderer = { draw: drawStrips, paint: paintStrips, table: stripsTable };

const [SIZE, NAME, ROW] = [15, 90, 46]; // in exports: of letters, and pixels for the name and for a row of words
const NUMBERED = 0.15; // from here a share stands under its word
const legendOf = (view) => [
  shortIn(view, 0), shortIn(view, 1), gettext("share of the attention of the marked word"),
];

// The name of a line: of its head, or what the line is instead.
const stripName = (view, h) => view.names?.[h] || headName(...view.heads[h]);

function drawStrips(body, view, width, send, dark) {
  const { words, heads } = view;
  const table = paletteOf(view, dark);
  const needed = words.reduce((sum, word) => sum + Math.max(38, word.length * 9 + 14), 0); // pixels at 16 a line
  body.style.fontSize = `${Math.max(16, Math.min(26, (16 * (width - 130)) / needed))}px`;
  const say = {}; // what a word says when it is pointed at; it stands below, so that nothing moves under the pointer
  drawSentence(body, view, send, say);
  heads.forEach((_, h) => {
    const strip = add(body, "div", "strip");
    drawName(strip, view, h, send);
    drawWords(wordRow(strip, view), view, h, table, say);
  });
  const readout = addReadout(body, hintOf(view));
  say.word = (text, i) => {
    readout.textContent = together(text, labelsSay(view, [["key", words[i], i]]));
  };
  legend(body, table, ...legendOf(view));
}

// A line of words; where most of the text runs from the right, so do its lines.
function wordRow(strip, view) {
  const row = add(strip, "div", "words");
  row.dir = view.right_to_left ? "rtl" : "ltr";
  return row;
}

// What stands above the sentence: which word looks, or how to choose one with what one has at hand.
export function saidAbove({ words, query, fixed: isFixed }) {
  if (isFixed) return gettext("“{word}” looks at:", { word: words[query] });
  return isTouched() ? gettext("tap a word:") : gettext("click a word:");
}

function drawSentence(body, view, send, say) {
  const { words, query, fixed: isFixed } = view;
  const sentence = add(body, "div", "strip sentence");
  sentence.setAttribute("role", "group");
  sentence.setAttribute("aria-label", gettext("The sentence: choose the word that looks"));
  if (query >= 0) add(sentence, "span", "name", saidAbove(view));
  const row = wordRow(sentence, view);
  words.forEach((word, i) => {
    const item = isFixed
      ? add(row, "span", i === query ? "word looks" : "word", word)
      : addButton(row, "word", word, `word ${i}`, () => send("look_from", i));
    if (!isFixed) item.setAttribute("aria-pressed", String(i === query));
    for (const event of ["pointerenter", "focus"]) item.addEventListener(event, () => say.word("", i));
  });
}

function drawName(strip, view, h, send) {
  const { words, target, from_others: fromOthers } = view;
  const label = stripName(view, h);
  const isHead = !view.names?.[h] && view.opens !== false && !view.alone;
  const name = isHead
    ? addButton(strip, "name", label, label, () => send("open", view.heads[h]))
    : add(strip, "span", "name", label);
  const opens = gettext("Open this head");
  if (isHead) name.title = opens;
  if (fromOthers[h] !== null) {
    const given = gettext("On average the other words give “{word}” {share} here.", {
      word: words[target], share: shareIn(view, fromOthers[h]),
    });
    name.title = isHead ? `${opens}. ${given}` : given;
    add(name, "small", "others", gettext("other words: {share}", { share: shortIn(view, fromOthers[h]) }));
  }
}

function drawWords(line, view, h, table, say) {
  const { words, target, values } = view;
  words.forEach((word, i) => {
    const value = values[h * words.length + i];
    const level = levelOf(value, 0, 1);
    const cell = add(line, "span", "word", word);
    cell.style.background = css(table, level);
    cell.style.color = readableOn(table, level);
    cell.title = `${word}: ${shareIn(view, value)}`;
    cell.addEventListener("pointerenter", () => say.word(`${stripName(view, h)}:  ${word} ${shareIn(view, value)}`, i));
    if (i === target || value >= NUMBERED) add(cell, "span", "value", shortIn(view, value));
  });
}

// For exports: the places of the words of one line, [x, y, width] each, in as many rows as they need, and its height.
export function lineLayout(words, width, fromRight = false) {
  let [x, y] = [NAME, 0];
  const places = words.map((word) => {
    const wide = Math.max(34, textWidth(word, SIZE) + 14);
    if (x > NAME && x + wide > width) [x, y] = [NAME, y + ROW];
    const place = [x, y, wide];
    x += wide + 3;
    return place;
  });
  const right = NAME + Math.max(...places.map(endOf));
  const mirrored = ([left, top, wide]) => [right - left - wide, top, wide];
  return { places: fromRight ? places.map(mirrored) : places, height: y + ROW + 6 };
}

const endOf = ([left, , wide]) => left + wide;

function paintStrips(pen, view, width, dark) {
  const { words, query, heads } = view;
  const table = paletteOf(view, dark);
  const { places, height } = lineLayout(words, width, view.right_to_left);
  const style = { size: SIZE, fill: ink(dark) };
  pen.text("", 0, 14, { ...style, bold: true });
  words.forEach((word, i) => {
    const [x, y, wide] = places[i];
    pen.text(inLine(word, view.right_to_left), x + wide / 2, y + 14, { ...style, align: "center" });
    if (i === query) pen.box(x, y, wide, 28, themed("mark"), 2);
  });
  heads.forEach((_, h) => {
    const top = (h + 1) * height;
    pen.text(stripName(view, h), 0, top + 14, { ...style, bold: true });
    places.forEach(([x, y, wide], i) => paintWord(pen, view, h, i, [x, top + y, wide], table));
  });
  return { width, height: paintLegend(pen, (heads.length + 1) * height, table, ...legendOf(view), dark) };
}

function paintWord(pen, view, h, i, [x, y, wide], table) {
  const { words, query, target, values, right_to_left: fromRight } = view;
  const value = values[h * words.length + i];
  const level = levelOf(value, 0, 1);
  pen.rect(x, y, wide, 42, css(table, level), `${words[query] ?? ""} → ${words[i]}: ${shareIn(view, value)}`);
  const style = { align: "center", fill: readableOn(table, level) };
  pen.text(inLine(words[i], fromRight), x + wide / 2, y + 14, { size: SIZE, ...style });
  if (i === target || value >= NUMBERED) pen.text(shortIn(view, value), x + wide / 2, y + 32, { size: 12, ...style });
}

function stripsTable(view) {
  const n = view.words.length;
  const rows = view.heads.map((_, h) => [
    stripName(view, h), ...view.words.map((word, i) => shareIn(view, view.values[h * n + i])),
  ]);
  return { head: [gettext("head"), ...view.words], rows };
}
