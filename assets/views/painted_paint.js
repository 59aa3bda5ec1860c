// The words of a painted text in exports: where they stand, and how they are drawn.

import { inkOfKind, kindColour } from "./code.js";
import { css, ink, themed } from "./colours.js";
import { inLine } from "./labels.js";
import { textWidth } from "./pens.js";

export const SIZE = 15; // of letters
export const LINE = 26; // from one line to the next

// Words in lines, [x, y, width] each, and how high all of them are.
export function textLayout({ words, gaps, right_to_left: fromRight }, width) {
  let [x, y] = [0, 0];
  const places = words.map((word, i) => {
    const wide = textWidth(word, SIZE) + 6;
    if (x > 0 && x + wide > width) [x, y] = [0, y + LINE];
    const place = [fromRight ? width - x - wide : x, y, wide];
    x += wide + (gaps[i] ? 3 : 0);
    if (gaps[i] === "\n") [x, y] = [0, y + LINE];
    return place;
  });
  return { places, height: y + LINE };
}

export function paintWords(pen, { places, text, levelAt, marked }, [table, dark], written) {
  const { words, drawn, kinds, right_to_left: fromRight } = text;
  places.forEach(([left, top, wide], i) => {
    const [level, kind] = [levelAt(i), kinds?.[i]];
    if (level !== null) pen.rect(left, top, wide, LINE - 4, css(table, level), `${words[i]}: ${written(i)}`);
    if (i === marked) pen.box(left, top, wide, LINE - 4, themed("mark"), 2);
    const fill = level === null ? kindColour(kind, dark) || ink(dark) : inkOfKind(kind, table, level, dark);
    if (kinds) {
      const typed = drawn[i].split("\n")[0];
      const before = typed.length - typed.trimStart().length;
      const at = left + (wide * before) / Math.max(1, typed.length);
      pen.text(typed.trim(), at, top + 11, { size: SIZE, fill, mono: true });
    } else {
      pen.text(inLine(words[i], fromRight), left + wide / 2, top + 11, { size: SIZE, align: "center", fill });
    }
  });
}
