// What the views of a picture have in common: what a reader has chosen, and how large picture and wall are.

import assert from "node:assert/strict";
import test from "node:test";

import {
  OverPicture, forgetAnswered, headOf, keptOf, largeSize, nowOf, wallRoom,
} from "../../assets/views/picture_parts.js";

const view = { query: 3, chosen: 1, heads: [[4, 0], [4, 2], [5, 0]], caption: "sent", title: "sent" };

// One that counts how often it is painted, and what it sends.
function over(given = {}) {
  const heard = [];
  class Counted extends OverPicture {
    paint = () => heard.push("painted");
  }
  const made = new Counted({ view, memory: {}, send: (...sent) => heard.push(sent), ...given });
  return { made, heard };
}

test("what a reader has chosen counts until the page has answered", () => {
  const memory = {};
  forgetAnswered(view, memory);
  Object.assign(memory, { kept: 0, head: 2 });
  forgetAnswered(view, memory); // the same again: the page has not answered yet
  assert.deepEqual([keptOf(view, memory), headOf(view, memory)], [0, 2]);
  forgetAnswered({ ...view, query: 0 }, memory);
  assert.deepEqual([keptOf(view, memory), headOf(view, memory)], [3, 1]);
});

test("a caption that was sent stands as long as it is of what is drawn", () => {
  const titled = (kept) => `of ${kept}`;
  assert.equal(nowOf(view, {}, titled), view);
  assert.equal(nowOf(view, { kept: 3, head: 1 }, titled), view);
  for (const memory of [{ kept: 5 }, { kept: 5, head: 1 }]) {
    const now = nowOf(view, memory, titled);
    assert.deepEqual([now.caption, now.title], ["", "of 5"]);
  }
  assert.equal(nowOf(view, { head: 2 }, titled).title, "of 3");
});

test("the large picture is as wide as there is room, and no higher than it may be", () => {
  assert.deepEqual(largeSize([224, 224], 2000, 900), [560, 560]);
  assert.deepEqual(largeSize([224, 224], 1000, 900), [440, 440]);
  assert.deepEqual(largeSize([224, 224], 390, 900), [386, 386]); // the wall below it
  assert.deepEqual(largeSize([300, 200], 2000, 450), [300, 450]);
  assert.deepEqual(largeSize([100, 300], 1000, 900), [440, 147]);
});

test("the wall has what is left beside the picture, or all of it below", () => {
  assert.equal(wallRoom(1000, 440), 536);
  assert.equal(wallRoom(760, 334), 402);
  assert.equal(wallRoom(759, 755), 759);
});

test("what is kept and opened is painted, remembered and sent", () => {
  const { made, heard } = over();
  assert.deepEqual([made.query, made.chosen], [3, 1]);
  made.keep(7);
  made.open(2);
  assert.deepEqual(heard, ["painted", ["look_from", 7], "painted", ["choose", [5, 0]]]);
  assert.deepEqual([made.query, made.chosen, made.memory], [7, 2, { kept: 7, head: 2 }]);
});

test("where nothing is, nothing is kept or opened; and alone nothing is sent", () => {
  const { made, heard } = over();
  made.keep(-1);
  made.open(-1);
  made.point(-1);
  made.point(3); // what looks already
  assert.deepEqual([heard, made.query, made.chosen], [[], 3, 1]);
  const alone = over({ view: { ...view, alone: true } });
  alone.made.keep(2);
  alone.made.open(0);
  assert.deepEqual(alone.heard, ["painted", "painted"]);
});
