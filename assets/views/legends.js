// What the colours of a scale stand for, beside a picture or in it.

import { css, ink } from "./colours.js";
import { add } from "./elements.js";
import { addSvg, SvgPen, textWidth } from "./pens.js";

export function legend(body, table, low, high, unit) {
  const row = add(body, "div", "legend");
  add(row, "span", "", low);
  const bar = add(row, "span", "ramp");
  const stops = Array.from({ length: 9 }, (_, i) => css(table, Math.round((i / 8) * 255)));
  bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  add(row, "span", "", high);
  add(row, "span", "", unit);
}

export function paintLegend(pen, y, table, low, high, unit, dark) {
  const style = { size: 12, fill: ink(dark) };
  const left = textWidth(low, 12) + 8;
  pen.text(low, 0, y + 8, style);
  for (let i = 0; i < 64; i++) pen.rect(left + i * 2, y, 2.2, 14, css(table, i * 4));
  pen.text(high, left + 136, y + 8, style);
  pen.text(unit, left + 146 + textWidth(high, 12), y + 8, style);
  return y + 24;
}

// Signs with their words: [paint it with a pen in 14 × 14 pixels, words].
export function addSigns(body, signs) {
  const row = add(body, "div", "legend marks");
  for (const [paint, words] of signs) {
    const entry = add(row, "span", "entry");
    paint(new SvgPen(addSvg(entry, 14, 14)));
    add(entry, "span", "", words);
  }
}

// The same with any pen, from `y` on and in a width; returns where they end.
export function paintSigns(pen, signs, y, width, dark) {
  let x = 0;
  for (const [sign, words] of signs) {
    const long = 36 + textWidth(words, 12);
    if (x && x + long > width) [x, y] = [0, y + 20];
    sign(pen, x, y);
    pen.text(words, x + 20, y + 7, { size: 12, fill: ink(dark) });
    x += long;
  }
  return y + 22;
}

// Several scales, each with its name: [colours, name].
export function addRamps(body, ramps) {
  for (const [table, name] of ramps) {
    const entry = add(body, "span", "entry");
    const ramp = add(entry, "span", "ramp of-one");
    ramp.style.background = `linear-gradient(to right, ${css(table, 0)}, ${css(table, 255)})`;
    add(entry, "span", "", name);
  }
}

// The same with any pen, and what they stand for behind them; returns where the next line begins.
export function paintRamps(pen, ramps, says, y, width, dark) {
  const style = { size: 12, fill: ink(dark) };
  const [long, steps] = [48, 24];
  let x = 0;
  for (const [table, name] of ramps) {
    const needed = long + 22 + textWidth(name, 12);
    if (x && x + needed > width) [x, y] = [0, y + 20];
    for (let i = 0; i < steps; i++) pen.rect(x + 2 * i, y, 2.2, 14, css(table, Math.round((i * 255) / (steps - 1))));
    pen.text(name, x + long + 6, y + 7, style);
    x += needed;
  }
  if (x && x + textWidth(says, 12) > width) [x, y] = [0, y + 20];
  pen.text(says, x, y + 7, style);
  return y + 24;
}
