// ---- lines: from each query to the keys that it looks at; part of the view of a head --------------------------------

import { css, ink, levelOf, readableOn, secondInk, themed } from "./colours.js";
import { addSvg, SvgPen, textWidth } from "./pens.js";
import { followPointer, stage } from "./stage.js";
import { number, short } from "./wording.js";

const MOST_LINES = 3000;

// Every line of the chosen heads that reaches the threshold, strongest first.
export function headLines(view, { n, m, chosen }, threshold) {
  const { values, line_scale: scale } = view;
  const lines = [];
  let possible = 0;
  chosen.forEach((map, colour) => {
    for (let i = 0; i < n * m; i++) {
      const value = values[map * n * m + i];
      if (value === -Infinity || value === 0) continue;
      possible += 1;
      const weight = Math.min(1, Math.abs(value) / scale);
      if (weight >= threshold) lines.push({ map, colour, query: Math.floor(i / m), key: i % m, value, weight });
    }
  });
  lines.sort((a, b) => b.weight - a.weight);
  return { lines: lines.slice(0, MOST_LINES), reached: lines.length, possible };
}

export function linesLayout(view, width) {
  const size = view.queries.length > 60 ? 12 : 15;
  const row = Math.max(size + 3, Math.min(30, Math.floor(400 / Math.max(view.queries.length, view.keys.length))));
  const longest = (labels) => Math.min(150, Math.ceil(Math.max(...labels.map((label) => textWidth(label, size)))) + 12);
  const left = longest(view.queries);
  const right = longest(view.keys);
  const gap = Math.max(70, Math.min(300, width - left - right - 40));
  const n = Math.max(view.queries.length, view.keys.length);
  return { size, row, left, gap, right, top: 6, width: left + gap + right + 40, height: 12 + n * row };
}

// A line between its tokens: [x1, y1, x2, y2], how thick and how strong it is.
export function placeLine({ left, gap, top, row }, { query, key, weight }) {
  const ends = [left, top + (query + 0.5) * row, left + gap, top + (key + 0.5) * row];
  return { ends, thick: 0.75 + 4 * weight, opacity: Math.max(0.12, weight) };
}

// The token at a point as [token, 0 for queries and 1 for keys], or null; both reach a little into the gap.
export function tokenAt({ left, gap, top, row }, counts, [x, y]) {
  const column = x < left + gap * 0.2 ? 0 : x > left + gap * 0.8 ? 1 : -1;
  const token = Math.floor((y - top) / row);
  return column < 0 || token < 0 || token >= counts[column] ? null : [token, column];
}

export function paintLines(pen, layout, lines, colours, view) {
  for (const line of lines) {
    const { ends, thick, opacity } = placeLine(layout, line);
    const between = `${view.queries[line.query]} → ${view.keys[line.key]}`;
    const title = `${view.heads[line.map].name}: ${between} ${number(line.value)}`;
    pen.line(...ends, colours[line.colour % colours.length], thick, opacity, title);
  }
}

export function paintTokens(pen, layout, view, dark, sides = ["query", "key"]) {
  const { left, gap, right, top, row, size } = layout;
  const write = (labels, second, x, style) =>
    labels.forEach((label, i) => {
      pen.text(label, x, top + (i + 0.5) * row, { size, fill: second[i] ? secondInk(dark) : ink(dark), ...style });
    });
  if (sides.includes("query")) write(view.queries, view.second.query, left - 6, { align: "right", most: left - 8 });
  if (sides.includes("key")) write(view.keys, view.second.key, left + gap + 6, { most: right - 8 });
}

export function headColours(view, dark, chosen) {
  return chosen.length === 1 ? [themed("line", dark)] : view.colours[dark ? "dark" : "light"];
}

// Summed attention of some queries on each key, or of each query on some keys.
export function headSums({ n, m, mean }, side, picked) {
  const sums = new Float64Array(side === "query" ? m : n);
  for (const i of picked) {
    for (let j = 0; j < sums.length; j++) sums[j] += side === "query" ? mean[i * m + j] : mean[j * m + i];
  }
  return sums;
}

// The lines on the screen: a token is pointed at or picked, with the pointer or the keys; `repaint` draws what changed.
export class Lines {
  constructor(parent, view, send, { dark, table, memory, layout, lower }) {
    Object.assign(this, { view, send, dark, table, memory, layout, sides: [view.queries, view.keys] });
    this.connect(() => {}, null);
    const most = Math.max(view.queries.length, view.keys.length);
    const inside = (token, column) => token < this.sides[column].length;
    const { box, to } = stage(parent, "lines", `${view.label}, as lines`, most, 2, {
      go: (token, column) => inside(token, column) && this.tell(column ? { key: token } : { query: token }),
      open: (token, column) => inside(token, column) && this.pick(token, column),
      turn: (down, right) => this.turn?.(down, right),
      clear: () => this.choose(memory.side, []),
    });
    Object.assign(box.style, { width: `${layout.width}px`, cursor: "pointer", paddingTop: `${lower}px` });
    this.addLayers(box);
    const counts = this.sides.map((labels) => labels.length);
    followPointer(box, ([x, y]) => tokenAt(layout, counts, [x, y - lower]), {
      over: (cell) => to(...cell),
      away: () => this.tell({}),
      click: (cell) => this.pick(...cell),
    });
  }

  addLayers(box) {
    const { width, height } = this.layout;
    const pen = new SvgPen(addSvg(box, width, height));
    this.all = pen.element("g", { class: "all-lines" });
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
    this.labels.query.style.display = picked.length && side === "key" ? "none" : "";
    this.labels.key.style.display = picked.length && side === "query" ? "none" : "";
    if (!picked.length) return;
    const isCell = query !== undefined && key !== undefined;
    const isShown = (line) => (isCell ? line.query === query && line.key === key : picked.includes(line[side]));
    paintLines(new SvgPen(this.active), this.layout, this.lines.filter(isShown), this.colours, this.view);
    this.shade(headSums(this.numbers, side, picked), side);
    this.frame(side, picked);
  }

  // The tokens of the other side, each on the colour of what it gets or gives.
  shade(sums, side) {
    const { view, layout: { left, gap, right, top, row, size } } = this;
    const largest = Math.max(view.unit === "share" ? 1 : 0, ...[...sums].filter(Number.isFinite).map(Math.abs)) || 1;
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
      const text = short(sum);
      if (column && text !== ".00" && text !== "-.00") {
        const small = { size: Math.min(13, size), fill: ink(this.dark) };
        behind.text(text, left + gap + right + 2, y + row / 2, small);
      }
    });
  }

  frame(side, picked) {
    const { left, gap, right, top, row } = this.layout;
    const [x, width] = side === "query" ? [1, left - 2] : [left + gap + 1, right - 2];
    for (const i of picked) new SvgPen(this.active).box(x, top + i * row, width, row, themed("mark"), 2);
  }

  // `sayDrawn` is given how many lines are drawn.
  repaint(numbers, sayDrawn) {
    const { view, memory, layout, dark } = this;
    const lines = headLines(view, numbers, memory.threshold);
    Object.assign(this, { numbers, lines: lines.lines, colours: headColours(view, dark, numbers.chosen) });
    this.all.replaceChildren();
    paintLines(new SvgPen(this.all), layout, this.lines, this.colours, view);
    this.sayDrawn = () => sayDrawn(lines);
    this.sayDrawn();
  }
}
