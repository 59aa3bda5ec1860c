// ---- what a word looks at in a picture, out of what a view holds; part of the view of words on a picture ------------

import { strongest } from "./picture_looks.js";
import { headName, inPercent, layerName } from "./wording.js";

const FINE = 255;

// One of the pictures that the model sees, with its pixels, as what paints pictures takes it.
export function pieceOf(view, k) {
  return { ...view.pieces[k], overlay: view.overlay, pixels: view[`pixels_${k}`] };
}

// The shares of all cells of a piece in one head, of one word.
export function wordLooks(view, k, head, word) {
  const { rows, columns } = view.pieces[k];
  const n = rows * columns;
  const at = head * view.words.length + word;
  const top = view[`tops_${k}`][at];
  const shares = Array.from({ length: n }, (_, i) => (view[`looks_${k}`][at * n + i] / FINE) * top);
  return { rows, columns, shares, others: [], side: 1 };
}

export const shareOf = (view, head, word) => view.shares[head * view.words.length + word];

// The heads that lie over the large picture together.
export function headsOver(view, chosen, overlay) {
  const all = view.heads.map((_, i) => i);
  if (overlay === "all") return all;
  return overlay === "layer" ? all.filter((i) => view.heads[i][0] === view.heads[chosen][0]) : [chosen];
}

// The mean of what several heads look at.
export function meanOf(looks) {
  const shares = looks[0].shares.map((_, i) => looks.reduce((sum, one) => sum + one.shares[i], 0) / looks.length);
  return { ...looks[0], shares };
}

function overSays(view, chosen, overlay) {
  const [layer, head] = view.heads[chosen];
  const n = headsOver(view, chosen, overlay).length;
  if (overlay === "all") return `the mean of all ${n} heads`;
  return overlay === "layer" ? `the mean of the ${n} heads of ${layerName(layer)}` : headName(layer, head);
}

// What one word looks at, in one head or in the mean of several, in a line.
export function wordSays(view, k, chosen, word, overlay = "head") {
  const heads = headsOver(view, chosen, overlay);
  const share = heads.reduce((sum, i) => sum + shareOf(view, i, word), 0) / heads.length;
  const over = meanOf(heads.map((i) => wordLooks(view, k, i, word)));
  const { share: most, row, column } = strongest(over);
  const nowhere = share > 0 && view.pieces.length > 1 ? ", none of it to this part" : "";
  const where = most > 0 ? `, most to ${row}, ${column} (${inPercent(most)})` : nowhere;
  return `${overSays(view, chosen, overlay)}: ${view.words[word]} gives ${inPercent(share)} to the picture${where}`;
}
