// Colours: those of views/style/theme.py, which the style sheet hands over as properties, and scales between them.

import { add } from "./elements.js";

let looks = null;
const values = new Map();

// Read colours as they are where this element stands. What was read stays: the style sheet gives one value to each
// name, and asking while a page is being changed makes the browser style all of it.
export function useColours(root) {
  looks = getComputedStyle(root);
}

// A colour of theme.py by its name: of the two for light and dark ground the right one, or the one for both.
export function themed(name, dark) {
  const property = `--${name}${dark === undefined ? "" : dark ? "-dark" : "-light"}`;
  const known = values.get(property);
  if (known) return known;
  const value = looks.getPropertyValue(property).trim();
  values.set(property, value);
  return value;
}

export function isDark(root) {
  const probe = add(root, "span");
  probe.style.color = getComputedStyle(root).getPropertyValue("--st-background-color") || themed("paper", false);
  const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  probe.remove();
  return r + g + b < 384;
}

export function ink(dark) {
  return themed("ink", dark);
}

// The second of two texts, and what a model wrote itself, is told apart by this colour.
export function secondInk(dark) {
  return themed("second-ink", dark);
}

export function rgb(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// 256 colours between the given ones.
export function rampOf(stops) {
  const colours = stops.map(rgb);
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colours.length - 1);
    const low = Math.min(Math.floor(at), colours.length - 2);
    for (let c = 0; c < 3; c++) {
      table[i * 3 + c] = colours[low][c] + (colours[low + 1][c] - colours[low][c]) * (at - low);
    }
  }
  return table;
}

export function css(table, level) {
  return `rgb(${table[level * 3]},${table[level * 3 + 1]},${table[level * 3 + 2]})`;
}

export function readableOn(table, level) {
  const linear = [0, 1, 2].map((c) => (table[level * 3 + c] / 255) ** 2.2);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.2 ? themed("on-light") : themed("on-dark");
}

export function paletteOf(view, dark) {
  return rampOf(view.palette[dark ? "dark" : "light"]);
}

export function levelOf(value, low, high) {
  if (value === -Infinity) return -1;
  return Math.max(0, Math.min(255, Math.round(((value - low) / (high - low || 1)) * 255)));
}
