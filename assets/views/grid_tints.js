// What fills the pictures of a grid in place of their maps: one colour each, of a score or of a cluster.

import { css, rampOf } from "./colours.js";
import { gettext } from "./texts.js";
import { number } from "./wording.js";

// The colours of each kind that there is, from least to most.
export function tintTables({ tints }, dark) {
  return (tints?.kinds ?? []).map((kind) => rampOf(kind[dark ? "dark" : "light"]));
}

// The colour of a picture; null where nothing is known of it.
export function tintOf({ tints }, tables, i) {
  const kind = tints.of[i];
  return kind === null ? null : css(tables[kind], tints.levels[i]);
}

// [colours, name] of each kind, for a legend.
export function tintRamps(view, dark) {
  return tintTables(view, dark).map((table, i) => [table, view.tints.kinds[i].name]);
}

// What the colours stand for.
export function tintsSay({ tints: { by, ends, of } }) {
  const of_scale = { what: by, low: number(ends?.[0] ?? 0), high: number(ends?.[1] ?? 0) };
  const scale = ends ? gettext("{what}, {low} to {high}", of_scale) : by;
  return of.includes(null) ? gettext("{what}; empty: not measured", { what: scale }) : scale;
}
