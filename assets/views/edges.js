// ---- edges: where arcs and links run, how each is drawn and what it says; part of the view of arcs ------------------

import { ink, secondInk, themed } from "./colours.js";
import { textWidth } from "./pens.js";
import { gettext } from "./texts.js";

// Pixels, and characters of a word.
export const WORD = { size: 16, tall: 32, narrowest: 28, gap: 10, padding: 12, longest: 24 };
const TIGHT = { ...WORD, size: 14, narrowest: 0, gap: 2, padding: 4 }; // where the words would not fit otherwise
export const EDGE = { label: 12, step: 23, slot: 9, corner: 7, head: 7 };
export const DASHED = { removed: 4, candidate: 3, chosen: 5 };

function shortened(word) {
  const [isolate, end] = ["\u2068", "\u2069"]; // around what runs from the right
  if (word.startsWith(isolate)) return `${isolate}${shortened(word.slice(1, -1))}${end}`;
  const characters = [...word];
  return characters.length > WORD.longest ? `${characters.slice(0, WORD.longest - 1).join("")}…` : word;
}

// Every arc and link with the height at which it runs: above everything that it spans.
export function edgesOf(view) {
  const edge = (kind) => ([start, end, name, state]) => ({ kind, start, end, name, state });
  const edges = [...view.arcs.map(edge("arc")), ...view.links.map(edge("link"))];
  if (view.chosen.length) {
    edges.push({ kind: "arc", start: view.chosen[0], end: view.chosen[1], name: "?", state: "chosen" });
  }
  edges.forEach((span, i) => {
    Object.assign(span, { i, low: Math.min(span.start, span.end), high: Math.max(span.start, span.end) });
  });
  const placed = [];
  for (const span of [...edges].sort((a, b) => a.high - a.low - (b.high - b.low))) {
    const under = placed.filter((other) => other.kind === span.kind && other.low < span.high && span.low < other.high);
    span.level = 1 + Math.max(0, ...under.map((other) => other.level));
    placed.push(span);
  }
  return edges;
}

function labelOf(edge) {
  return edge.state === "removed" ? `✕ ${edge.name}` : edge.name;
}

// Where the ends of arcs stand at their words, so that none runs into another: the longer, the nearer the middle.
function setSlots(view, edges) {
  const most = view.words.map(() => 1);
  for (const kind of ["arc", "link"]) {
    view.words.forEach((_, word) => {
      const here = edges.filter((edge) => edge.kind === kind && (edge.start === word || edge.end === word));
      const side = (edge) => (edge.low === word ? 1 : -1);
      here.sort((a, b) => side(a) - side(b) || -side(a) * (a.level - b.level) || a.i - b.i);
      here.forEach((edge, slot) => {
        edge[edge.start === word ? "startAt" : "endAt"] = (slot - (here.length - 1) / 2) * EDGE.slot;
      });
      most[word] = Math.max(most[word], here.length);
    });
  }
  return most;
}

// Where `room` is given and the words need more, they stand closer together if they then fit.
export function arcsLayout(view, room = Infinity) {
  const layout = layoutOf(view, WORD);
  if (layout.width <= room) return layout;
  const tight = layoutOf(view, TIGHT);
  return tight.width <= room ? tight : layout;
}

function layoutOf(view, word) {
  const edges = edgesOf(view);
  const slots = setSlots(view, edges);
  const words = view.words.map(shortened);
  const wide = words.map((text, i) =>
    Math.max(word.narrowest, textWidth(text, word.size) + word.padding, slots[i] * EDGE.slot + 4),
  );
  const middle = [];
  const at = (edge, i) => middle[i] + (edge.start === i ? edge.startAt : edge.endAt);
  words.forEach((_, i) => {
    middle[i] = i ? middle[i - 1] + (wide[i - 1] + wide[i]) / 2 + word.gap : wide[0] / 2 + 2;
    for (const edge of edges.filter((other) => other.high === i)) { // labels have room between the ends
      const needed = textWidth(labelOf(edge), EDGE.label) + 2 * EDGE.corner + 4;
      middle[i] += Math.max(0, needed - (at(edge, i) - at(edge, edge.low)));
    }
  });
  const highest = (kind) => Math.max(0, ...edges.filter((edge) => edge.kind === kind).map((edge) => edge.level));
  const width = Math.ceil(middle.at(-1) + wide.at(-1) / 2 + 2);
  const top = highest("arc") * EDGE.step + 20;
  const mirrored = (x) => (view.right_to_left ? width - x : x);
  for (const edge of edges) {
    Object.assign(edge, { x1: mirrored(at(edge, edge.start)), x2: mirrored(at(edge, edge.end)) });
  }
  const below = highest("link") ? highest("link") * EDGE.step + 20 : 2;
  const height = top + WORD.tall + below;
  return { edges, words, wide, size: word.size, middle: middle.map(mirrored), top, width, height };
}

