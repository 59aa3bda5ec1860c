// ---- bands: of several heads one each beside a token, as dark as what it gets or gives; part of the view of a head --

import { css, levelOf, rampOf, readableOn, themed } from "./colours.js";
import { isTouched } from "./elements.js";
import { gettext } from "./texts.js";
import { shareIn, shortIn } from "./wording.js";

const BAND = { least: 8, most: 27, numbered: 23, apart: 4 }; // pixels
const SMALL = 11; // of the numbers in them

// How wide each band is, and all of them together, where so much room is left for both sides.
export function bandsLayout(maps, room) {
  if (maps < 2) return { band: 0, beside: 0 };
  const fits = Math.floor((room - 2 * BAND.apart) / (2 * maps));
  const band = Math.max(BAND.least, Math.min(BAND.most, fits));
  return { band, beside: maps * band + BAND.apart };
}

// The colours of one head, from nothing to all.
export function bandTable(colour, dark) {
  return rampOf([themed("strip", dark), colour]);
}

// What the bands stand for: of each map the sums over what is picked of one side, by the tokens of the other side, or
// with nothing picked, as shares can be averaged, the mean over all queries; and where their scale ends.
export function bandsOf(view, { n, m, maps }, side, picked) {
  const isMean = !picked.length;
  if (isMean && view.unit !== "share") return { side: "query", picked, sums: [], top: view.line_scale };
  const rows = isMean ? [...Array(n).keys()] : picked;
  const from = isMean ? "query" : side;
  const sums = maps.map(({ values }) => headSums({ n, m }, values, from, rows).map((sum) => sum / (isMean ? n : 1)));
  const largest = Math.max(0, ...sums.flatMap((one) => [...one].filter(Number.isFinite).map(Math.abs)));
  const top = isMean ? largest || 1 : picked.length > 1 ? Math.max(view.line_scale, largest) : view.line_scale;
  return { side: from, picked, sums, top };
}

// Summed attention of some queries on each key, or of each query on some keys.
export function headSums({ n, m }, values, side, picked) {
  const sums = new Float64Array(side === "query" ? m : n);
  for (const i of picked) {
    for (let j = 0; j < sums.length; j++) sums[j] += side === "query" ? values[i * m + j] : values[j * m + i];
  }
  return sums;
}

// The bands stand at the right of the keys where queries look, else at the left of the queries.
export function bandAt({ left, gap, right, band, top, row }, side, token, map) {
  const begin = side === "query" ? left + gap + right + 2 : 0;
  return [begin + map * band, top + token * row + 1, band - 1, row - 2];
}

export function paintBands(pen, layout, view, { maps }, { side, picked, sums, top }) {
  const labels = side === "query" ? view.keys : view.queries;
  const names = picked.map((i) => (side === "query" ? view.queries : view.keys)[i]);
  const from = names.join(" + ") || gettext("the mean of all");
  sums.forEach((values, map) => {
    const { name, bands } = maps[map];
    values.forEach((value, token) => {
      if (!Number.isFinite(value)) return;
      const [x, y, wide, high] = bandAt(layout, side, token, map);
      const level = levelOf(Math.abs(value), 0, top);
      const pair = side === "query" ? `${from} → ${labels[token]}` : `${labels[token]} → ${from}`;
      pen.rect(x, y, wide, high, css(bands, level), `${name}: ${pair} ${shareIn(view, value)}`);
      if (layout.band < BAND.numbered || Math.abs(value) < 0.005) return;
      const style = { size: SMALL, align: "center", fill: readableOn(bands, level), most: wide };
      pen.text(shortIn(view, value), x + wide / 2, y + high / 2, style);
    });
  });
}

// What the darkness of a band stands for now, and up to where it goes.
export function bandsSay(view, { side, picked, sums, top }) {
  if (!sums.length) {
    if (isTouched()) return gettext("tap a token: a band for each head");
    return gettext("point at a token: a band for each head");
  }
  const most = `${view.low < 0 ? "±" : ""}${top === 1 && !view.in_percent ? "1" : shareIn(view, top)}`;
  if (!picked.length) return gettext("0 to {most}: from all queries to each key, on average", { most });
  const labels = side === "query" ? view.queries : view.keys;
  const token = picked.length > 1
    ? gettext("the {n} chosen together", { n: picked.length })
    : gettext("“{word}”", { word: labels[picked[0]] });
  return side === "query"
    ? gettext("0 to {most}: from {token} to each key", { most, token })
    : gettext("0 to {most}: from each query to {token}", { most, token });
}
