// The picture that is pointed at, enlarged: with words or numbers on its axes, its name and its strongest pair.

import { ink } from "./colours.js";
import { add, move } from "./elements.js";
import { addSvg, SvgPen } from "./pens.js";
import { shareIn } from "./wording.js";

const ENLARGED = 186;
const WORDS = { left: 84, top: 58, tail: 34, below: 78 };
const NUMBERS = { left: 30, top: 18, tail: 0, below: 78 };
const BARE = { left: 0, top: 0, tail: 0, below: 78 };
const TURN = 0.95; // radians that words above the columns are turned
const EDGE = 7; // of the card around its content
const APART = 8;

// Where a card stands: at the right edge of the grid or else at its left one, above or below the picture, and never on
// it; `beside` is over the column at the right, `below` under the grid. From `from` on the grid is seen.
export function placePreview({ picture, card: [wide, tall], box: [width, height], from = 0, beside, below }) {
  const [x, y, side] = picture;
  const right = Math.max(0, width - wide);
  if (beside) return [width + 2 * APART, from];
  if (below) return [right / 2, height + APART];
  const clear = ([left, top]) =>
    left >= x + side + APART || left + wide + APART <= x || top >= y + side + APART || top + tall + APART <= y;
  const above = Math.max(from, y - APART - tall);
  return [[right, from], [0, from], [Math.min(x, right), above]].find(clear) ?? [Math.min(x, right), y + side + APART];
}

// `picture(i)` is the data of one map, to be put on a canvas of `columns` × `rows`.
export function addPreview(parent, view, dark, picture) {
  const frame = view.queries.length ? WORDS : view.axis_sizes ? NUMBERS : BARE;
  const card = add(parent, "div", "card floats");
  const content = add(card, "div", "enlarged");
  const canvas = add(content, "canvas");
  [canvas.width, canvas.height] = [view.columns, view.rows]; // CSS makes it large
  const context = canvas.getContext("2d");
  paintAxes(content, canvas, view, frame, dark);
  const size = [frame.left + ENLARGED + frame.tail, frame.top + ENLARGED];
  card.style.width = `${size[0]}px`;
  const title = add(card, "strong");
  const pair = add(card, "span");
  const group = add(card, "div", "of-group");
  const preview = {
    card,
    shown: -1,
    size: [size[0] + 2 * EDGE, size[1] + frame.below],
    show(i, [left, top]) {
      move(card, left, top);
      if (i === preview.shown) return;
      preview.shown = i;
      const [query, key, value] = view.strongest[i];
      context.putImageData(picture(i), 0, 0);
      title.textContent = view.names[i];
      pair.textContent = `${query} → ${key} ${shareIn(view, value)}`;
      group.textContent = groupOf(view, i)?.name ?? "";
      card.style.display = "block";
    },
    hide() {
      card.style.display = "none";
      preview.shown = -1;
    },
  };
  return preview;
}

// What the frame of a picture stands for: { name, light, dark }, where it has one.
export function groupOf(view, i) {
  return view.swatches?.[view.groups?.[i]];
}

// Words of all rows and columns, or the numbers of the first and the last.
function paintAxes(content, canvas, view, { left, top, tail }, dark) {
  Object.assign(content.style, { width: `${left + ENLARGED + tail}px`, height: `${top + ENLARGED}px` });
  Object.assign(canvas.style, { left: `${left}px`, top: `${top}px`, width: `${ENLARGED}px`, height: `${ENLARGED}px` });
  if (!left) return;
  const pen = new SvgPen(addSvg(content, left + ENLARGED + tail, top + ENLARGED));
  if (view.queries.length) paintWords(pen, view, left, top, dark);
  else paintEnds(pen, view.axis_sizes, left, top, dark);
}

function paintWords(pen, { queries, keys }, left, top, dark) {
  const [high, wide] = [ENLARGED / queries.length, ENLARGED / keys.length];
  const style = (cell) => ({ size: Math.min(13, Math.max(10, cell - 1)), fill: ink(dark) });
  queries.forEach((word, i) => {
    pen.text(word, left - 5, top + (i + 0.5) * high, { ...style(high), align: "right", most: left - 8 });
  });
  keys.forEach((word, i) => {
    const turned = { ...style(wide), angle: -TURN, most: (top - 8) / Math.sin(TURN) };
    pen.text(word, left + (i + 0.5) * wide, top - 5, turned);
  });
}

function paintEnds(pen, [queries, keys], left, top, dark) {
  const style = { size: 11, fill: ink(dark) };
  const last = [left + ENLARGED, top + ENLARGED];
  pen.text("0", left - 4, top + 6, { ...style, align: "right" });
  pen.text(String(queries - 1), left - 4, last[1] - 6, { ...style, align: "right", most: left - 4 });
  pen.text("0", left, top - 8, style);
  pen.text(String(keys - 1), last[0], top - 8, { ...style, align: "right" });
}
