// ---- lines: from each query to the keys that it looks at; part of the view of a head --------------------------------

import { bandsLayout, bandsOf, paintBands } from "./bands.js";
import { stillPicture } from "./canvases.js";
import { css, ink, levelOf, readableOn, secondInk, themed } from "./colours.js";
import { add } from "./elements.js";
import { addSvg, SvgPen, textWidth } from "./pens.js";
import { followPointer, stage } from "./stage.js";
import { gettext } from "./texts.js";
import { shareIn, shortIn } from "./wording.js";

const MOST_LINES = 3000;
const GAP = { least: 70, most: 300 }; // pixels that lines have
const NUMBERS = 40; // pixels for the sums that stand at the right of one map
const REACH = 8; // pixels from a line that still meet it
const LANE = 5; // pixels that a line has at most, where there are several between two tokens

// Every line of the maps that are drawn which reaches the threshold, strongest first.
export function headLines({ line_scale: scale }, { n, m, maps }, threshold) {
  const lines = [];
  let possible = 0;
  maps.forEach(({ values }, map) => {
    for (let i = 0; i < n * m; i++) {
      const value = values[i];
      if (value === -Infinity || value === 0) continue;
      possible += 1;
      const weight = Math.min(1, Math.abs(value) / scale);
      if (weight >= threshold) lines.push({ map, query: Math.floor(i / m), key: i % m, value, weight });
    }
  });
  lines.sort((a, b) => b.weight - a.weight);
  return { lines: lines.slice(0, MOST_LINES), reached: lines.length, possible };
}

// Of several maps each token has a band for each: `band` pixels wide, all of them `beside` the labels. Their lines run
// in lanes, so that none covers another between the same two tokens.
export function linesLayout(view, width, maps = 1) {
  const size = view.queries.length > 60 ? 12 : 15;
  const row = Math.max(size + 3, Math.min(30, Math.floor(400 / Math.max(view.queries.length, view.keys.length))));
  const longest = (labels) => Math.min(150, Math.ceil(Math.max(...labels.map((label) => textWidth(label, size)))) + 12);
  const labels = [longest(view.queries), longest(view.keys)];
  const { band, beside } = bandsLayout(maps, width - labels[0] - labels[1] - GAP.least);
  const [left, right] = [labels[0] + beside, labels[1] + (maps > 1 ? beside : NUMBERS)];
  const gap = Math.max(GAP.least, Math.min(GAP.most, width - left - right));
  const n = Math.max(view.queries.length, view.keys.length);
  const lane = maps > 1 ? Math.min(LANE, (row - 4) / maps) : 0;
  const [wide, high] = [left + gap + right, 12 + n * row];
  return { size, row, left, gap, right: labels[1], beside, band, maps, lane, top: 6, width: wide, height: high };
}

// A line between its tokens: [x1, y1, x2, y2], how thick and how strong it is.
export function placeLine({ left, gap, top, row, lane, maps }, { map, query, key, weight }) {
  const aside = (map - (maps - 1) / 2) * lane;
  const ends = [left, top + (query + 0.5) * row + aside, left + gap, top + (key + 0.5) * row + aside];
  return { ends, thick: 0.75 + (lane ? Math.min(4, lane - 1) : 4) * weight, opacity: Math.max(0.12, weight) };
}

// The token at a point as [token, 0 for queries and 1 for keys], or null; both reach a little into the gap.
export function tokenAt({ left, gap, top, row }, counts, [x, y]) {
  const column = x < left + gap * 0.2 ? 0 : x > left + gap * 0.8 ? 1 : -1;
  const token = Math.floor((y - top) / row);
  return column < 0 || token < 0 || token >= counts[column] ? null : [token, column];
}

// The line at a point, as { query, key }, or null: the nearest that is drawn, from no farther than a finger errs.
export function lineAt(layout, lines, [x, y]) {
  const { left, gap } = layout;
  const along = (x - left) / gap;
  if (along < 0 || along > 1) return null;
  const far = ({ ends: [, from, , to] }) => {
    const down = to - from;
    return Math.abs(y - from - along * down) / Math.hypot(1, down / gap);
  };
  const [nearest] = lines
    .map((line) => ({ line, away: far(placeLine(layout, line)) }))
    .filter(({ away }) => away <= REACH)
    .sort((a, b) => a.away - b.away);
  return nearest ? { query: nearest.line.query, key: nearest.line.key } : null;
}

