import assert from "node:assert/strict";
import { test } from "node:test";
import { keyMoves, lassoed, panned, reaching, toggled, WHOLE, zoomed } from "../../assets/views/atlas_moves.js";
import { pickedSay } from "../../assets/views/atlas_stage.js";
import { aroundCluster, atlasLayout, dotAt, hullOf, nextDot, pictureSide, placeTip } from "../../assets/views/dots.js";
import "./support/measured.mjs";

const CROSS = [[50, 50], [50, 20], [83, 50], [50, 90], [10, 50]]; // the middle, then above, right, below, left

test("the outline of a square leaves out what lies inside and on its sides", () => {
  const corners = hullOf([[0, 0], [7, 0], [7, 7], [0, 7], [3, 3], [3, 0]]);
  assert.deepEqual(corners, [[0, 0], [7, 0], [7, 7], [0, 7]]);
});

test("an arrow key goes to the nearest dot on that side, or nowhere", () => {
  const steps = [[0, -1], [1, 0], [0, 1], [-1, 0]];
  assert.deepEqual(steps.map((step) => nextDot(CROSS, 0, step)), [1, 2, 3, 4]);
  assert.equal(nextDot(CROSS, 1, [0, -1]), -1);
  assert.equal(nextDot([[0, 0], [5, 40]], 0, [1, 0]), 1); // beyond the right angle, where nothing else is
});

test("a pointer meets the nearest dot within its radius and eight pixels", () => {
  const layout = { spots: CROSS, radius: 5 };
  assert.deepEqual(dotAt(layout, [52, 60]), [0]);
  assert.deepEqual(dotAt(layout, [50, 64]), null);
  assert.deepEqual(dotAt(layout, [50, 78]), [3]);
});

// Two apart on x, one on y; of three heads a cluster.
const VIEW = {
  x: [0, 2, 0, 2], y: [0, 0, 1, 1], layer: [0, 0, 1, 1], head: [0, 1, 0, 1], cluster: [1, 1, 1, 2], sizes: [3, 1],
  chosen: null, models: ["m"],
};

test("heads stand on one scale in both directions, with room for names around them", () => {
  const { width, height, radius, spots } = atlasLayout(VIEW, 468);
  assert.deepEqual([width, height, radius], [468, 200 + 48, 6]); // (468 - 68) / 2 pixels for 1
  assert.deepEqual(spots, [[34, 224], [434, 224], [34, 24], [434, 24]]);
  const together = atlasLayout({ ...VIEW, x: [1, 1, 1, 1], y: [2, 2, 2, 2] }, 468);
  assert.deepEqual([together.height, together.spots[3]], [120, [234, 60]]);
});

test("a name stands right of its dot, or where it has room", () => {
  const { labels } = atlasLayout(VIEW, 468); // five letters of 6 pixels
  assert.deepEqual(labels.get(0), [34 + 9, 224, "left", "L0 H0"]);
  assert.deepEqual(labels.get(1), [434 - 9, 224, "right", "L0 H1"]); // 434 + 9 + 30 is outside
});

test("the outline of a cluster goes round its dots", () => {
  const layout = { hulls: [null, [[0, 0], [30, 0], [30, 40], [0, 40]]], radius: 5 };
  const outline = aroundCluster(layout, 1); // corners are 25 from the middle, and go 10 further
  assert.deepEqual(outline.map((point) => point.map(Math.round)), [[-6, -8], [36, -8], [36, 48], [-6, 48], [-6, -8]]);
  assert.deepEqual(aroundCluster(layout, 0), []);
  assert.deepEqual(atlasLayout(VIEW, 468).hulls.map((hull) => hull?.length), [3, undefined]);
});

test("a card stands right of a dot, or left, or below", () => {
  const layout = { width: 400, height: 300 };
  assert.deepEqual(placeTip(layout, [100, 100], [186, 80]), [116, 88]);
  assert.deepEqual(placeTip(layout, [300, 290], [186, 80]), [98, 220]);
  assert.deepEqual(placeTip(layout, [200, 5], [190, 80]), [105, 21]);
});

// Half of two dots apart on x, so that pictures of both would cover the other.
const PICTURED = { ...VIEW, thumbs: [{ heads: 4, rows: 2, columns: 2 }], x: [0, 0.1, 0, 2] };

test("a head is a small picture where that covers no other, the chosen one first", () => {
  const seen = (view, at) => [...atlasLayout(view, 468, at).pictured].sort();
  assert.deepEqual(seen(VIEW), []);
  assert.deepEqual(seen(PICTURED), [2, 3]); // 0 and 1 are 20 pixels apart; 15 of a picture and 6 of a dot are more
  assert.deepEqual(seen({ ...PICTURED, chosen: 1 }), [2, 3]);
  assert.deepEqual(seen({ ...PICTURED, x: [0, 0.14, 0, 2] }), [0, 2, 3]); // 28 pixels are enough for one of them
  assert.deepEqual(seen({ ...PICTURED, x: [0, 0.14, 0, 2], chosen: 1 }), [1, 2, 3]);
  const near = { zoom: 2, x: 34 / 468, y: 224 / 248 };
  assert.deepEqual(seen({ ...PICTURED, x: [0, 0.3, 0, 2] }, zoomed(WHOLE, 2, [near.x, near.y])), [0, 1]);
});

