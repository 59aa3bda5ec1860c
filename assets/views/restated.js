// What the view of a head says of itself once a reader has looked at other heads than were sent as shown: in a page of
// its own nobody else can say it. The same words and scales as those of views/head.py and views/captions/several.py.

import { gettext } from "./texts.js";
import { fixed, headName, layerName, nameInLayer } from "./wording.js";

const NAMED = [4, 4]; // heads that a title names: of one layer, of several

// The view as it is drawn now. What a server answers is drawn as it is sent.
export function restated(view, memory) {
  if (!view.alone) return view;
  const { heads = view.shown, mean = view.mean } = memory;
  const places = heads.map((i) => view.heads[i]);
  const layer = places[0].layer;
  const switches = view.heads.filter((one) => one.layer === layer && one.head >= 0).map((one) => [layer, one.head]);
  const drawn = { ...view, switches, layers: layersOf(view) };
  const isSame = mean === view.mean && String(heads) === String(view.shown);
  if (isSame || !view.others) return drawn;
  const isMean = mean && heads.length > 1;
  return { ...drawn, ...words(view, heads, isMean), ...scale(view, heads, isMean), overview: undefined };
}

// The layers of the heads whose numbers are there.
export const layersOf = (view) => [...new Set(view.heads.map(({ layer }) => layer))];

function words(view, heads, isMean) {
  const { others } = view;
  const named = nameOf(heads.map((i) => view.heads[i]), others.over);
  const name = isMean ? gettext("mean of {heads}", { heads: named }) : named;
  const titled = { map: others.map, heads: name };
  const title = isMean ? gettext("{map}, {heads}", titled) : gettext("{map} of {heads}", titled);
  const several = heads.length > 1 ? (isMean ? others.mean : others.side_by_side) : "";
  return {
    title: `${title}, ${others.model}`,
    label: gettext("{title} of {model}: queries down, keys across", { title, model: others.model }),
    note: several + others.note,
    badge: badge(others, heads),
    facts: [...view.facts.slice(0, -1), `${name}; ${others.facts}`],
    file_name: [others.model, name, others.map].join("-").replace(/[^\p{L}\p{N}.-]/gu, "-").slice(-80),
  };
}

export function nameOf(places, over = "") {
  const layers = new Set(places.map(({ layer }) => layer));
  const [{ layer, head }] = places;
  if (head < 0) return over ? gettext("{what} of {layer}", { what: over, layer: layerName(layer) }) : layerName(layer);
  const [ofOne, ofSeveral] = NAMED;
  if (layers.size === 1) {
    const listed = places.map((place) => nameInLayer(place.head)).join(", ");
    return places.length > ofOne
      ? gettext("{n} heads of {layer}", { n: places.length, layer: layerName(layer) })
      : `${layerName(layer)} ${listed}`;
  }
  if (places.length > ofSeveral) {
    return gettext("{n} heads of {layers} layers", { n: places.length, layers: layers.size });
  }
  return places.map((place) => headName(place.layer, place.head)).join(", ");
}

// Where the rows of shares do not sum to 1: what they sum to, and why.
export function badge({ sums, rounding, why }, heads) {
  const ends = heads.map((i) => sums[i]).filter(Boolean);
  const [low, high] = [Math.min(...ends.map(([least]) => least)), Math.max(...ends.map(([, most]) => most))];
  if (!ends.length || Math.max(Math.abs(low - 1), Math.abs(high - 1)) <= rounding) return "";
  const span = high - low < 0.005 ? fixed(low, 2) : `${fixed(low, 2)}–${fixed(high, 2)}`;
  return gettext("rows sum to {sum}: {why}", { sum: span, why });
}

// Both ends of the colours: from zero to the largest, or the same on both sides of zero; shares end at 1, unless none
// of them is more than faint.
function scale(view, heads, isMean) {
  const size = view.queries.length * view.keys.length;
  const { faint, palettes } = view.others;
  const at = (i, cell) => view.values[i * size + cell];
  let [least, most] = [Infinity, -Infinity];
  const meet = (value) => {
    if (Number.isFinite(value)) [least, most] = [Math.min(least, value), Math.max(most, value)];
  };
  for (let cell = 0; cell < size; cell++) {
    if (isMean) meet(heads.reduce((sum, i) => sum + at(i, cell), 0) / heads.length);
    else for (const i of heads) meet(at(i, cell));
  }
  if (least > most) [least, most] = [0, 1];
  const end = Math.max(-least, most);
  const [low, top] = least < 0 && most > 0 ? [-end, end] : [Math.min(least, 0), Math.max(most, 0)];
  const high = faint && top >= faint ? 1 : top;
  return { low, high, line_scale: Math.max(-low, high) || 1, palette: palettes[low < 0 ? 1 : 0] };
}
