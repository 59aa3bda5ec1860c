// ---- how an atlas is moved: nearer and farther, to the side, and heads that a line is drawn around ------------------
//
// Where a reader stands is { zoom, x, y }: how many times nearer than the whole, and what is in the middle, as shares
// of the whole picture.

import { gettext } from "./texts.js";

export const WHOLE = { zoom: 1, x: 0.5, y: 0.5 };
const MOST = 16;
const STEP = 1.5; // of a key or a button
const PAN = 0.15; // of the picture, of a key

const within = (value, zoom) => Math.max(0.5 / zoom, Math.min(1 - 0.5 / zoom, value));

// Nearer by a factor, or farther; what is at a point of the picture stays there.
export function zoomed(at, factor, [px, py] = [0.5, 0.5]) {
  const zoom = Math.max(1, Math.min(MOST, at.zoom * factor));
  const middle = (centre, point) => within(centre + (point - 0.5) / at.zoom - (point - 0.5) / zoom, zoom);
  return { zoom, x: middle(at.x, px), y: middle(at.y, py) };
}

// To the side by shares of what is seen.
export function panned(at, right, down) {
  const { zoom } = at;
  return { zoom, x: within(at.x + right / zoom, zoom), y: within(at.y + down / zoom, zoom) };
}

// So far to the side that a point, as shares of what is seen, comes into sight.
export function reaching(at, [px, py]) {
  const out = (point) => (point < 0.04 ? point - 0.2 : point > 0.96 ? point - 0.8 : 0);
  return out(px) || out(py) ? panned(at, out(px), out(py)) : at;
}

// What a key does to where a reader stands, or nothing; what is at a point stays there.
export function keyMoves(event, at, point) {
  const sides = { ArrowUp: [0, -PAN], ArrowDown: [0, PAN], ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0] };
  if (event.shiftKey && event.key in sides) return panned(at, ...sides[event.key]);
  if (event.key === "+" || event.key === "=") return zoomed(at, STEP, point);
  if (event.key === "-" || event.key === "_") return zoomed(at, 1 / STEP, point);
  return event.key === "0" ? WHOLE : null;
}

// Name, what is on it, what it does in words, and to where a reader stands.
export const buttons = () => [
  ["−", "−", gettext("Farther"), (at, point) => zoomed(at, 1 / STEP, point)],
  ["+", "+", gettext("Nearer"), (at, point) => zoomed(at, STEP, point)],
  ["fit", gettext("fit"), gettext("The whole atlas"), () => WHOLE],
];

// The dots inside a closed line.
export function lassoed(spots, line) {
  return spots.map((_, i) => i).filter((i) => isInside(spots[i], line));
}

function isInside([x, y], line) {
  let inside = false;
  line.forEach(([x1, y1], i) => {
    const [x2, y2] = line[(i + 1) % line.length];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}

// With these, without those that all were in it already.
export function toggled(picked, heads) {
  const all = heads.every((i) => picked.includes(i));
  return all ? picked.filter((i) => !heads.includes(i)) : [...new Set([...picked, ...heads])].sort((a, b) => a - b);
}

// Dragging and pinching: `acts` are start(point), drag(from, to, event), end(event) and pinch(factor, point); points
// are pixels of the element. A drag begins after some pixels, so that a click stays a click.
export function watchFingers(box, pointOf, acts) {
  const fingers = new Map();
  let [from, last, apart] = [null, null, 0];
  const spread = () => {
    const [[x1, y1], [x2, y2]] = [...fingers.values()];
    return [Math.hypot(x2 - x1, y2 - y1) || 1, [(x1 + x2) / 2, (y1 + y2) / 2]];
  };
  box.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, pointOf(event));
    if (fingers.size === 2) [apart] = spread();
    else [from, last] = [pointOf(event), null];
  });
  box.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const to = pointOf(event);
    fingers.set(event.pointerId, to);
    if (fingers.size === 2) {
      const [now, middle] = spread();
      acts.pinch(now / apart, middle);
      [apart, from] = [now, null];
    } else if (from && (last || Math.hypot(to[0] - from[0], to[1] - from[1]) > 5)) {
      if (!last) acts.start(from, event);
      acts.drag(last ?? from, to);
      last = to;
    }
  });
  const end = (event) => {
    fingers.delete(event.pointerId);
    if (last) acts.end();
    [from, last] = [null, null];
  };
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) box.addEventListener(name, end);
}
