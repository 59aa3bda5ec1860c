// Code in place of words: laid out as it was typed, its kinds told apart by colours wherever these can be read.

import { readableOn, rgb, themed } from "./colours.js";
import { textWidth } from "./pens.js";

const CONTRAST = 4.5; // that WCAG 2.2 asks of letters, 1.4.3
const TAB = 4; // characters

const INKS = {
  keyword: (dark) => themed("code-keyword", dark),
  defined: (dark) => themed("code-defined", dark),
  builtin: (dark) => themed("code-builtin", dark),
  string: (dark) => themed("code-string", dark),
  number: (dark) => themed("code-number", dark),
  comment: (dark) => themed("code-comment", dark),
};

// The colour of a kind of code; "" for what has none of its own.
export function kindColour(kind, dark) {
  return INKS[kind]?.(dark) ?? "";
}

// The same on a painted ground, where it can be read there; else what can be.
export function inkOfKind(kind, table, level, dark) {
  const colour = kindColour(kind, dark);
  return colour && contrast(rgb(colour), [...table.slice(level * 3, level * 3 + 3)]) >= CONTRAST
    ? colour
    : readableOn(table, level);
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(channels) {
  const linear = channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

// For exports: pieces in a grid of characters, [x, y, width] each; what stands behind a line break begins a new line.
export function codeLayout({ drawn, gaps }, size, line) {
  const wide = textWidth("m", size, false, true);
  let [x, y, most] = [0, 0, 0];
  const go = (text) => {
    for (const character of text) {
      if (character === "\n") [x, y] = [0, y + line];
      else x += character === "\t" ? TAB * wide : wide;
      most = Math.max(most, x);
    }
  };
  const places = drawn.map((piece, i) => {
    const place = [x, y, Math.max(1, [...piece.split("\n")[0]].length) * wide];
    go(piece);
    go(gaps[i]);
    return place;
  });
  return { places, height: y + line, width: most };
}
