// ---- head: lines from queries to keys, and beside them the heatmap of the same numbers ------------------------------
//
// `values` holds the maps of `heads` one after another; `memory.heads` are those that are looked at (indices into
// them). Several stand side by side, each in its colour and with a heatmap of its own; or, where somebody asked for it,
// as one map: their mean. `overview`, where there is one, is a whole map pooled, with the window that is shown of it.

import { bandsLayout, bandsOf, bandsSay, bandTable, headSums, paintBands } from "./bands.js";
import { paletteOf, themed } from "./colours.js";
import { add, addReadout, hintOf } from "./elements.js";
import { drawHeadNames, drawTools, inkOn } from "./head_tools.js";
import { drawHeatmap, heatmapLayout, paintHeatmap } from "./heatmap.js";
import { placesSay, together } from "./labels.js";
import { legend, paintLegend, paintRamps } from "./legends.js";
import { headLines, Lines, linesLayout, paintLines, paintTokens } from "./lines.js";
import { drawMultiples, multiplesLayout, paintMultiples } from "./multiples.js";
import { drawOverview } from "./overview.js";
import { restated } from "./restated.js";
import { windowHeight } from "./stage.js";
import { gettext } from "./texts.js";
import { shareIn, shortIn } from "./wording.js";

export const renderer = { draw: drawHead, paint: paintHead, table: headTable, now: restated };

const WIDE = 680; // pixels: from here the parts stand side by side
const OVERVIEW = 236; // pixels that the overview takes there
const APART = 28; // between lines and heatmap

// What is looked at: the maps that are drawn, each with its name and colour, and the colour that a head has.
export function headNumbers(view, { heads, mean }, dark) {
  const [n, m] = [view.queries.length, view.keys.length];
  const valuesOf = (i) => view.values.subarray(i * n * m, (i + 1) * n * m);
  const line = themed("line", dark);
  const colours = heads.length > 1 && !mean ? view.colours[dark ? "dark" : "light"] : [line];
  const colour = (at) => colours[at % colours.length];
  const colourOf = (at) => (at < 0 ? null : { colour: colour(at), ink: inkOn(dark) });
  const map = (i, at) => ({ name: view.heads[i].name, values: valuesOf(i), colour: colour(at) });
  let maps = heads.map(map);
  if (heads.length > 1 && mean) {
    const name = gettext("Mean of {heads}", { heads: maps.map((one) => one.name).join(", ") });
    maps = [{ name, values: meanOf(maps), colour: line }];
  } else if (heads.length > 1) {
    for (const one of maps) one.bands = bandTable(one.colour, dark);
  }
  return { n, m, maps, colourOf };
}

function meanOf(maps) {
  const mean = new Float32Array(maps[0].values.length);
  for (const { values } of maps) values.forEach((value, i) => (mean[i] += value / maps.length));
  return mean;
}

// Lines and heatmaps on the screen, beside each other where there is room; `lower` aligns the tokens with one map.
export function headLayout(view, width, tall, maps = 1) {
  const wide = width >= WIDE;
  const beside = width - (view.overview && wide ? OVERVIEW : 0);
  const lines = linesLayout(view, wide ? linesWidth(beside, maps, 480) : width, maps);
  const room = wide ? beside - lines.width - APART : width;
  if (maps > 1) return { wide, lines, heatmap: multiplesLayout(view, maps, room, tall), lower: 0 };
  const heatmap = heatmapLayout(view, room, tall);
  return { wide, lines, heatmap, lower: wide ? heatmap.top - 6 : 0 };
}

// Two fifths of the room, and for several maps that of their bands.
function linesWidth(width, maps, most) {
  const { beside } = bandsLayout(maps, width * 0.36);
  return Math.min(most + 2 * beside, width * 0.42 + beside);
}