// Of one map lines let those behind them through; of several they do not, as mixed colours would be nobody's.
export function paintLines(pen, layout, lines, { maps }, view) {
  for (const line of maps.length > 1 ? [...lines].reverse() : lines) {
    const { ends, thick, opacity } = placeLine(layout, line);
    const { name, colour, bands } = maps[line.map];
    const says = () => `${name}: ${view.queries[line.query]} → ${view.keys[line.key]} ${shareIn(view, line.value)}`;
    const [stroke, through] = bands ? [css(bands, Math.round(255 * opacity)), 1] : [colour, opacity];
    pen.line(...ends, stroke, thick, through, pen.keepsTitles ? says() : undefined);
  }
}

export function paintTokens(pen, layout, view, dark, sides = ["query", "key"]) {
  const { left, gap, right, beside, top, row, size } = layout;
  const write = (labels, second, x, style) =>
    labels.forEach((label, i) => {
      pen.text(label, x, top + (i + 0.5) * row, { size, fill: second[i] ? secondInk(dark) : ink(dark), ...style });
    });
  const queries = { align: "right", most: left - beside - 8 };
  if (sides.includes("query")) write(view.queries, view.second.query, left - 6, queries);
  if (sides.includes("key")) write(view.keys, view.second.key, left + gap + 6, { most: right - 8 });
}

// The lines on the screen: a token is pointed at or picked, with the pointer or the keys; `repaint` draws what changed.
export class Lines {
  constructor(parent, view, send, { dark, table, memory, layout, lower, open }) {
    Object.assign(this, { view, send, dark, table, memory, layout, lines: [], sides: [view.queries, view.keys] });
    this.connect(() => {}, null);
    const most = Math.max(view.queries.length, view.keys.length);
    const inside = (token, column) => token < this.sides[column].length;
    const { box, to } = stage(parent, "lines", gettext("{label}, as lines", { label: view.label }), most, 2, {
      go: (token, column) => inside(token, column) && this.tell(column ? { key: token } : { query: token }),
      open: (token, column) => inside(token, column) && this.pick(token, column),
      turn: (down, right) => this.turn?.(down, right),
      clear: () => this.choose(memory.side, []),
    });
    Object.assign(box.style, { width: `${layout.width}px`, cursor: "pointer", paddingTop: `${lower}px` });
    this.addLayers(box);
    const counts = this.sides.map((labels) => labels.length);
    // Tokens, and where lines may be chosen, these between them: as cells of the heatmap, in their order.
    const met = ([x, y]) => {
      const token = tokenAt(layout, counts, [x, y - lower]);
      return token ?? (open ? lineAt(layout, this.lines, [x, y - lower]) : null);
    };
    followPointer(box, met, {
      over: (at) => (Array.isArray(at) ? to(...at) : this.tell(at)),
      away: () => this.tell({}),
      click: (at) => (Array.isArray(at) ? this.pick(...at) : open(at.query, at.key)),
    });
  }

  // Thousands of lines are one picture: as elements of their own they would cost every change of the page.
  addLayers(box) {
    const { width, height } = this.layout;
    this.all = add(box, "div", "all-lines");
    const pen = new SvgPen(addSvg(box, width, height));
    this.behind = pen.element("g", {});
    this.active = pen.element("g", { class: "active-lines" });
    this.labels = { query: pen.element("g", {}), key: pen.element("g", {}) };
    for (const side of ["query", "key"]) {
      paintTokens(new SvgPen(this.labels[side]), this.layout, this.view, this.dark, [side]);
    }
  }

  // `tell` says what is pointed at, also to the heatmap beside; `turn` goes to another head.
  connect(tell, turn) {
    Object.assign(this, { tell, turn });
  }

