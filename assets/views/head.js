// ---- head: lines from queries to keys, and beside them the heatmap of the same numbers ------------------------------
//
// `values` holds the maps of `heads` one after another; `memory.heads` are those that are looked at (indices into
// them). With several, the heatmap is their mean. `overview`, where there is one, is the whole map pooled, with the
// window that the lines and the heatmap show.

import { ink, paletteOf, themed } from "./colours.js";
import { add, addButton, addReadout } from "./elements.js";
import { drawHeatmap, heatmapLayout, paintHeatmap } from "./heatmap.js";
import { placesSay, together } from "./labels.js";
import { legend, paintLegend } from "./legends.js";
import { headColours, headLines, headSums, Lines, linesLayout, paintLines, paintTokens } from "./lines.js";
import { drawOverview } from "./overview.js";
import { textWidth } from "./pens.js";
import { count, nameInLayer, number, short } from "./wording.js";

export const renderer = { draw: drawHead, paint: paintHead, table: headTable };

const WIDE = 680; // pixels: from here the parts stand side by side
const OVERVIEW = 236; // pixels that the overview takes there

// What is looked at, computed once for a choice of heads.
function headNumbers(view, chosen) {
  const [n, m] = [view.queries.length, view.keys.length];
  let mean = view.values.subarray(chosen[0] * n * m, (chosen[0] + 1) * n * m);
  if (chosen.length > 1) {
    mean = new Float32Array(n * m);
    for (const map of chosen) for (let i = 0; i < n * m; i++) mean[i] += view.values[map * n * m + i] / chosen.length;
  }
  return { n, m, mean, chosen };
}

// Lines and heatmap on the screen, beside each other where there is room; `lower` aligns the tokens with the map.
export function headLayout(view, width, tall) {
  const wide = width >= WIDE;
  const beside = width - (view.overview && wide ? OVERVIEW : 0);
  const lines = linesLayout(view, wide ? Math.min(480, beside * 0.42) : width);
  const heatmap = heatmapLayout(view, wide ? beside - lines.width - 28 : width, tall);
  return { wide, lines, heatmap, lower: wide ? heatmap.top - 6 : 0 };
}

// The same for exports, always side by side.
export function sheetLayout(view, width) {
  const lines = linesLayout(view, Math.min(520, width * 0.42));
  const left = lines.width + 24;
  const heatmap = heatmapLayout(view, Math.max(320, width - left), 620);
  return { lines, heatmap, left, bottom: Math.max(lines.height + heatmap.top, heatmap.height) + 10 };
}

// For exports: what is on the screen, side by side.
function paintHead(pen, view, width, dark, memory = {}) {
  const numbers = headNumbers(view, memory.heads ?? view.shown);
  const table = paletteOf(view, dark);
  const colours = headColours(view, dark, numbers.chosen);
  const { lines: side, heatmap, left, bottom } = sheetLayout(view, width);
  const { lines } = headLines(view, numbers, memory.threshold ?? view.threshold);
  const picked = memory.picked?.length ? lines.filter((line) => memory.picked.includes(line[memory.side])) : lines;
  pen.group(0, heatmap.top, () => {
    paintLines(pen, side, picked, colours, view);
    paintTokens(pen, side, view, dark);
  });
  pen.group(left, 0, () => paintHeatmap(pen, heatmap, view, numbers.mean, table, dark));
  const y = paintHeadNames(pen, view, bottom, numbers.chosen, colours, dark);
  const ends = [number(view.low), number(view.high), view.unit_label];
  return { width: left + heatmap.width, height: paintLegend(pen, y, table, ...ends, dark) };
}

// Which colour is which head, where there are several; returns where the next line begins.
function paintHeadNames(pen, view, y, chosen, colours, dark) {
  if (chosen.length < 2) return y;
  let x = 0;
  chosen.forEach((i, colour) => {
    const { name } = view.heads[i];
    pen.rect(x, y, 14, 14, colours[colour % colours.length]);
    pen.text(name, x + 18, y + 8, { size: 12, fill: ink(dark) });
    x += 26 + textWidth(name, 12) + 10;
  });
  return y + 22;
}

function headTable(view) {
  const numbers = headNumbers(view, view.shown);
  const value = (i, j) => number(numbers.mean[i * numbers.m + j]);
  const rows = view.queries.map((label, i) => [label, ...view.keys.map((_, j) => value(i, j))]);
  return { head: ["from \\ to", ...view.keys], rows };
}

// ---- on the screen --------------------------------------------------------------------------------------------------

// What a reader chose holds until something else is sent.
function recall(view, memory) {
  const sent = JSON.stringify([view.shown, view.heads.map((head) => head.name), view.picked, view.threshold]);
  if (memory.sent === sent) return;
  const { side, threshold } = view;
  Object.assign(memory, { sent, heads: [...view.shown], side, picked: [...view.picked], threshold });
}

