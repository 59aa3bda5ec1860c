// ---- mentions: what there is to say of each mention of a name; part of the view of a trail --------------------------

import { together } from "./labels.js";
import { gettext } from "./texts.js";
import { count, headName, inPercent } from "./wording.js";

export const VALUES = ["attention", "earlier", "ordinary"]; // of each head and mention
export const STRONG = 180; // level of the palette in which what goes to the first mention is drawn

export function trailShare(value) {
  return Number.isNaN(value) || value === null ? "–" : inPercent(value);
}

export function trailHead(view, h) {
  return headName(...view.heads[h]);
}

export function trailAt(view, name, h, mention) {
  return view[name][h * view.places.length + mention];
}

// What there is to say of one mention, whichever name it is of, and what it is to the model.
export function trailSays(view, h, name, mention) {
  return together(mentionSays(view, h, name, mention), view.said?.[name]?.[mention]);
}

function mentionSays(view, h, name, mention) {
  const { name: spelled, n } = view.names[name];
  const which = gettext("“{word}”, mention {i} of {n}", { word: spelled, i: mention + 1, n });
  if (name !== view.chosen) return gettext("{which}: click it, or press Enter, to follow this name", { which });
  const place = { which, i: count(view.words[0]), n: count(view.n_words) };
  if (mention === 0) return gettext("{which}: the first, word {i} of {n}", place);
  const value = trailAt(view, "attention", h, mention);
  if (Number.isNaN(value)) return gettext("{which}: the model reads no token of it", { which });
  const ordinary = trailAt(view, "ordinary", h, mention);
  const others = Number.isNaN(ordinary)
    ? "" : gettext("; ordinary words around it {share}", { share: trailShare(ordinary) });
  const earlier = trailShare(trailAt(view, "earlier", h, mention));
  const all = mention > 1 ? gettext(", {share} to all earlier ones", { share: earlier }) : "";
  const told = { which, share: trailShare(value), head: trailHead(view, h) };
  return gettext("{which}: {share} back to the first in {head}", told) + all + others;
}

// The segments that are mentions: of one name, or of any.
export function stopsOf(view, chosen) {
  const stops = view.segments.map(([, name], stop) => [stop, name]);
  return stops.filter(([, name]) => name >= 0 && (chosen === undefined || name === chosen)).map(([stop]) => stop);
}

// Where a key leads from a segment: up and down among the mentions of the name that is followed, left and right among
// all; undefined where there is no further one.
export function nextStop(view, key, from) {
  const step = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  const stops = stopsOf(view, key === "ArrowDown" || key === "ArrowUp" ? view.chosen : undefined);
  const at = from ?? (step > 0 ? -1 : view.segments.length);
  return step > 0 ? stops.find((stop) => stop > at) : stops.findLast((stop) => stop < at);
}
