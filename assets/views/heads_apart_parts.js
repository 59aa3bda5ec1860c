// Where the picture of heads that each look at another word has its things, and what it is painted of: a part of
// heads_apart.js.

import { ink, themed } from "./colours.js";
import { inLine } from "./labels.js";
import { textWidth } from "./pens.js";
import { gettext } from "./texts.js";
import { inPercent, layerName, nameInLayer, shareIn, short } from "./wording.js";

const WIDE = {
  size: 16, small: 13, row: 27, head: 220, tall: 40, apart: 6, slices: 26, stack: 46, most: 1080, top: 24, right: 24,
};
const NARROW = {
  size: 13, small: 11, row: 24, head: 98, tall: 54, apart: 6, slices: 16, stack: 30, most: 640, top: 24, right: 2,
};
const CURVE = Array.from({ length: 25 }, (_, i) => i / 24);

// Some heights one below the other, from zero to where they end together: [y, tall] each.
export function piled(sizes, height) {
  const all = sizes.reduce((sum, size) => sum + Math.abs(size), 0) || 1;
  let y = 0;
  return sizes.map((size) => {
    const tall = (Math.abs(size) / all) * height;
    y += tall;
    return [y - tall, tall];
  });
}

// Every place as [x, y, wide, tall]: of words, heads (the others last), slices of what they hand on, and shares.
export function apartLayout(view, width) {
  const room = width < 640 ? NARROW : WIDE;
  const { words, heads, n_others: nOthers, shares } = view;
  const wordWide = Math.max(...words.map((word) => textWidth(word, room.size))) + 14;
  const boxes = heads.length + (nOthers > 0);
  const height = Math.max(words.length * room.row, boxes * (room.tall + room.apart) - room.apart);
  const free = Math.min(width, room.most) - wordWide - room.head - room.slices - room.stack - room.right;
  const [headX, sliceX] = [wordWide + 0.45 * free, wordWide + room.head + 0.7 * free];
  const stackX = sliceX + room.slices + 0.3 * free;
  const spread = (i, n, tall) => (n > 1 ? (i * (height - tall)) / (n - 1) : (height - tall) / 2);
  const wordTop = (height - words.length * room.row) / 2;
  const column = (places, x, wide) => places.map(([y, tall]) => [x, room.top + y, wide, tall]);
  return {
    room,
    words: column(words.map((_, i) => [wordTop + i * room.row, room.row - 3]), 1, wordWide),
    heads: column(Array.from({ length: boxes }, (_, i) => [spread(i, boxes, room.tall), room.tall]), headX, room.head),
    slices: column(piled([...heads.map(() => 1), nOthers].slice(0, boxes), height), sliceX, room.slices),
    shares: column(piled([...shares], height), stackX, room.stack),
    width: stackX + room.stack + room.right,
    height: room.top + height + 2,
  };
}

// From the right side of one place to the left side of another, as the corners of a band.
export function bandBetween([x1, y1, wide, tall1], [x2, y2, , tall2]) {
  const at = (share, from, to) => from + (to - from) * share * share * (3 - 2 * share);
  const edge = (from, to) => CURVE.map((share) => [x1 + wide + (x2 - x1 - wide) * share, at(share, from, to)]);
  return [...edge(y1, y2), ...edge(y1 + tall1, y2 + tall2).reverse()];
}

const colourOf = (view, i, dark) =>
  i < view.heads.length ? view.colours[dark ? "dark" : "light"][i] : themed("arc", dark);

// The parts of the picture, each with the stop at which it comes: [stop, how it moves, paint].
export function partsOf(view, layout, dark) {
  const { heads, words } = view;
  const n = heads.length;
  const style = { fill: ink(dark), size: layout.room.size };
  const parts = [[0, "", (pen) => paintWords(pen, view, layout, style)]];
  heads.forEach((_, h) => {
    words.forEach((_word, w) => {
      if (view.values[h * words.length + w] >= view.lines_from) parts.push(lineTo(view, layout, h, w, dark));
    });
    parts.push([h + 1, "", (pen) => paintHead(pen, view, layout, h, dark)]);
  });
  if (view.n_others) parts.push([n + 1, "", (pen) => paintOthers(pen, view, layout, style)]);
  layout.heads.forEach((box, i) => {
    const colour = colourOf(view, i, dark);
    const inner = [box[0], box[1] + 8, box[2], box[3] - 16];
    const band = (from, to) => (pen) => pen.path(bandBetween(from, to), { fill: `${colour}66` });
    parts.push([n + 1, "flows", band(inner, layout.slices[i])]);
    parts.push([n + 1, "", (pen) => pen.rect(...layout.slices[i], colour)]);
    parts.push([n + 2, "flows", band(layout.slices[i], layout.shares[i])]);
  });
  parts.push([n + 2, "", (pen) => paintShares(pen, view, layout, dark)]);
  parts.push([n + 3, "", (pen) => paintSums(pen, view, layout, style)]);
  return parts;
}