function drawHead(body, view, width, send, dark, memory) {
  recall(view, memory);
  const table = paletteOf(view, dark);
  const tall = Math.max(window.innerHeight * 0.5, window.innerHeight - 440);
  const { wide, lower, ...layout } = headLayout(view, width, tall);
  const readout = addReadout(body, view.hint);
  const tools = add(body, "div", "tools");
  const columns = add(body, "div", wide ? "side-by-side" : "stacked");
  const part = () => add(columns, "div", "part");
  if (view.overview) drawOverview(part(), view, send, dark, table);
  const lines = new Lines(part(), view, send, { dark, table, memory, layout: layout.lines, lower });
  const open = view.cuts ? (query, key) => send("cut", [query, key]) : undefined;
  const heatmap = drawHeatmap(part(), view, { dark, table, layout: layout.heatmap, open });
  let numbers = null;
  // What is under the pointer or the cursor, in both parts: a query, a key, or a cell of both.
  const point = (at) => {
    lines.point(at);
    heatmap.point(at);
    readout.textContent = together(headSays(view, numbers, memory, at), placesSay(view, at)) || view.hint;
  };
  const turn = view.turns ? (down, right) => send("turn", [down, right]) : null;
  lines.connect(point, turn);
  heatmap.connect(point, turn);
  const redraw = () => {
    numbers = headNumbers(view, memory.heads);
    lines.repaint(numbers, sayDrawn);
    heatmap.repaint(numbers);
    point({});
  };
  const sayDrawn = drawTools(tools, view, send, dark, memory, redraw);
  redraw();
  legend(body, table, number(view.low), number(view.high), view.unit_label);
}

function headSays(view, { n, m, mean }, memory, { query, key }) {
  if (query !== undefined && key !== undefined) {
    return `${view.queries[query]} → ${view.keys[key]}   ${number(mean[query * m + key])}`;
  }
  const pointed = query !== undefined ? ["query", [query]] : key !== undefined ? ["key", [key]] : null;
  const [side, picked] = pointed ?? [memory.side, memory.picked];
  if (!picked?.length) return "";
  const sums = headSums({ n, m, mean }, side, picked);
  const others = side === "query" ? view.keys : view.queries;
  const most = [...sums.keys()].filter((i) => sums[i] !== -Infinity).sort((a, b) => sums[b] - sums[a]).slice(0, 4);
  const names = picked.map((i) => (side === "query" ? view.queries : view.keys)[i]).join(" + ");
  const listed = most.map((i) => `${others[i]} ${short(sums[i])}`).join(",  ");
  return side === "query" ? `${names} → ${listed}` : `${listed}  → ${names}`;
}

// The switches of the heads, the threshold of the lines, and the way back; returns what says how many lines are drawn.
function drawTools(tools, view, send, dark, memory, redraw) {
  drawSwitches(add(tools, "div", "swatches"), view, send, dark, memory, redraw);
  drawThreshold(add(tools, "label", "threshold", "Lines from "), view, send, memory, redraw);
  const drawn = add(tools, "span", "told");
  if (view.badge) add(tools, "span", "badge", view.badge);
  const clear = addButton(tools, "clear", "Clear selection", "clear", () => {
    memory.picked = [];
    send("look", { side: memory.side, tokens: [] });
    redraw();
  });
  return ({ lines, reached, possible }) => {
    const most = reached > lines.length ? ", the strongest" : "";
    drawn.textContent = `${count(lines.length)} of ${count(possible)} lines drawn${most}`;
    clear.hidden = !memory.picked.length;
  };
}

function drawSwitches(buttons, view, send, dark, memory, redraw) {
  buttons.hidden = view.switches.length < 2;
  if (buttons.hidden) return;
  buttons.setAttribute("role", "group");
  buttons.setAttribute("aria-label", "Heads whose lines are drawn");
  const sent = (head) => view.heads.findIndex((other) => other.head === head); // -1: its numbers did not travel along
  const paint = () => {
    const colours = headColours(view, dark, memory.heads);
    for (const button of buttons.children) {
      const at = memory.heads.indexOf(sent(Number(button.dataset.head)));
      button.setAttribute("aria-pressed", String(at >= 0));
      button.style.background = at >= 0 ? colours[at % colours.length] : "none";
      button.style.color = at >= 0 ? themed(dark ? "on-light" : "on-dark") : "";
    }
  };
  const toggle = (head) => {
    const before = memory.heads.map((i) => view.heads[i].head);
    const heads = before.includes(head) ? before.filter((other) => other !== head) : [...before, head];
    if (!heads.length) return;
    if (sent(head) >= 0) {
      memory.heads = heads.map(sent);
      paint();
      redraw();
    }
    send("heads", heads);
  };
  for (const head of view.switches) {
    const name = nameInLayer(head);
    addButton(buttons, "swatch", name, name, () => toggle(head)).dataset.head = head;
  }
  paint();
}

function drawThreshold(label, view, send, memory, redraw) {
  const slider = add(label, "input");
  Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.01, value: memory.threshold });
  slider.dataset.key = "threshold";
  const reading = add(label, "span");
  const read = () => {
    const from = memory.threshold * view.line_scale;
    reading.textContent = ` ${from > 0 && from < 0.01 ? from.toPrecision(1) : short(from)}`;
    slider.setAttribute("aria-valuetext", reading.textContent);
  };
  read();
  slider.addEventListener("input", () => {
    memory.threshold = Number(slider.value);
    read();
    redraw();
  });
  slider.addEventListener("change", () => send("threshold", memory.threshold));
}