  pick(token, column) {
    const side = column ? "key" : "query";
    const picked = this.memory.side === side ? this.memory.picked : [];
    this.choose(side, picked.includes(token) ? picked.filter((other) => other !== token) : [...picked, token]);
  }

  choose(side, picked) {
    Object.assign(this.memory, { side, picked });
    this.send("look", { side, tokens: picked });
    this.tell({});
    this.sayDrawn();
  }

  // What is pointed at, and with it what is picked on the same side.
  looked({ query, key }) {
    const { memory } = this;
    const side = query !== undefined ? "query" : key !== undefined ? "key" : memory.side;
    const pointed = side === "query" ? query : key;
    if (pointed === undefined) return { side, picked: memory.picked };
    const isCell = query !== undefined && key !== undefined;
    const beside = !isCell && memory.side === side ? memory.picked : [];
    return { side, picked: [...new Set([...beside, pointed])] };
  }

  point({ query, key }) {
    const { side, picked } = this.looked({ query, key });
    this.behind.replaceChildren();
    this.active.replaceChildren();
    this.all.style.opacity = picked.length ? 0.1 : 1;
    const isOne = this.numbers.maps.length === 1;
    this.labels.query.style.display = isOne && picked.length && side === "key" ? "none" : "";
    this.labels.key.style.display = isOne && picked.length && side === "query" ? "none" : "";
    const bands = bandsOf(this.view, this.numbers, side, picked);
    this.sayScale(bands);
    if (!isOne) paintBands(new SvgPen(this.behind), this.layout, this.view, this.numbers, bands);
    if (!picked.length) return;
    const isCell = query !== undefined && key !== undefined;
    const isShown = (line) => (isCell ? line.query === query && line.key === key : picked.includes(line[side]));
    paintLines(new SvgPen(this.active), this.layout, this.lines.filter(isShown), this.numbers, this.view);
    if (isOne) this.shade(bands.sums[0], side, bands.top);
    this.frame(side, picked);
  }

  // The tokens of the other side, each on the colour of what it gets or gives.
  shade(sums, side, largest) {
    const { layout: { left, gap, right, top, row, size } } = this;
    const column = side === "query" ? 1 : 0;
    const [behind, active] = [new SvgPen(this.behind), new SvgPen(this.active)];
    const [x, width] = column ? [left + gap + 2, right - 4] : [2, left - 4];
    const [from, align] = column ? [left + gap + 6, "left"] : [left - 6, "right"];
    sums.forEach((sum, i) => {
      if (!Number.isFinite(sum)) return;
      const level = levelOf(Math.abs(sum), 0, largest);
      const y = top + i * row;
      behind.rect(x, y + 0.5, width, row - 1, css(this.table, level));
      const style = { size, fill: readableOn(this.table, level), most: width - 8, align };
      active.text(this.sides[column][i], from, y + row / 2, style);
      const text = shortIn(this.view, sum);
      if (column && ![".00", "-.00", "0 %"].includes(text)) {
        const small = { size: Math.min(13, size), fill: ink(this.dark) };
        behind.text(text, left + gap + right + 2, y + row / 2, small);
      }
    });
  }

  frame(side, picked) {
    const { left, gap, right, beside, top, row } = this.layout;
    const [x, width] = side === "query" ? [beside + 1, left - beside - 2] : [left + gap + 1, right - 2];
    for (const i of picked) new SvgPen(this.active).box(x, top + i * row, width, row, themed("mark"), 2);
  }

  // `sayDrawn` is given how many lines are drawn, `sayScale` the bands: what is added up, and where its scale ends.
  repaint(numbers, sayDrawn, sayScale) {
    const { view, memory, layout } = this;
    const lines = headLines(view, numbers, memory.threshold);
    Object.assign(this, { numbers, lines: lines.lines, sayScale });
    this.all.replaceChildren();
    stillPicture(this.all, layout.width, layout.height, (pen) => paintLines(pen, layout, this.lines, numbers, view));
    this.sayDrawn = () => sayDrawn(lines);
    this.sayDrawn();
  }
}