test("small pictures are larger for few heads and for who is near", () => {
  assert.deepEqual([72, 144, 270, 1024].map((n) => pictureSide(n, 1)), [30, 26, 22, 18]);
  assert.deepEqual([pictureSide(1024, 4), pictureSide(72, 16)], [36, 80]);
});

test("a small picture is met wherever it is pointed at, but for a dot that is nearer", () => {
  const layout = { spots: [[50, 50], [72, 50]], radius: 5, side: 30, pictured: new Set([0]) };
  assert.deepEqual([dotAt(layout, [36, 64]), dotAt(layout, [34, 50])], [[0], null]);
  assert.deepEqual(dotAt(layout, [63, 50]), [1]);
});

test("who goes nearer keeps what is pointed at in its place, and stays inside the picture", () => {
  const at = zoomed(WHOLE, 4, [0.25, 0.75]);
  assert.deepEqual(at, { zoom: 4, x: 0.3125, y: 0.6875 }); // the quarter that is seen begins at .1875
  const view = { ...VIEW, x: [0, 2, 0.415, 2], y: [0, 0, 0.19, 1] };
  for (const where of [WHOLE, at]) {
    assert.deepEqual(atlasLayout(view, 468, where).spots[2].map(Math.round), [117, 186]); // a quarter of 468, 3 of 248
  }
  assert.deepEqual([0, 1, 2, 3].filter(atlasLayout(view, 468, at).isSeen), [2]);
  assert.deepEqual(zoomed(at, 1 / 8, [0.9, 0.1]), WHOLE);
  assert.equal(zoomed(WHOLE, 99).zoom, 16);
  assert.deepEqual(zoomed(WHOLE, 2, [0, 1]), { zoom: 2, x: 0.25, y: 0.75 });
});

test("a step to the side is a share of what is seen, and ends at the edge", () => {
  const at = { zoom: 4, x: 0.5, y: 0.5 };
  assert.deepEqual(panned(at, 0.5, -0.25), { zoom: 4, x: 0.625, y: 0.4375 });
  assert.deepEqual(panned(at, 9, -9), { zoom: 4, x: 0.875, y: 0.125 });
  assert.deepEqual(panned(WHOLE, 0.5, 0.5), WHOLE);
});

test("a head that is out of sight comes into sight", () => {
  const at = { zoom: 4, x: 0.5, y: 0.5 };
  assert.equal(reaching(at, [0.3, 0.9]), at);
  assert.deepEqual(reaching(at, [1.2, 0.5]), { zoom: 4, x: 0.6, y: 0.5 }); // 1.2 - .8, of a quarter
  assert.deepEqual(reaching(at, [0.5, -0.2]), { zoom: 4, x: 0.5, y: 0.4 });
});

test("keys go nearer, farther, to the whole and to the side", () => {
  const at = { zoom: 4, x: 0.5, y: 0.5 };
  assert.equal(keyMoves({ key: "+" }, at, [0.5, 0.5]).zoom, 6);
  assert.equal(keyMoves({ key: "-" }, { ...at, zoom: 3 }, [0.5, 0.5]).zoom, 2);
  assert.deepEqual(keyMoves({ key: "0" }, at), WHOLE);
  assert.deepEqual(keyMoves({ key: "ArrowLeft", shiftKey: true }, at), { zoom: 4, x: 0.4625, y: 0.5 });
  assert.equal(keyMoves({ key: "ArrowLeft" }, at), null);
});

test("a line that is drawn around dots meets those inside, also where it bends inwards", () => {
  assert.deepEqual(lassoed(CROSS, [[0, 0], [60, 0], [60, 60], [0, 60]]), [0, 1, 4]);
  const bent = [[0, 0], [100, 0], [100, 100], [55, 100], [55, 30], [45, 30], [45, 100], [0, 100]]; // without the middle
  assert.deepEqual(lassoed(CROSS, bent), [1, 2, 4]);
});

test("heads are marked, and marked again no longer", () => {
  assert.deepEqual(toggled([3, 7], [5, 3]), [3, 5, 7]);
  assert.deepEqual(toggled([3, 5, 7], [7, 3]), [5]);
  assert.equal(pickedSay({ ...VIEW, models: ["m"] }, [1, 2]), "2 heads marked: L0 H1, L1 H0.");
  assert.equal(pickedSay({ ...VIEW, models: ["m", "o"], model: [0, 0, 0, 1] }, [3]), "1 head marked: L1 H1 of o.");
  assert.equal(pickedSay(VIEW, []), "");
});
