// Numbers and names in words, as mha_viz/wording.py says them.

import { gettext, isTranslated } from "./texts.js";

// With so many decimals, rounded as Python rounds: of two that are equally near, the one whose last digit is even.
// A binary number lies between two decimals only if it is an odd multiple of 1/2, with one decimal of 1/4, and so on.
export function fixed(value, digits) {
  const text = value.toFixed(digits);
  const isTie = Math.abs(value * 2 ** (digits + 1)) % 2 === 1;
  if (!isTie || Number(text.at(-1)) % 2 === 0) return text;
  return (value < 0 ? "-" : "") + (Math.abs(value) - 0.5 * 10 ** -digits).toFixed(digits);
}

export function number(value) {
  if (value === -Infinity || value === null) return gettext("masked");
  return fixed(value, Math.abs(value) >= 100 ? 1 : 3);
}

export function short(share) {
  return fixed(share, 2).replace(/^(-?)0\./, "$1.");
}

// A share: whole percent from 10 % up, one decimal below.
export function inPercent(share) {
  const size = Math.abs(share);
  if (size > 0 && size < 0.0005) return gettext("under {share}", { share: "0.1 %" });
  return `${fixed(100 * share, size > 0 && size < 0.0995 ? 1 : 0)} %`;
}

// A share in a picture, in percent where a school class reads it; `shortIn` is what stands in a cell.
export function shareIn(view, share) {
  return view.in_percent && Number.isFinite(share) ? inPercent(share) : number(share);
}

export function shortIn(view, share) {
  return view.in_percent ? `${fixed(100 * share, 0)} %` : short(share);
}

// A share beside its interval: one decimal, whatever its size.
export function inPercentExactly(share) {
  return `${fixed(100 * share, 1)} %`;
}

// Outside of English a narrow space parts groups of three: a comma could be read as the point of a decimal.
export function count(n) {
  const grouped = n.toLocaleString("en");
  return isTranslated() ? grouped.replaceAll(",", "\u202f") : grouped;
}

export function headName(layer, head) {
  return `${layerName(layer)} ${nameInLayer(head)}`;
}

export function layerName(layer) {
  return `L${layer}`;
}

export function nameInLayer(head) {
  return `H${head}`;
}
