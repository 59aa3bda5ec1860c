// ---- mentions: what there is to say of each mention of a name; part of the view of a trail --------------------------

import { together } from "./labels.js";
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
  const which = `“${spelled}”, mention ${mention + 1} of ${n}`;
  if (name !== view.chosen) return `${which}: click it, or press Enter, to follow this name`;
  if (mention === 0) return `${which}: the first, word ${count(view.words[0])} of ${count(view.n_words)}`;
  const value = trailAt(view, "attention", h, mention);
  if (Number.isNaN(value)) return `${which}: the model reads no token of it`;
  const ordinary = trailAt(view, "ordinary", h, mention);
  const others = Number.isNaN(ordinary) ? "" : `; ordinary words around it ${trailShare(ordinary)}`;
  const all = mention > 1 ? `, ${trailShare(trailAt(view, "earlier", h, mention))} to all earlier ones` : "";
  return `${which}: ${trailShare(value)} back to the first in ${trailHead(view, h)}${all}${others}`;
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
