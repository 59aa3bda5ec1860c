// ---- the picture of an atlas with any pen: dots, small pictures of heads, names, and what they mean -----------------

import { CellImage } from "./canvases.js";
import { css, ink, levelOf, paletteOf, themed } from "./colours.js";
import { aroundCluster, atlasLayout } from "./dots.js";
import { paintLegend, paintSigns } from "./legends.js";
import { gettext } from "./texts.js";
import { count, fixed, headName, layerName } from "./wording.js";

const TALLEST = 16000; // rows of an image that every browser draws

export function atlasName(view, i) {
  const name = headName(view.layer[i], view.head[i]);
  if (view.models.length === 1) return name;
  return gettext("{head} of {model}", { head: name, model: view.models[view.model[i]] });
}

export function nearOf(view, i) {
  const pair = (_, k) => [view.near[i * view.n_near + k], view.near_distance[i * view.n_near + k]];
  return Array.from({ length: view.n_near }, pair);
}

// What there is to say of one head, a line each.
export function atlasSays(view, i) {
  const others = view.sizes[view.cluster[i] - 1] - 1;
  const near = nearOf(view, i).map(([other, distance]) =>
    gettext("{head} {n} bits", { head: atlasName(view, other), n: fixed(distance, 3) }));
  const cluster = withOthers(view.clusters[view.cluster[i] - 1], others);
  return { cluster, family: view.families[view.family[i]], near };
}

function withOthers(cluster, n) {
  if (!n) return gettext("{cluster}, with no other head", { cluster });
  if (n === 1) return gettext("{cluster}, with 1 other head", { cluster });
  return gettext("{cluster}, with {n} other heads", { cluster, n: count(n) });
}

function atlasTitle(view, i) {
  const { cluster, family, near } = atlasSays(view, i);
  return `${atlasName(view, i)}: ${[cluster, family, ...near].join("; ")}`;
}

function atlasColours(view, dark) {
  if (view.colour === "layer") {
    const table = paletteOf(view, dark);
    return Array.from(view.layer, (layer) => css(table, levelOf(layer, 0, view.deepest || 1)));
  }
  return Array.from(view.swatch, (swatch) => view.swatches[swatch][dark ? "dark" : "light"]);
}

// The small picture of each head as [image, first row, rows], or nothing.
export function atlasImages(view, dark) {
  if (!view.thumbs) return null;
  const table = paletteOf({ palette: view.thumb_palette }, dark);
  let [offset, first] = [0, 0];
  const images = [];
  for (const { rows, columns, heads } of view.thumbs) {
    const each = Math.max(1, Math.floor(TALLEST / rows));
    for (let begin = 0; begin < heads; begin += each) {
      const from = offset + begin * rows * columns;
      const levelAt = (cell) => view.levels[from + cell];
      const image = new CellImage(Math.min(each, heads - begin) * rows, columns, levelAt, table, themed("ink", dark));
      for (let i = 0; i < image.rows / rows; i++) images[first + begin + i] = [image, i * rows, rows];
    }
    [offset, first] = [offset + heads * rows * columns, first + heads];
  }
  return images;
}

// Heads of the first model are discs, of the second diamonds.
function paintDot(pen, second, [x, y], radius, fill, stroke, thick, title) {
  if (!second) return pen.disc(x, y, radius, { fill, stroke, thick, title });
  const r = radius * 1.25;
  return pen.path([[x, y - r], [x + r, y], [x, y + r], [x - r, y], [x, y - r]], { fill, stroke, thick, title });
}

export function paintHeads(pen, view, layout, dark, among, images = atlasImages(view, dark)) {
  const colours = atlasColours(view, dark);
  const edge = themed("dot-edge", dark);
  const seen = among.filter((i) => layout.isSeen(i));
  for (const i of seen) {
    const title = pen.keepsTitles ? atlasTitle(view, i) : undefined;
    const [x, y] = layout.spots[i];
    if (!layout.pictured.has(i)) {
      paintDot(pen, view.model[i] === 1, [x, y], layout.radius, colours[i], edge, 1, title);
      continue;
    }
    const half = layout.side / 2;
    const [image, row, rows] = images[i];
    pen.picture(x - half, y - half, layout.side, layout.side, image, row, rows);
    pen.box(x - half, y - half, layout.side, layout.side, colours[i], 2);
    paintDot(pen, view.model[i] === 1, [x - half, y - half], 4, colours[i], edge, 1, title);
  }
  for (const i of seen) {
    const [x, y, align, text] = layout.labels.get(i) ?? [];
    if (text) pen.text(text, x, y, { size: 12, align, fill: ink(dark), bold: i === view.chosen });
  }
  if (seen.includes(view.chosen)) mark(pen, view, layout, view.chosen, 3, themed("mark"), 3);
}

// A line around a head, so many pixels away from it.
export function mark(pen, view, layout, i, away, colour, thick) {
  const [x, y] = layout.spots[i];
  const half = layout.side / 2 + away;
  if (layout.pictured.has(i)) pen.box(x - half, y - half, 2 * half, 2 * half, colour, thick);
  else paintDot(pen, view.model[i] === 1, [x, y], layout.radius + away, undefined, colour, thick);
}

export function paintAtlas(pen, view, width, dark, layout = atlasLayout(view, width), withLegend = true) {
  paintHeads(pen, view, layout, dark, layout.spots.map((_, i) => i));
  return withLegend ? paintAtlasLegend(pen, view, layout, width, dark) : layout;
}

// What colours and shapes stand for: [paint a sign around (7, 7), words].
export function atlasSigns(view, dark) {
  const dot = (second, radius, fill, stroke, thick) => (pen, x, y) =>
    paintDot(pen, second, [x + 7, y + 7], radius, fill, stroke, thick);
  const signs = view.colour === "layer" ? [] : view.swatches.map(({ name, ...colour }, i) => [
    dot(view.colour === "model" && i === 1, 5.5, colour[dark ? "dark" : "light"], themed("grey-8"), 1), name,
  ]);
  if (view.models.length > 1 && view.colour !== "model") {
    signs.push(...view.models.map((name, i) => [dot(i === 1, 5, undefined, ink(dark), 1.5), name]));
  }
  return signs;
}

export const layerEnds = (view) => [layerName(0), layerName(view.deepest), gettext("layer")];

function paintAtlasLegend(pen, view, layout, width, dark) {
  let y = layout.height + 8;
  if (view.colour === "layer") y = paintLegend(pen, y, paletteOf(view, dark), ...layerEnds(view), dark);
  return { width: layout.width, height: paintSigns(pen, atlasSigns(view, dark), y, width, dark) };
}

// The head under the pointer with its cluster and the heads nearest to it, before the faded rest.
export function highlight(view, layout, over, base, dark, images, i) {
  over.context.clearRect(0, 0, layout.width, layout.height);
  base.canvas.style.opacity = i < 0 ? 1 : 0.3;
  if (i < 0) return;
  const { spots } = layout;
  for (const [other] of nearOf(view, i)) over.line(...spots[i], ...spots[other], themed("mark"), 1.5, 0.8);
  const outline = aroundCluster(layout, view.cluster[i] - 1);
  if (outline.length) over.path(outline, { stroke: themed("hull", dark), thick: 1.5 });
  const near = new Set(nearOf(view, i).map(([other]) => other));
  const among = spots.map((_, j) => j).filter((j) => view.cluster[j] === view.cluster[i] || near.has(j));
  paintHeads(over, view, layout, dark, among, images);
  mark(over, view, layout, i, 2, ink(dark), 2.5);
}
