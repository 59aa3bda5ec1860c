// ---- dots: where heads stand, their names, and outlines of clusters; part of the view of an atlas -------------------

import { textWidth } from "./pens.js";
import { headName } from "./wording.js";

const ATLAS_EDGE = [34, 24]; // pixels around the dots, for labels
const ATLAS_HIGH = [260, 500];

// Where heads stand, `at` where a reader stands (atlas_moves.js). Where there is room a head is `pictured`: a small
// picture of so many pixels a `side`, else a dot.
export function atlasLayout(view, width, at = { zoom: 1, x: 0.5, y: 0.5 }) {
  const n = view.x.length;
  const radius = n <= 160 ? 6 : n <= 400 ? 5 : 3.5;
  const wider = ([low, high], value) => [Math.min(low, value), Math.max(high, value)];
  const ends = (values) => values.reduce(wider, [Infinity, -Infinity]);
  const [[left, right], [low, high]] = [ends(view.x), ends(view.y)];
  const wide = Math.max(200, Math.min(width, 1160));
  const tall = Math.max(ATLAS_HIGH[0], Math.min(ATLAS_HIGH[1], wide * 0.8));
  const scale = Math.min((wide - 2 * ATLAS_EDGE[0]) / (right - left), (tall - 2 * ATLAS_EDGE[1]) / (high - low));
  const size = Number.isFinite(scale) ? scale : 0; // all heads at one place
  const height = Math.max(120, Math.round((high - low) * size) + 2 * ATLAS_EDGE[1]);
  const nearer = (place, share, whole) => (at.zoom === 1 ? place : whole / 2 + (place - share * whole) * at.zoom);
  const spots = Array.from({ length: n }, (_, i) => [
    nearer(wide / 2 + (view.x[i] - (left + right) / 2) * size, at.x, wide),
    nearer(height / 2 - (view.y[i] - (low + high) / 2) * size, at.y, height),
  ]);
  const isSeen = (i) => spots[i][0] >= 0 && spots[i][1] >= 0 && spots[i][0] <= wide && spots[i][1] <= height;
  const layout = { radius, spots, width: wide, height, isSeen, side: pictureSide(n, at.zoom) };
  layout.pictured = picturedHeads(view, layout);
  return { ...layout, labels: atlasLabels(view, layout), hulls: atlasHulls(view, spots) };
}

// Pixels of a small picture: more where fewer heads share the room.
export function pictureSide(n, zoom) {
  const side = n <= 100 ? 30 : n <= 200 ? 26 : n <= 400 ? 22 : 18;
  return Math.min(80, Math.round(side * Math.sqrt(zoom)));
}

// The chosen head, then those that stand most alone.
function aloneFirst(view, spots) {
  const alone = spots.map((_, i) => nearestSpot(spots, i));
  return spots.map((_, i) => i).sort((a, b) => (b === view.chosen) - (a === view.chosen) || alone[b] - alone[a]);
}

// Heads with room for a small picture that covers no other head, nor another picture.
function picturedHeads(view, { spots, radius, side, width, height, isSeen }) {
  const pictured = new Set();
  if (!view.thumbs) return pictured;
  const apart = (i, j, least) =>
    Math.abs(spots[i][0] - spots[j][0]) >= least || Math.abs(spots[i][1] - spots[j][1]) >= least;
  for (const i of aloneFirst(view, spots)) {
    const [[x, y], half] = [spots[i], side / 2];
    if (!isSeen(i) || x < half || y < half || x > width - half || y > height - half) continue;
    const isFree = spots.every((_, j) => j === i || apart(i, j, pictured.has(j) ? side + 3 : half + radius + 1));
    if (isFree) pictured.add(i);
  }
  return pictured;
}

// Labels where there is room. Each is [x, y, align, text].
function atlasLabels(view, { radius, spots, width, height, isSeen, side, pictured }) {
  const boxes = new Boxes();
  const half = (i) => (pictured.has(i) ? side / 2 : radius);
  spots.forEach(([x, y], i) => boxes.add([x - half(i), y - half(i), x + half(i), y + half(i)]));
  const labels = new Map();
  for (const i of aloneFirst(view, spots).filter(isSeen)) {
    const text = headName(view.layer[i], view.head[i]);
    const [[x, y], long, gap] = [spots[i], textWidth(text, 12), half(i) + (i === view.chosen ? 8 : 3)];
    const places = [
      ["left", x + gap, y], ["right", x - gap, y], ["center", x, y - gap - 6], ["center", x, y + gap + 7],
    ];
    for (const [align, at, line] of places) {
      const start = at - { left: 0, right: long, center: long / 2 }[align];
      const box = [start - 1, line - 7, start + long + 1, line + 7];
      if (box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height) continue;
      if (boxes.meets(box)) continue;
      boxes.add(box);
      labels.set(i, [at, line, align, text]);
      break;
    }
  }
  return labels;
}

