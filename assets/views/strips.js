// ---- strips: what one word looks at, one line a head ----------------------------------------------------------------

import { css, ink, paletteOf, readableOn, themed } from "./colours.js";
import { add, addButton } from "./elements.js";
import { legend, paintLegend } from "./legends.js";
import { textWidth } from "./pens.js";
import { headName, number, short } from "./wording.js";

export const renderer = { draw: drawStrips, paint: paintStrips, table: stripsTable };

// The name of a line: of its head, or what the line is instead.
const stripName = (view, h) => view.names?.[h] || headName(...view.heads[h]);

function drawStrips(body, view, width, send, dark) {
  const { words, query, target, heads, values, from_others: fromOthers } = view;
  const table = paletteOf(view, dark);
  const needed = words.reduce((sum, word) => sum + Math.max(38, word.length * 9 + 14), 0); // pixels at 16 a line
  body.style.fontSize = `${Math.max(16, Math.min(26, (16 * (width - 130)) / needed))}px`;
  const sentence = add(body, "div", "strip sentence");
  sentence.setAttribute("role", "group");
  sentence.setAttribute("aria-label", "The sentence: choose the word that looks");
  if (query >= 0) add(sentence, "span", "name", view.fixed ? "looks:" : "click a word:");
  const row = add(sentence, "div", "words");
  words.forEach((word, i) => {
    if (view.fixed) {
      add(row, "span", i === query ? "word looks" : "word", word);
      return;
    }
    const button = addButton(row, "word", word, `word ${i}`, () => send("look_from", i));
    button.setAttribute("aria-pressed", String(i === query));
  });
  heads.forEach(([layer, head], h) => {
    const strip = add(body, "div", "strip");
    const label = stripName(view, h);
    const name = view.names?.[h]
      ? add(strip, "span", "name", label)
      : addButton(strip, "name", label, label, () => send("open", [layer, head]));
    if (!view.names?.[h]) name.title = "Open this head";
    if (fromOthers[h] !== null) {
      name.title = `Open this head. On average the other words give “${words[target]}” ${number(fromOthers[h])} here.`;
      add(name, "small", "others", `others ${short(fromOthers[h])}`);
    }
    const line = add(strip, "div", "words");
    words.forEach((word, i) => {
      const value = values[h * words.length + i];
      const level = Math.max(0, Math.min(255, Math.round(value * 255)));
      const cell = add(line, "span", "word", word);
      cell.style.background = css(table, level);
      cell.style.color = readableOn(table, level);
      cell.title = `${word}: ${number(value)}`;
      if (i === target || value >= 0.15) add(cell, "span", "value", short(value));
    });
  });
  legend(body, table, "0", "1", "share of the attention of the marked word");
}

function paintStrips(pen, view, width, dark) {
  const { words, query, target, heads, values } = view;
  const table = paletteOf(view, dark);
  const size = 15;
  let y = 0;
  const line = (name, cell) => {
    pen.text(name, 0, y + 14, { size, fill: ink(dark), bold: true });
    let x = 90;
    words.forEach((word, i) => {
      const wide = Math.max(34, textWidth(word, size) + 14);
      if (x + wide > width) [x, y] = [90, y + 46];
      cell(word, i, x, wide);
      x += wide + 3;
    });
    y += 52;
  };
  line("", (word, i, x, wide) => {
    pen.text(word, x + wide / 2, y + 14, { size, align: "center", fill: ink(dark) });
    if (i === query) pen.box(x, y, wide, 28, themed("mark"), 2);
  });
  heads.forEach((_, h) => {
    line(stripName(view, h), (word, i, x, wide) => {
      const value = values[h * words.length + i];
      const level = Math.max(0, Math.min(255, Math.round(value * 255)));
      pen.rect(x, y, wide, 42, css(table, level), `${words[query] ?? ""} → ${word}: ${number(value)}`);
      const style = { align: "center", fill: readableOn(table, level) };
      pen.text(word, x + wide / 2, y + 14, { size, ...style });
      if (i === target || value >= 0.15) pen.text(short(value), x + wide / 2, y + 32, { size: 12, ...style });
    });
  });
  return { width, height: paintLegend(pen, y, table, "0", "1", "share of the attention of the marked word", dark) };
}

function stripsTable(view) {
  const n = view.words.length;
  const rows = view.heads.map((_, h) => [
    stripName(view, h), ...view.words.map((word, i) => number(view.values[h * n + i])),
  ]);
  return { head: ["head", ...view.words], rows };
}
