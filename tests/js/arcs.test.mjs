import assert from "node:assert/strict";
import { test } from "node:test";
import { wordSays } from "../../assets/views/arcs.js";
import { arcsLayout, cursorRows, edgePoints, edgesOf, firstSight } from "../../assets/views/edges.js";
import "./support/measured.mjs";

const levels = (arcs, links = [], chosen = []) => edgesOf({ arcs, links, chosen }).map((edge) => edge.level);

test("an arc runs above all that it spans, beside others at their height", () => {
  assert.deepEqual(levels([[4, 0, "a", ""], [1, 2, "b", ""], [2, 3, "c", ""], [6, 5, "d", ""]]), [2, 1, 1, 1]);
});

test("links run below the words, whatever runs above", () => {
  assert.deepEqual(levels([[0, 3, "a", ""]], [[3, 1, "stands for", "answer"]]), [1, 1]);
});

test("the pair that is being chosen is an arc without a name", () => {
  const [, last] = edgesOf({ arcs: [[1, 2, "a", ""]], links: [], chosen: [0, 3] });
  assert.deepEqual([last.name, last.state, last.level], ["?", "chosen", 2]);
});

// Letters of 16 pixels are 8 wide, those of labels, of 12, 6 wide.
const VIEW = {
  words: ["the", "cat", "saw", "it"], arcs: [[1, 0, "det", ""], [2, 1, "nsubj", ""], [2, 3, "obj", "marked"]],
  links: [[3, 1, "perhaps", "candidate"]], chosen: [], right_to_left: false,
};

test("words have room for themselves, and between them for the labels of their arcs", () => {
  const { wide, middle, top, height, width } = arcsLayout(VIEW);
  assert.deepEqual(wide, [36, 36, 36, 28]);
  // det: 18 + 18, from 0 to the left of two ends, -4.5; nsubj: 30 + 18, from 4.5 to -4.5; obj likewise
  assert.deepEqual(middle, [20, 66, 66 + 57, 123 + 42]);
  assert.deepEqual([top, width, height], [43, 165 + 14 + 2, 43 + 32 + 43]);
});

test("words stand closer together where they then fit, and keep their places where they do not fit even so", () => {
  const links = [[3, 1, "it", "candidate"]];
  const tight = arcsLayout({ ...VIEW, arcs: [], links }, 120);
  assert.deepEqual(tight.wide, [25, 25, 25, 18]); // letters of 14 pixels are 7 wide
  assert.deepEqual(tight.middle, [14.5, 41.5, 68.5, 92]);
  assert.deepEqual([tight.width, tight.size], [103, 14]);
  const roomy = arcsLayout({ ...VIEW, arcs: [], links });
  assert.deepEqual([arcsLayout({ ...VIEW, arcs: [], links }, roomy.width), roomy.size], [roomy, 16]);
  assert.deepEqual(arcsLayout({ ...VIEW, arcs: [], links }, 102), roomy);
});

test("the ends of arcs at a word stand apart, the longer the nearer the middle", () => {
  const ends = arcsLayout(VIEW).edges.map(({ kind, x1, x2, level }) => [kind, x1, x2, level]);
  assert.deepEqual(ends, [["arc", 61.5, 20, 1], ["arc", 118.5, 70.5, 1], ["arc", 127.5, 165, 1], ["link", 165, 66, 1]]);
});

test("of two arcs to one side of a word, the longer begins nearer its middle and the shorter nearer its end", () => {
  const { edges, middle } = arcsLayout({ ...VIEW, arcs: [[0, 1, "a", ""], [0, 3, "b", ""]], links: [] });
  assert.deepEqual(edges.map(({ x1 }) => x1 - middle[0]), [4.5, -4.5]);
});

test("a text that runs from the right is drawn from the right", () => {
  const { middle, width, edges } = arcsLayout({ ...VIEW, right_to_left: true });
  assert.deepEqual(middle, [161, 115, 58, 16]);
  assert.deepEqual([edges[0].x1, edges[0].x2], [width - 61.5, width - 20]);
});

test("an arc goes up, over and down to its end; a link the other way round", () => {
  const points = edgePoints({ kind: "arc", x1: 10, x2: 50, level: 2 }, { top: 100 });
  assert.deepEqual([points[0], points[1], points[5], points.at(-1)], [[10, 100], [10, 61], [17, 54], [50, 93]]);
  const link = edgePoints({ kind: "link", x1: 50, x2: 10, level: 1 }, { top: 100 });
  assert.deepEqual([link[0], link[1], link[5], link.at(-1)], [[50, 132], [50, 148], [43, 155], [10, 139]]);
});

test("the cursor goes up to the arcs that end at a word, and down to its links", () => {
  const { edges } = arcsLayout(VIEW);
  const { wordRow, rows, edgeAt } = cursorRows(VIEW, edges);
  assert.deepEqual([wordRow, rows], [1, 3]);
  assert.deepEqual([edgeAt(0, 0), edgeAt(0, 2)], [edges[0], undefined]);
  assert.deepEqual([edgeAt(2, 3), edgeAt(2, 0)], [edges[3], undefined]);
  const two = arcsLayout({ ...VIEW, arcs: [[1, 0, "first", ""], [2, 0, "second", "marked"]], links: [] });
  const above = cursorRows(VIEW, two.edges);
  assert.deepEqual([0, 1].map((row) => above.edgeAt(row, 0).name), ["second", "first"]);
});

test("a word that is too long is cut, and stays isolated", () => {
  const words = ["x".repeat(25), `\u2068${"ש".repeat(25)}\u2069`, "x".repeat(24)];
  const layout = arcsLayout({ ...VIEW, words, arcs: [], links: [] });
  assert.deepEqual(layout.words, [`${"x".repeat(23)}…`, `\u2068${"ש".repeat(23)}…\u2069`, "x".repeat(24)]);
});

test("of a word its arcs and links are told, and what it is made of", () => {
  const view = { ...VIEW, said: { query: ["", "", "token “saw”, id 5", "pieces i ##t, ids 6 7"] } };
  const saw = "saw: hangs on no word; below it cat (nsubj), it (obj)";
  assert.equal(wordSays(view, edgesOf(view), 2), `${saw}   token “saw”, id 5`);
  assert.equal(wordSays(view, edgesOf(view), 3), "it: obj of saw; perhaps cat   pieces i ##t, ids 6 7");
  assert.equal(wordSays(view, edgesOf(view), 0), "the: det of cat");
});

test("at first one sees both ends of a link, and the beginning of a text whose edges have no room", () => {
  const link = { x1: 470, x2: 264 };
  assert.equal(firstSight({ edges: [link], width: 700 }, 358), 188); // 367 is in the middle of 358
  assert.equal(firstSight({ edges: [link], width: 500 }, 358), 142); // and no further than there is something
  assert.equal(firstSight({ edges: [{ x1: 20, x2: 90 }], width: 700 }, 358), 0);
  assert.equal(firstSight({ edges: [link], width: 700 }, 237), 0);
  assert.equal(firstSight({ edges: [link], width: 700 }, 237, true), 700);
  assert.equal(firstSight({ edges: [], width: 700 }, 358), 0);
});