// The same for exports, always side by side.
export function sheetLayout(view, width, maps = 1) {
  const lines = linesLayout(view, linesWidth(width, maps, 520), maps);
  const left = lines.width + 24;
  const room = Math.max(320, width - left);
  const heatmap = maps > 1 ? multiplesLayout(view, maps, room, 620) : heatmapLayout(view, room, 620);
  const top = maps > 1 ? 0 : heatmap.top;
  return { lines, heatmap, left, top, bottom: Math.max(lines.height + top, heatmap.height) + 10 };
}

// For exports: what is on the screen, side by side.
function paintHead(pen, sent, width, dark, memory = {}) {
  const view = restated(sent, memory);
  const { heads = view.shown, mean = view.mean, side = view.side, picked = [] } = memory;
  const numbers = headNumbers(view, { heads, mean }, dark);
  const [table, isOne] = [paletteOf(view, dark), numbers.maps.length === 1];
  const { lines: layout, heatmap, left, top, bottom } = sheetLayout(view, width, numbers.maps.length);
  const { lines } = headLines(view, numbers, memory.threshold ?? view.threshold);
  const bands = bandsOf(view, numbers, side, picked);
  pen.group(0, top, () => {
    paintLines(pen, layout, picked.length ? lines.filter((line) => picked.includes(line[side])) : lines, numbers, view);
    if (!isOne) paintBands(pen, layout, view, numbers, bands);
    paintTokens(pen, layout, view, dark);
  });
  pen.group(left, 0, () => {
    if (isOne) paintHeatmap(pen, heatmap, view, numbers.maps[0].values, table, dark);
    else paintMultiples(pen, heatmap, view, numbers, table, dark);
  });
  const wide = left + heatmap.width;
  const ramps = numbers.maps.map((map) => [map.bands, map.name]);
  const y = isOne ? bottom : paintRamps(pen, ramps, bandsSay(view, bands), bottom, Math.max(width, wide), dark);
  const ends = [shareIn(view, view.low), shareIn(view, view.high), view.unit_label];
  return { width: wide, height: paintLegend(pen, y, table, ...ends, dark) };
}

function headTable(view) {
  const { m, maps } = headNumbers(view, { heads: view.shown, mean: view.mean }, false);
  const value = (values, i, j) => shareIn(view, values[i * m + j]);
  if (maps.length > 1) {
    const pairs = view.queries.flatMap((query, i) => view.keys.map((key, j) => [query, key, i, j]));
    const rows = pairs.map(([query, key, i, j]) => [query, key, ...maps.map(({ values }) => value(values, i, j))]);
    return { head: [gettext("from"), gettext("to"), ...maps.map(({ name }) => name)], rows };
  }
  const rows = view.queries.map((label, i) => [label, ...view.keys.map((_, j) => value(maps[0].values, i, j))]);
  return { head: [`${gettext("from")} \\ ${gettext("to")}`, ...view.keys], rows };
}

// ---- on the screen --------------------------------------------------------------------------------------------------

// What a reader chose holds until something else is sent.
function recall(view, memory) {
  const { shown, mean, side, picked, threshold } = view;
  const sent = JSON.stringify([shown, view.heads.map((head) => head.name), mean, picked, threshold]);
  if (memory.sent !== sent) {
    Object.assign(memory, { sent, heads: [...shown], mean, side, picked: [...picked], threshold });
  }
  if (memory.asked) Object.assign(memory, { heads: memory.asked, mean: false, picked: [], asked: null });
}