// The squared distance of a dot from the nearest other.
function nearestSpot(spots, i) {
  let least = Infinity;
  for (let j = 0; j < spots.length; j++) {
    const far = (spots[i][0] - spots[j][0]) ** 2 + (spots[i][1] - spots[j][1]) ** 2;
    if (far < least && j !== i) least = far;
  }
  return least;
}

// Boxes that are taken, kept by squares of the picture, so that only neighbours are looked at.
class Boxes {
  constructor() {
    this.squares = new Map();
  }

  squaresOf([left, top, right, bottom]) {
    const names = [];
    for (let x = Math.floor(left / 64); x <= Math.floor(right / 64); x++) {
      for (let y = Math.floor(top / 64); y <= Math.floor(bottom / 64); y++) names.push(x * 1000 + y);
    }
    return names;
  }

  add(box) {
    for (const name of this.squaresOf(box)) this.squares.set(name, [...(this.squares.get(name) ?? []), box]);
  }

  meets(box) {
    const meet = (other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
    return this.squaresOf(box).some((name) => this.squares.get(name)?.some(meet));
  }
}

// The outlines of clusters of three heads or more, by their number.
function atlasHulls(view, spots) {
  return view.sizes.map((size, i) => (size < 3 ? null : hullOf(spots.filter((_, j) => view.cluster[j] === i + 1))));
}

// Andrew's monotone chain: the corners of the smallest convex outline.
export function hullOf(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered) => {
    const chain = [];
    for (const point of ordered) {
      while (chain.length > 1 && turns(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function turns(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

// An outline that goes round the dots of a cluster, closed, or nothing.
export function aroundCluster({ hulls, radius }, cluster) {
  const hull = hulls[cluster];
  if (!hull?.length) return [];
  const centre = [0, 1].map((axis) => hull.reduce((sum, point) => sum + point[axis], 0) / hull.length);
  const wider = hull.map((point) => {
    const [dx, dy] = [point[0] - centre[0], point[1] - centre[1]];
    const by = (radius + 5) / (Math.hypot(dx, dy) || 1);
    return [point[0] + dx * by, point[1] + dy * by];
  });
  return [...wider, wider[0]];
}

// The nearest dot in a direction: within a right angle of it, or else in the half of the picture on that side.
export function nextDot(spots, from, [right, down]) {
  const ahead = (most) => {
    let [best, least] = [-1, Infinity];
    spots.forEach(([x, y], i) => {
      const [dx, dy] = [x - spots[from][0], y - spots[from][1]];
      const [along, aside] = [dx * right + dy * down, Math.abs(dx * down) + Math.abs(dy * right)];
      const far = Math.hypot(dx, dy);
      if (along > 0.5 && aside <= along * most && far < least) [best, least] = [i, far];
    });
    return best;
  };
  const narrow = ahead(1);
  return narrow >= 0 ? narrow : ahead(Infinity);
}

// The nearest dot within reach of a finger, or the small picture at a point, as [i], or null.
export function dotAt({ spots, radius, side, pictured }, [x, y]) {
  let [best, least] = [null, Infinity];
  spots.forEach(([u, v], i) => {
    const far = Math.hypot(x - u, y - v);
    const isMet = pictured?.has(i) ? Math.max(Math.abs(x - u), Math.abs(y - v)) <= side / 2 : far < radius + 8;
    if (isMet && far < least) [best, least] = [[i], far];
  });
  return best;
}

// Where a card stands: to the right of a dot, or to its left, or below where neither side has room.
export function placeTip(layout, [x, y], [wide, tall]) {
  const beside = Math.max(0, Math.min(y - 12, layout.height - tall));
  if (x + 16 + wide <= layout.width) return [x + 16, beside];
  if (x - 16 - wide >= 0) return [x - 16 - wide, beside];
  return [Math.max(0, Math.min(x - wide / 2, layout.width - wide)), y + 16];
}
