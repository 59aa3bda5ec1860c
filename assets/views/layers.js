// ---- layers: every layer of one model beside every layer of another, by how far their heads are apart ---------------
//
// `values` is (layer of the first, layer of the second) in bits; `nearest` says of each two layers which of their heads
// are nearest, in words; `chosen` are the layers of the two heads that are shown.

import { ink, paletteOf, themed } from "./colours.js";
import { add, addReadout, hintOf, place } from "./elements.js";
import { drawHeatmap, heatmapLayout, paintHeatmap } from "./heatmap.js";
import { legend, paintLegend } from "./legends.js";
import { gettext } from "./texts.js";
import { fixed } from "./wording.js";

export const renderer = { draw: drawLayers, paint: paintLayers, table: layersTable };

const TALL = [160, 320]; // pixels of the map, which stands beside tables

const axesSay = ({ names: [first, second] }) => {
  return gettext("Layers of {first} down, of {second} across", { first, second });
};

// The same as a map that is drawn with rows and columns.
export function layersMap(view) {
  const marks = { query: [], key: [] };
  const label = gettext("{axes}: bits apart", { axes: axesSay(view) });
  return { ...view, key: "layers", unit: "bits", decimals: 2, second: marks, label };
}

export function layersLayout(map, width, windowHeight) {
  return heatmapLayout(map, width, Math.max(TALL[0], Math.min(TALL[1], windowHeight * 0.4)));
}

export function layersSay(view, row, column) {
  const value = view.values[row * view.keys.length + column];
  return gettext("{layer} of {model} and {other_layer} of {other}: {apart} bits apart; nearest are {heads}", {
    layer: view.queries[row], model: view.names[0], other_layer: view.keys[column], other: view.names[1],
    apart: fixed(value, 3), heads: view.nearest[row][column],
  });
}

const ends = (view) => {
  return [gettext("{apart} alike", { apart: fixed(view.low, 3) }), fixed(view.high, 3), gettext("bits apart")];
};

function drawLayers(body, view, width, send, dark) {
  const map = layersMap(view);
  const layout = layersLayout(map, width, window.innerHeight);
  const readout = addReadout(body, hintOf(view));
  add(body, "small", "", axesSay(view));
  const table = paletteOf(view, dark);
  const drawn = drawHeatmap(body, map, { dark, table, layout, open: (row, column) => send("layers", [row, column]) });
  drawn.repaint(view.values);
  markChosen(body.querySelector("[data-key=layers]"), view, layout);
  drawn.connect(({ query, key }) => {
    drawn.point({ query, key });
    readout.textContent = query === undefined || key === undefined ? hintOf(view) : layersSay(view, query, key);
  }, null);
  legend(body, table, ...ends(view));
}

function markChosen(box, { chosen: [row, column] }, { left, top, cell }) {
  place(add(box, "div", "mark chosen"), left + column * cell, top + row * cell, cell, cell);
}

// For exports.
function paintLayers(pen, view, width, dark) {
  const map = layersMap(view);
  const layout = heatmapLayout(map, width, 620);
  const { left, top, cell } = layout;
  pen.text(axesSay(view), 0, 8, { size: 12, fill: ink(dark) });
  let bottom = 0;
  pen.group(0, 20, () => {
    paintHeatmap(pen, layout, map, view.values, paletteOf(view, dark), dark);
    const [row, column] = view.chosen;
    pen.box(left + column * cell, top + row * cell, cell, cell, themed("mark"), 2);
    bottom = paintLegend(pen, layout.height + 10, paletteOf(view, dark), ...ends(view), dark);
  });
  return { width: Math.max(layout.width, 360), height: bottom + 20 };
}

function layersTable(view) {
  const rows = view.queries.flatMap((row, i) => view.keys.map((column, j) => {
    const value = view.values[i * view.keys.length + j];
    return [row, column, fixed(value, 3), view.nearest[i][j]];
  }));
  const layers = view.names.map((model) => gettext("layer of {model}", { model }));
  return { head: [...layers, gettext("bits apart"), gettext("nearest heads")], rows };
}
