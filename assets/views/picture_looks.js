// ---- what a position of a picture looks at in one head, out of what a view holds; part of the view of a picture -----

import { gettext } from "./texts.js";
import { headName, inPercent } from "./wording.js";

const FINE = 255;
const NEARLY_NONE = 0.25; // what the lowest level stands for: less than half a level, and never nothing

// The shares of all patches, in a grid, and those of positions that are no patches. Of the position that is kept, and
// of the chosen head, every patch is known to a level of 255; of other heads and positions blocks of patches are.
export function looksOf(view, head, query) {
  const { labels } = view;
  const n = labels.length;
  const level = (array, i) => Math.max(array[i], NEARLY_NONE) / FINE;
  if (query === view.query && head === view.chosen) return onGrid(view, (i) => view.exact[i]);
  if (query === view.query) return onGrid(view, (i) => level(view.looks, head * n + i) * view.looks_tops[head]);
  if (head === view.chosen && view.whole) {
    return onGrid(view, (i) => level(view.whole, query * n + i) * view.whole_tops[query]);
  }
  const [rows, columns] = view.grid;
  const [nBlocks, m] = [rows * columns, view.others.length];
  const at = head * n + query;
  const blockOf = (i) => level(view.pooled, at * nBlocks + i) ** 2 * view.pooled_tops[head];
  const shares = Array.from({ length: nBlocks }, (_, i) => blockOf(i) / patchesIn(view, i));
  const others = view.others.map((_, k) => level(view.pooled_others, at * m + k) ** 2);
  return { rows, columns, shares, others, side: view.side };
}

function onGrid(view, shareOf) {
  const { rows, columns, places, others } = view;
  return { rows, columns, shares: places.map(shareOf), others: others.map(shareOf), side: 1 };
}

// How many patches a block has: fewer at the right and at the bottom, where the grid ends.
function patchesIn({ rows, columns, grid, side }, i) {
  const [row, column] = [Math.floor(i / grid[1]), i % grid[1]];
  return Math.min(side, rows - row * side) * Math.min(side, columns - column * side);
}

// What goes to no patch.
export function besides(looks) {
  return looks.others.reduce((sum, share) => sum + share, 0);
}

export function strongest({ shares, columns, side }) {
  const at = shares.reduce((best, share, i) => (share > shares[best] ? i : best), 0);
  return { share: shares[at], row: Math.floor(at / columns) * side, column: (at % columns) * side };
}

// The largest share of a patch: of one head, or of all of them.
export function topOf(all, i, isCommon) {
  const largest = ({ shares }) => shares.reduce((most, share) => Math.max(most, share), 0);
  return isCommon ? all.reduce((most, looks) => Math.max(most, largest(looks)), 0) : largest(all[i]);
}

// What one position looks at in one head, in a line.
export function lookSays(view, looks, i, query) {
  const { share, row, column } = strongest(looks);
  const last = looks.side - 1;
  const ends = { row, below: row + last, column, right: column + last };
  const where = last ? gettext("rows {row}–{below}, columns {column}–{right}", ends) : `${row}, ${column}`;
  const beside = view.others.map((other, k) => `${view.labels[other]} ${inPercent(looks.others[k])}`);
  const given = last ? gettext("{share} a patch", { share: inPercent(share) }) : inPercent(share);
  const most = gettext("{patch} looks most at {where} ({share})", { patch: view.labels[query], where, share: given });
  return `${headName(...view.heads[i])}: ${[most, ...beside].join(gettext(", "))}`;
}
