// ---- compare: two maps on the same words and their difference, side by side -----------------------------------------
//
// `first` and `second` are (query, key) on the words that both have; `sides` names them and spells their words. The
// three panes scroll, zoom and are pointed at together.

import { ink, paletteOf } from "./colours.js";
import { add, addButton, addReadout, hintOf } from "./elements.js";
import { drawHeatmap, heatmapLayout, paintHeatmap } from "./heatmap.js";
import { placesSay, together } from "./labels.js";
import { legend, paintLegend } from "./legends.js";
import { windowHeight } from "./stage.js";
import { gettext } from "./texts.js";
import { number } from "./wording.js";

export const renderer = { draw: drawCompare, paint: paintCompare, table: compareTable };

// The three maps as views of their own: first, second, and second − first on a scale with two sides.
function comparePanes(view) {
  const change = view.second.map((value, i) => value - view.first[i]);
  const most = change.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const marks = { query: view.changed.query, key: view.changed.key };
  const common = {
    cells: view.cells, label_pixels: view.label_pixels, labelled_tokens: view.labelled_tokens, masked: view.masked,
    second: marks,
  };
  const share = {
    ...common, palette: view.palette, unit: "share", low: 0, high: view.high,
    unit_label: gettext("share of the row's attention"),
  };
  return [
    { ...share, ...view.sides[0], key: "first", values: view.first },
    { ...share, ...view.sides[1], key: "second", values: view.second },
    {
      ...common, palette: view.diverging, unit: "number", low: -most, high: most,
      unit_label: gettext("change of the share"),
      key: "change", title: view.change_title, under: view.change_under, queries: view.queries, keys: view.keys,
      values: change,
    },
  ].map((pane) => ({ ...pane, label: gettext("{title}: queries down, keys across", { title: pane.title }) }));
}

// Cells of one size in all three, and the maps at one height; without `zoom` as large as fits.
export function compareLayouts(panes, width, tall, zoom) {
  const fitted = zoom ?? Math.min(...panes.map((pane) => heatmapLayout(pane, width, tall).cell));
  const alike = { cells: [fitted, fitted], labelled_tokens: 0 };
  const layouts = panes.map((pane) => heatmapLayout({ ...pane, ...alike }, width, tall));
  const top = Math.max(...layouts.map((layout) => layout.top));
  return layouts.map((layout) => ({ ...layout, top, height: layout.height + top - layout.top }));
}

const compareNumber = (value) => `${value < 0 ? "−" : "+"}${number(Math.abs(value))}`;

function compareSays(view, panes, query, key) {
  const at = query * view.keys.length + key;
  const [a, b, change] = panes.map((pane) => pane.values[at]);
  const said = { a: number(a), b: number(b), change: compareNumber(change) };
  const numbers = gettext("first {a},  second {b},  change {change}", said);
  return `${view.queries[query]} → ${view.keys[key]}   ${numbers}`;
}

// What is said of the words of both sides: once, where it is the same.
export function sidesSay({ sides: [first, second] }, at) {
  const [here, there] = [placesSay(first, at), second.said ? placesSay(second, at) : ""];
  return together(here, there && there !== here ? gettext("second  {said}", { said: there }) : "");
}

function drawCompare(body, view, width, send, dark, memory) {
  const panes = comparePanes(view);
  const wide = width >= 860;
  const head = add(body, "div", "pane-head");
  const readout = addReadout(head, hintOf(view));
  const tools = add(head, "div", "tools");
  const columns = add(body, "div", wide ? "side-by-side even" : "stacked");
  if (wide) body.append(head); // the three begin higher, and all of them are seen with what is said of them
  const each = wide ? (width - 28) / 3 : width;
  const tall = Math.max(windowHeight() * 0.5, windowHeight() - 460);
  let drawn = [];
  let cell = 0;
  const point = ({ query, key }) => {
    for (const { map } of drawn) map.point({ query, key });
    const isCell = query !== undefined && key !== undefined;
    const numbers = isCell ? compareSays(view, panes, query, key) : "";
    readout.textContent = together(numbers, sidesSay(view, { query, key })) || hintOf(view);
  };
  const paint = (zoom) => {
    memory.zoom = zoom;
    columns.replaceChildren();
    const layouts = compareLayouts(panes, each, tall, zoom);
    [{ cell }] = layouts;
    drawn = panes.map((pane, i) => drawPane(columns, pane, layouts[i], dark, point, send));
    scrollTogether(drawn.map(({ scroll }) => scroll));
  };
  paint(memory.zoom);
  zoomTools(tools, () => cell, paint);
  columns.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    paint(nextZoom(cell, event.deltaY < 0 ? 1 : -1));
  }, { passive: false });
}