// How far a picture that is wider than its room is scrolled at first: all its edges in the middle where they have room,
// else as far as the text begins.
export function firstSight({ edges, width }, room, rightToLeft = false) {
  const ends = edges.flatMap(({ x1, x2 }) => [x1, x2]);
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  if (!ends.length || to - from > room - WORD.tall) return rightToLeft ? width : 0;
  return Math.min(Math.max(0, Math.round((from + to - room) / 2)), Math.max(0, width - room));
}

// From the start up, over and down to the end, with rounded corners.
export function edgePoints({ kind, x1, x2, level }, { top }) {
  const up = kind === "arc" ? -1 : 1;
  const base = kind === "arc" ? top : top + WORD.tall;
  const y = base + up * (level * EDGE.step);
  const right = x2 > x1 ? 1 : -1;
  const corner = Math.min(EDGE.corner, Math.abs(x2 - x1) / 2);
  const round = (x, turn) =>
    [0, 0.25, 0.5, 0.75, 1].map((share) => {
      const angle = (share * Math.PI) / 2;
      return [x + turn * corner * (1 - Math.cos(angle)), y - up * corner * (1 - Math.sin(angle))];
    });
  return [[x1, base], ...round(x1, right), ...round(x2, -right).reverse(), [x2, base + up * EDGE.head]];
}

// Where the cursor goes: above a word the arcs that end at it, in the row of words the word, below it its links.
export function cursorRows(view, edges) {
  const isAbove = (edge, i) => edge.kind === "arc" && edge.end === i && edge.state !== "chosen";
  const above = view.words.map((_, i) => edges.filter((edge) => isAbove(edge, i)));
  const below = view.words.map((_, i) => edges.filter((edge) => edge.kind === "link" && edge.start === i));
  const wordRow = Math.max(0, ...above.map((own) => own.length));
  const edgeAt = (row, word) => (row < wordRow ? above[word][wordRow - 1 - row] : below[word][row - wordRow - 1]);
  return { wordRow, rows: wordRow + 1 + Math.max(0, ...below.map((own) => own.length)), edgeAt };
}

export function edgeColour(edge, dark) {
  if (edge.state === "chosen") return themed("mark");
  if (edge.state === "marked" || edge.state === "removed") return secondInk(dark);
  if (edge.kind === "link") return themed("line", dark);
  return themed("arc", dark);
}

export function paintEdge(pen, edge, layout, view, dark) {
  const up = edge.kind === "arc" ? -1 : 1;
  const base = edge.kind === "arc" ? layout.top : layout.top + WORD.tall;
  const colour = edgeColour(edge, dark);
  const thick = edge.state === "marked" ? 2.25 : 1.5;
  const line = { stroke: colour, thick, dash: DASHED[edge.state] ?? 0, title: edgeSays(view, edge) };
  pen.path(edgePoints(edge, layout), line);
  const [x, y] = [edge.x2, base + up * 1];
  pen.path([[x - 4, y + up * EDGE.head], [x + 4, y + up * EDGE.head], [x, y]], { fill: colour });
  const own = edge.state === "" || edge.state === "candidate";
  const style = { size: EDGE.label, align: "center", fill: own ? ink(dark) : colour, bold: edge.state === "marked" };
  pen.text(labelOf(edge), (edge.x1 + edge.x2) / 2, base + up * (edge.level * EDGE.step + 8), style);
}

const byHand = (state) =>
  ({ marked: `, ${gettext("marked by hand")}`, removed: `, ${gettext("removed by hand")}` })[state] ?? "";

export function edgeSays(view, { kind, start, end, name, state }) {
  const [from, to] = [view.words[start], view.words[end]];
  if (state === "chosen") return `${from} → ${to}`;
  const link = `${from} ${name} ${to}`;
  return (kind === "arc" ? `${from} → ${to}   ${name}` : link) + byHand(state);
}
