// A sound along its seconds: where everything stands, and what is listened to at a moment.

import assert from "node:assert/strict";
import test from "node:test";

import { listenSays } from "../../assets/views/timeline.js";
import { HEADS, layout, LISTENERS, outline } from "../../assets/views/timeline_paint.js";
import { Player } from "../../assets/views/timeline_player.js";
import { listenerAt, peakOf, restOf, rowOf, samplesOf, shareAt } from "../../assets/views/timeline_rows.js";

// Two heads, three words, five frames of 0.2 s that begin at 10 s; blocks of 2 frames, the last of 1.
const view = {
  attention: "cross", begin: 10, end: 11, step: 0.2, n_frames: 5, side: 2, query: 1, chosen: 1,
  heads: [[4, 0], [4, 1]], listeners: ["the", "cat", "sat"], times: [[10, 10.3], [10.3, 10.7], [10.8, 11]],
  exact: [0.1, 0.1, 0.4, 0.1, 0.1], looks: [0, 0, 0, 255, 51, 0, 0, 0, 0, 0], looks_tops: [0.5, 0.4],
  whole: [255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255], whole_tops: [0.8, 0.4, 0.6],
  pooled: [0, 0, 255, 127.5, 0, 0, ...Array(12).fill(0)], pooled_tops: [0.6, 0.9],
  rest: [0.7, 0.3, 0.2, 0.1, 0.2, 0.4], rises: [0.33, 1], listed: [false, true],
};

test("what is kept is known frame by frame", () => {
  assert.deepEqual(rowOf(view, 1, 1), { shares: view.exact, side: 1 });
  const looks = rowOf(view, 0, 1);
  assert.equal(looks.shares[3], 0.5);
  assert.ok(Math.abs(looks.shares[4] - 0.1) < 1e-6);
  assert.ok(Math.abs(rowOf(view, 1, 2).shares[4] - 0.6) < 1e-6);
});

test("of others a block's share is spread over the frames that it has", () => {
  const row = rowOf(view, 0, 0);
  assert.equal(row.side, 2);
  assert.ok(Math.abs(row.shares[2] - 0.6) < 1e-6); // the last block has one frame
  const next = rowOf(view, 0, 1);
  assert.equal(next.side, 1);
  assert.ok(Math.abs(rowOf({ ...view, query: 2 }, 0, 1).shares[0] - 0.6 / 4 / 2) < 1e-6);
});

test("moments: which gets most, what one gets, whose it is", () => {
  assert.ok(Math.abs(peakOf(view, rowOf(view, 1, 1)).time - 10.5) < 1e-9);
  assert.ok(Math.abs(peakOf(view, rowOf(view, 0, 0)).time - 10.9) < 1e-9); // the middle of the last frame
  assert.equal(shareAt(view, rowOf(view, 1, 1), 10.41), 0.4);
  assert.equal(shareAt(view, rowOf(view, 1, 1), 12), 0);
  assert.deepEqual([10.29, 10.3, 10.75].map((time) => listenerAt(view, time)), [0, 1, -1]);
  assert.equal(restOf(view, 1, 2), 0.4);
});

test("16 bits are samples, below zero too", () => {
  const bytes = new Uint8Array(new Int16Array([32767, -32767, 0, 257]).buffer);
  assert.deepEqual([...samplesOf(bytes)].map((one) => Math.round(one * 32767)), [32767, -32767, 0, 257]);
});

test("times and pixels lead to each other, and areas follow each other", () => {
  for (const [width, rows] of [[1000, HEADS], [340, LISTENERS]]) {
    const place = layout(view, width, rows);
    assert.ok(place.width <= width);
    assert.ok(Math.abs(place.timeAt(place.xOf(10.37)) - 10.37) < 1e-9);
    assert.deepEqual([place.timeAt(-50), place.timeAt(5000)], [10, 11]);
    assert.equal(place.n, rows === HEADS ? 2 : 3);
    assert.equal(place.height >= place.rows[0] + place.n * place.high, true);
    assert.equal(place.areaAt(place.mel[0] + 1), "mel");
    assert.equal(place.rowAt(place.rows[0] + 1.5 * place.high), 1);
    assert.equal(place.areaAt(-1), undefined);
  }
});

test("numbers on the axis have room", () => {
  const { ticks } = layout(view, 1000);
  assert.deepEqual([ticks[0], ticks[1], ticks.at(-1)], [10, 10.1, 11]);
  const few = layout({ ...view, begin: 0, end: 30 }, 340).ticks;
  assert.ok(few.length > 1 && few.length <= 5);
  assert.ok(few.every((time) => time % 10 === 0));
});

test("rows of many heads are lower, never nothing", () => {
  const many = { ...view, heads: Array.from({ length: 640 }, (_, i) => [Math.floor(i / 20), i % 20]) };
  assert.equal(layout(many, 1000).high, 4);
  assert.equal(layout(view, 1000).high, 14);
});

test("of each pixel the lowest and the highest sample", () => {
  assert.deepEqual(outline(Float32Array.from([0.5, -0.5, 0.25, 0]), 2), [[-0.5, 0.5], [0, 0.25]]);
  assert.equal(outline(Float32Array.from([0.5]), 3).length, 3);
});

test("it is said where a word listens", () => {
  const said = listenSays(view, 1, 1).replaceAll("\u00a0", " ");
  const rest = "20 % goes to the silence behind; its moments rise by 1.00";
  assert.equal(said, `L4 H1, in the model's own list: “cat” listens most at 10.50 s (40 % a frame), ${rest}`);
});

test("a player goes on where it was, and stops at the end", () => {
  let now = 100;
  const source = () => ({ connect() {}, start(...given) { this.given = given; }, stop() {} });
  globalThis.AudioContext = class {
    get currentTime() { return now; }
    resume() {}
    createBuffer() { return { copyToChannel() {} }; }
    createBufferSource() { return source(); }
  };
  globalThis.requestAnimationFrame = () => {};
  const player = new Player(new Float32Array(20), 10, 10); // from 10 to 12 s
  player.follow({ isConnected: true }, () => {});
  player.play();
  now += 0.5;
  assert.deepEqual([player.time, player.source.given], [10.5, [0, 0, 2]]);
  player.stop();
  assert.deepEqual([player.isPlaying, player.time], [false, 10.5]);
  player.play(11, 11.25);
  now += 7;
  player.tick();
  assert.deepEqual([player.isPlaying, player.time], [false, 11.25]);
  player.go(99);
  assert.equal(player.time, 12);
  player.play();
  assert.deepEqual(player.source.given, [0, 0, 2]); // at its end it begins anew
});