// One of the three, under its name, with its legend.
function drawPane(columns, pane, layout, dark, point, send) {
  const part = add(columns, "div", "part");
  const heading = add(part, "h3", "pane", pane.title);
  if (pane.under) add(heading, "small", "", pane.under);
  const table = paletteOf(pane, dark);
  const open = (query, key) => send("cell", [query, key]);
  const map = drawHeatmap(part, pane, { dark, table, layout, open });
  map.repaint(pane.values);
  map.connect(point, null);
  legend(part, table, number(pane.low), number(pane.high), pane.unit_label);
  return { map, scroll: part.querySelector(".scroll") };
}

const ZOOMS = [3, 5, 8, 12, 16, 22, 30, 40, 54, 72];

export function nextZoom(cell, by) {
  const at = ZOOMS.findIndex((zoom) => zoom >= cell);
  const nearest = at < 0 ? ZOOMS.length - 1 : at;
  return ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, nearest + by))];
}

function zoomTools(tools, cell, zoom) {
  const group = add(tools, "div", "swatches");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", gettext("Size of the cells in all three"));
  for (const [name, by, label] of [["−", -1, gettext("Smaller cells")], ["+", 1, gettext("Larger cells")]]) {
    const button = addButton(group, "swatch", name, `zoom ${name}`, () => zoom(nextZoom(cell(), by)));
    button.setAttribute("aria-label", label);
  }
  const fit = addButton(group, "swatch", gettext("fit"), "zoom fit", () => zoom(null));
  fit.setAttribute("aria-label", gettext("Cells that fit"));
}

function scrollTogether(areas) {
  let leader = null;
  for (const area of areas) {
    area.addEventListener("scroll", () => {
      if (leader && leader !== area) return;
      leader = area;
      for (const other of areas) {
        if (other !== area) [other.scrollLeft, other.scrollTop] = [area.scrollLeft, area.scrollTop];
      }
      requestAnimationFrame(() => { leader = null; });
    });
  }
}

// For exports: the three side by side, each under its name.
function paintCompare(pen, view, width, dark) {
  let [x, bottom] = [0, 0];
  const panes = comparePanes(view);
  const layouts = compareLayouts(panes, Math.max(300, (width - 48) / 3), 620);
  for (const [i, pane] of panes.entries()) {
    const layout = layouts[i];
    const table = paletteOf(pane, dark);
    pen.group(x, 0, () => {
      pen.text(pane.title, 0, 8, { size: 14, fill: ink(dark), most: Math.max(layout.width, 260) });
      pen.text(pane.under ?? "", 0, 26, { size: 12, fill: ink(dark), most: Math.max(layout.width, 260) });
    });
    pen.group(x, 40, () => {
      paintHeatmap(pen, layout, pane, pane.values, table, dark);
      const ends = [number(pane.low), number(pane.high), pane.unit_label];
      bottom = Math.max(bottom, paintLegend(pen, layout.height + 10, table, ...ends, dark));
    });
    x += Math.max(layout.width, 300) + 24;
  }
  return { width: x - 24, height: bottom + 40 };
}

function compareTable(view) {
  const rows = [];
  view.queries.forEach((query, i) => {
    view.keys.forEach((key, j) => {
      const [a, b] = [view.first[i * view.keys.length + j], view.second[i * view.keys.length + j]];
      rows.push([query, key, number(a), number(b), compareNumber(b - a), Math.abs(b - a)]);
    });
  });
  rows.sort((a, b) => b[5] - a[5]);
  const sides = [gettext("in the first"), gettext("in the second")];
  const head = [gettext("from"), gettext("to"), ...sides, gettext("change")];
  return { head, rows: rows.map((row) => row.slice(0, 5)) };
}
