// ---- what a word looks at in a picture, out of what a view holds; part of the view of words on a picture ------------

import { strongest } from "./picture_looks.js";
import { gettext } from "./texts.js";
import { fixed, headName, inPercent, layerName } from "./wording.js";

const FINE = 255;

// One of the pictures that the model sees, with its pixels and what is painted on it, as what paints pictures takes it.
export function pieceOf(view, k) {
  const region = k === view.piece ? view.region : [];
  return { ...view.pieces[k], overlay: view.overlay, pixels: view[`pixels_${k}`], region: region ?? [] };
}

// The piece that is looked at: that of the link, until a reader takes another one.
export function pieceAt(view, memory) {
  if (memory.sentPiece !== view.piece) Object.assign(memory, { sentPiece: view.piece, piece: undefined });
  return Math.min(memory.piece ?? view.piece ?? view.pieces.length - 1, view.pieces.length - 1);
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

// What lies over the large picture, as a reader has it by now: which heads (`head`, `layer`, `all`, or those that are
// `picked`), and whether they are summed.
export function overOf(view, memory = {}) {
  return {
    overlay: memory.overlay ?? view.over ?? "head", picked: memory.picked ?? view.picked ?? [],
    summed: memory.summed ?? view.summed ?? false,
  };
}

// The heads that lie over it together, by their numbers in the view.
export function headsOver(view, chosen, { overlay = "head", picked = [] } = {}) {
  const all = view.heads.map((_, i) => i);
  if (overlay === "all") return all;
  if (overlay === "picked") return picked.length ? picked : [chosen];
  return overlay === "layer" ? all.filter((i) => view.heads[i][0] === view.heads[chosen][0]) : [chosen];
}

// One head more, or one less; the last one stays.
export function changedHeads(picked, i) {
  if (!picked.includes(i)) return [...picked, i].sort((a, b) => a - b);
  return picked.length > 1 ? picked.filter((one) => one !== i) : picked;
}

// What several heads look at together: their mean, or their sum.
export function together(looks, summed = false) {
  const by = summed ? 1 : looks.length;
  const shares = looks[0].shares.map((_, i) => looks.reduce((sum, one) => sum + one.shares[i], 0) / by);
  return { ...looks[0], shares };
}

export const overlays = () => [
  ["head", gettext("the chosen head")], ["layer", gettext("the heads of its layer")], ["all", gettext("all heads")],
  ["picked", gettext("heads of my choice")],
];
export const pickingSays = () => gettext("A click on a small picture, or Enter, adds that head or takes it away.");
export const meanOrSum = () => [["mean", gettext("their mean")], ["sum", gettext("their sum")]];
export const paintingSays = () => {
  return gettext("Drag over the picture, or use the arrow keys and Enter: a cell more, or one less.");
};

const NAMED = 4; // heads that are named one by one

function overSays(view, chosen, over) {
  const heads = headsOver(view, chosen, over);
  if (heads.length === 1) return headName(...view.heads[heads[0]]);
  const of = { heads: headsSay(view, chosen, over, heads) };
  return over.summed ? gettext("the sum of {heads}", of) : gettext("the mean of {heads}", of);
}

function headsSay(view, chosen, over, heads) {
  const n = heads.length;
  if (over.overlay === "all") return gettext("all {n} heads", { n });
  if (over.overlay === "layer") {
    return gettext("the {n} heads of {layer}", { n, layer: layerName(view.heads[chosen][0]) });
  }
  if (n > NAMED) return gettext("{n} chosen heads", { n });
  const names = heads.map((i) => headName(...view.heads[i]));
  return gettext("{names} and {last}", { names: names.slice(0, -1).join(", "), last: names.at(-1) });
}

// What one word looks at, in one head or in several together, in a line. Each head gives at most 1, so a sum of several
// is told as a number of that many and not as a share.
export function wordSays(view, k, chosen, word, over = {}) {
  const heads = headsOver(view, chosen, over);
  const isSum = Boolean(over.summed) && heads.length > 1;
  const given = heads.reduce((sum, i) => sum + shareOf(view, i, word), 0) / (isSum ? 1 : heads.length);
  const looks = together(heads.map((i) => wordLooks(view, k, i, word)), isSum);
  const { share: most, row, column } = strongest(looks);
  const told = (share) => (isSum ? fixed(share, 2) : inPercent(share));
  const nowhere = given > 0 && view.pieces.length > 1 ? gettext(", none of it to this part") : "";
  const strong = { cell: `${row}, ${column}`, share: told(most) };
  const where = most > 0 ? gettext(", most to {cell} ({share})", strong) : nowhere;
  const gives = isSum ? gettext("{n} of {all}", { n: told(given), all: heads.length }) : told(given);
  const said = { heads: overSays(view, chosen, over), word: view.words[word], share: gives, where };
  return gettext("{heads}: {word} gives {share} to the picture{where}", said);
}

// The same of a head that is pointed at. Of the chosen one what lies over the picture is said; of one that lies there
// with others both are, as focus comes back to it when the page has answered.
export function headSays(view, k, i, { chosen, word, over }) {
  if (i === chosen) return wordSays(view, k, i, word, over);
  const isOneOf = over.overlay === "picked" && over.picked.length > 1 && over.picked.includes(i);
  const alone = wordSays(view, k, i, word);
  return isOneOf ? `${alone}; ${wordSays(view, k, chosen, word, over)}` : alone;
}