function drawHead(body, sent, width, send, dark, memory) {
  recall(sent, memory);
  const view = restated(sent, memory);
  const numbers = headNumbers(view, memory, dark);
  const tall = Math.max(windowHeight() * 0.5, windowHeight() - 440);
  const { wide, lower, ...layout } = headLayout(view, width, tall, numbers.maps.length);
  const [table, isOne] = [paletteOf(view, dark), numbers.maps.length === 1];
  const readout = addReadout(body, hintOf(view));
  const say = (text) => (readout.textContent = text);
  const [tools, names] = [add(body, "div", "tools"), add(body, "div", "tools names")];
  const columns = add(body, "div", wide ? "side-by-side" : "stacked");
  const part = () => add(columns, "div", "part");
  if (view.overview) drawOverview(part(), view, send, dark, table);
  const open = view.cuts ? (query, key) => send("cut", [query, key]) : undefined;
  const lines = new Lines(part(), view, send, { dark, table, memory, layout: layout.lines, lower, open });
  const looks = { dark, table, layout: layout.heatmap, open };
  const heatmap = isOne ? drawHeatmap(part(), view, looks) : drawMultiples(part(), view, numbers, looks);
  // What is under the pointer or the cursor, in both parts: a query, a key, or a cell of both.
  const point = (at) => {
    lines.point(at);
    heatmap.point(at);
    say(together(headSays(view, numbers, memory, at), placesSay(view, at)) || hintOf(view));
  };
  const turn = view.turns ? (down, right) => send("turn", [down, right]) : null;
  lines.connect(point, turn);
  heatmap.connect(point, turn);
  const redraw = () => {
    lines.repaint(numbers, sayDrawn, sayScale);
    heatmap.repaint(numbers.maps[0].values);
    point({});
  };
  const anew = () => drawAnew(body, () => drawHead(body, sent, width, send, dark, memory));
  const acts = { send, memory, redraw, anew, say };
  const sayDrawn = drawTools(tools, view, numbers, acts);
  const sayBands = drawHeadNames(names, numbers, memory);
  const sayScale = (bands) => (isOne ? (sums.textContent = sumsSay(view, bands)) : sayBands(bandsSay(view, bands)));
  legend(body, table, shareIn(view, view.low), shareIn(view, view.high), view.unit_label);
  const sums = add(body.lastChild, "span", "sums");
  redraw();
}

// With the focus where it was, and no jump of the page.
function drawAnew(body, draw) {
  const key = body.getRootNode().activeElement?.dataset?.key;
  const rest = [...body.children].filter((child) => child.matches(".note, details.table"));
  body.style.minHeight = `${body.offsetHeight}px`;
  body.replaceChildren();
  draw();
  body.append(...rest);
  if (key) body.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  body.style.minHeight = "";
}

// Where the scale of the tokens beside one map is not that of the map.
function sumsSay(view, { picked, top }) {
  return picked.length > 1 && top !== view.line_scale
    ? gettext("The tokens beside the lines: 0 to {most}, the sum over {n} that are chosen", {
      most: shareIn(view, top), n: picked.length,
    }) : "";
}

function headSays(view, { n, m, maps }, memory, { query, key }) {
  const isOne = maps.length === 1;
  if (query !== undefined && key !== undefined) {
    const told = (map) => shareIn(view, map[query * m + key]);
    const values = maps.map(({ name, values: map }) => `${isOne ? "" : `${name} `}${told(map)}`);
    return `${view.queries[query]} → ${view.keys[key]}   ${values.join(",  ")}`;
  }
  const pointed = query !== undefined ? ["query", [query]] : key !== undefined ? ["key", [key]] : null;
  const [side, picked] = pointed ?? [memory.side, memory.picked];
  if (!picked?.length) return "";
  const others = side === "query" ? view.keys : view.queries;
  const listed = maps.map(({ name, values }) => {
    const sums = headSums({ n, m }, values, side, picked);
    const most = [...sums.keys()].filter((i) => sums[i] !== -Infinity).sort((a, b) => sums[b] - sums[a]);
    const told = most.slice(0, isOne ? 4 : 2).map((i) => `${others[i]} ${shortIn(view, sums[i])}`).join(",  ");
    return isOne ? told : `${name}: ${told}`;
  }).join(";  ");
  const names = picked.map((i) => (side === "query" ? view.queries : view.keys)[i]).join(" + ");
  return side === "query" ? `${names} → ${listed}` : `${listed}  → ${names}`;
}