function lineTo(view, { words, heads }, h, w, dark) {
  const share = view.values[h * view.words.length + w];
  const [[x, y, wide, tall], box] = [words[w], heads[h]];
  const thick = 1 + 7 * share;
  const pair = `${view.words[view.query]} → ${view.words[w]}`;
  const title = `${nameInLayer(view.heads[h][1])}: ${pair} ${shareIn(view, share)}`;
  const band = bandBetween([x, y + tall / 2, wide, 0], [box[0], box[1] + box[3] / 2, 0, 0]);
  const points = band.slice(0, CURVE.length);
  const colour = colourOf(view, h, dark) + (w === view.looked_at[h] ? "" : "55");
  return [h + 1, "grows", (pen) => pen.path(points, { stroke: colour, thick, title })];
}

function paintWords(pen, view, layout, style) {
  const { room, words, heads, slices, shares } = layout;
  const layer = layerName(view.heads[0][0]);
  const titles = [[gettext("words"), words], [gettext("heads of {layer}", { layer }), heads]];
  if (room === WIDE) titles.push([gettext("end to end"), slices], [gettext("their sum"), shares]);
  for (const [title, [[x, , wide]]] of titles) {
    pen.text(title, x + wide / 2, 9, { ...style, size: room.small, align: "center" });
  }
  view.words.forEach((word, i) => {
    const [x, y, wide, tall] = words[i];
    pen.text(inLine(word, false), x + wide / 2, y + tall / 2, { ...style, align: "center", bold: i === view.query });
    if (i === view.query) pen.box(x, y, wide, tall, themed("mark"), 2);
  });
}

function paintHead(pen, view, { room, words, heads }, h, dark) {
  const [x, y, wide, tall] = heads[h];
  const [colour, word] = [colourOf(view, h, dark), view.looked_at[h]];
  const share = inPercent(view.values[h * view.words.length + word]);
  pen.box(...words[word], colour, 2);
  pen.rect(x, y, wide, tall, `${colour}22`);
  pen.box(x, y, wide, tall, colour, 2);
  const style = { size: room.size, fill: ink(dark), most: wide - 14 };
  const name = nameInLayer(view.heads[h][1]);
  pen.text(name, x + 8, y + 13, { ...style, bold: true });
  const sees = `“${inLine(view.words[word], false)}” ${share}`;
  if (room === WIDE) pen.text(sees, x + 50, y + 13, { ...style, most: wide - 56 });
  else pen.text(sees, x + 8, y + 29, style);
}

// The heads of the layer that have no colour.
export function othersSay({ n_others: n }) {
  return n > 1 ? gettext("{n} others", { n }) : gettext("{n} other", { n });
}

function theOthersSay({ n_others: n }) {
  return n > 1 ? gettext("the {n} others", { n }) : gettext("the {n} other", { n });
}

function paintOthers(pen, view, { room, heads }, style) {
  const [x, y, wide, tall] = heads[view.heads.length];
  pen.box(x, y, wide, tall, themed("grey"), 1);
  pen.text(room === WIDE ? theOthersSay(view) : othersSay(view), x + 8, y + 14, { ...style, most: wide - 14 });
}

// What points the other way is drawn as a frame.
function paintShares(pen, view, { shares }, dark) {
  shares.forEach((place, i) => {
    if (i === view.heads.length && !view.n_others) return;
    const colour = i > view.heads.length ? themed("grey") : colourOf(view, i, dark);
    if (view.shares[i] >= 0) pen.rect(...place, colour);
    else if (place[3] > 0) pen.box(place[0] + 1, place[1], place[2] - 2, place[3], colour, 1);
  });
}

function paintSums(pen, view, layout, style) {
  const { room, heads } = layout;
  heads.forEach(([x, y, wide, tall], i) => {
    const share = inPercent(view.shares[i]);
    const isLong = room === WIDE && i < view.heads.length;
    const said = isLong
      ? gettext("adds {share}, length {length}", { share, length: short(view.lengths[i]) })
      : gettext("adds {share}", { share });
    pen.text(said, x + 8, y + tall - 10, { ...style, size: room.small, most: wide - 14 });
  });
}
