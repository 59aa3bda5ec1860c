import assert from "node:assert/strict";
import { test } from "node:test";
import { gridSays, scrolledTo } from "../../assets/views/grid.js";
import { gridCell, gridLayout, labelEvery, pooledLevels, sheetLayout } from "../../assets/views/grid_layout.js";
import { gridImages } from "../../assets/views/grid_paint.js";
import { tintOf, tintsSay, tintTables } from "../../assets/views/grid_tints.js";
import { groupOf, placePreview } from "../../assets/views/grid_preview.js";

const NAMES = ["L0 H0", "L0 H1", "L0 H2", "L1 H0", "L1 H1"]; // the second layer has a head less
const LAYOUT = gridLayout({ across: 3, names: NAMES }, 186); // 150 pixels for three: 46 each, and 4 between
const model = (layers, across) => ({ across, names: Array.from({ length: layers * across }, String) });

test("layers are rows and heads columns, as large as fits", () => {
  const { left, top, side, columns, rows, width, height, at } = LAYOUT;
  assert.deepEqual([left, top, side, columns, rows, width, height], [36, 22, 46, 3, 2, 186, 122]);
  assert.deepEqual([at(0), at(2), at(4)], [[36, 22], [136, 22], [86, 72]]);
  assert.equal(gridLayout({ across: 3, names: NAMES }, 5000).side, 78);
  assert.equal(gridLayout({ across: 3, names: NAMES }, 60).side, 9);
});

test("in another order each picture carries its name, and the rows are as long as fits", () => {
  const { columns, rows, side, at, named } = gridLayout({ across: 5, names: NAMES, sorted: true }, 100);
  assert.deepEqual([columns, rows, side, named], [2, 3, 44, true]);
  assert.deepEqual(at(3), [2 + 48, 16 + 64]);
});

test("a pointer meets the picture and the gap after it, and none where there is none", () => {
  const at = (x, y) => gridCell(LAYOUT, [x, y]);
  assert.deepEqual([at(36, 22), at(85.9, 71.9), at(86, 72)], [[0, 0], [0, 0], [1, 1]]);
  assert.deepEqual([at(35, 22), at(136, 72), at(186, 22), at(36, 122)], [null, null, null, null]);
});

test("layers may have different numbers of heads, and what is empty is met by no pointer", () => {
  const names = ["L0 H0", "L1 H0", "L1 H1", "L1 H2", "L2 H0", "L2 H1"];
  const layout = gridLayout({ across: 3, names, cells: [0, 3, 4, 5, 6, 7] }, 186);
  assert.deepEqual([layout.columns, layout.rows], [3, 3]);
  assert.deepEqual([0, 1, 3, 5].map(layout.at), [[36, 22], [36, 72], [136, 72], [86, 122]]);
  const places = [[0, 0], [0, 1], [0, 2], [1, 0], [2, 1], [2, 2]];
  assert.deepEqual(places.map((place) => layout.pictureAt(...place)), [0, -1, -1, 1, 5, -1]);
  const at = (x, y) => gridCell(layout, [x, y]);
  assert.deepEqual([at(40, 30), at(90, 30), at(140, 80), at(140, 130)], [[0, 0], null, [1, 2], null]);
});

test("all layers fit into what is left of the window, and small pictures stand closer together", () => {
  // Three rows of 82 pixels are high enough; in two blocks there would be four.
  const low = gridLayout(model(7, 3), 900, { height: 320 });
  assert.deepEqual([low.side, low.gap, low.blocks, low.height], [78, 4, 3, 266]);
  const one = gridLayout(model(7, 11), 560, { height: 320 }); // two blocks would leave 20 pixels for a picture
  assert.deepEqual([one.side, one.gap, one.blocks, one.height], [39, 3, 1, 314]);
  const tiny = gridLayout(model(80, 64), 560, { height: 700 });
  assert.deepEqual([tiny.side, tiny.gap, tiny.width, tiny.height], [7, 1, 542, 660]);
});

test("many layers with few heads stand in blocks side by side", () => {
  const layout = gridLayout(model(30, 9), 560, { height: 700 }); // one block: 700 / 30 leaves 20
  assert.deepEqual([layout.blocks, layout.side, layout.rows, layout.columns], [2, 24, 15, 18]);
  assert.deepEqual([layout.at(0), layout.at(14 * 9 + 8), layout.at(15 * 9)], [[30, 20], [246, 398], [313, 20]]);
  assert.deepEqual([layout.placeOf(15 * 9 + 2), layout.pictureAt(0, 11)], [[0, 11], 137]);
  const at = (x, y) => gridCell(layout, [x, y]);
  const met = [at(272, 20), at(273, 20), at(312, 20), at(313, 20), at(313, 47)];
  assert.deepEqual(met, [[0, 8], null, null, [0, 9], [1, 9]]);
});

test("a reader may have larger pictures, never smaller ones, and too many for the window scroll", () => {
  const room = { height: 700 };
  assert.equal(gridLayout(model(30, 9), 560, { ...room, side: 23 }).side, 24);
  const large = gridLayout(model(30, 9), 560, { ...room, side: 50 });
  assert.deepEqual([large.side, large.blocks, large.height], [50, 1, 20 + 30 * 54]);
  const many = gridLayout(model(80, 64), 300, { height: 240 });
  assert.deepEqual([many.side, many.blocks, many.width], [5, 1, 414]);
});

test("in another order as many stand beside each other as fit, with names where there is room", () => {
  const view = { ...model(10, 3), sorted: true };
  const small = gridLayout(view, 200, { height: 120 }); // 23 + 2: seven beside each other, five rows
  assert.deepEqual([small.side, small.columns, small.rows, small.named, small.at(7)], [22, 8, 4, false, [170, 2]]);
  const large = gridLayout(view, 900, { height: 400 });
  assert.deepEqual([large.columns, large.rows, large.named], [10, 3, true]);
});

test("a sheet is filled: many layers with few heads stand in blocks, few layers stay together", () => {
  const shape = ({ blocks, side, width }) => [blocks, side, width];
  assert.deepEqual(shape(sheetLayout(model(30, 9), 1160)), [2, 55, 1144]);
  assert.deepEqual(shape(sheetLayout(model(6, 12), 1160)), [1, 78, 1020]);
  assert.deepEqual(shape(sheetLayout(model(36, 20), 1160)), [1, 52, 1156]);
  assert.deepEqual(shape(sheetLayout(model(7, 3), 1160)), [1, 78, 282]);
  assert.equal(sheetLayout({ ...model(30, 9), sorted: true }, 1160).columns, 14);
});

test("labels are left out until none meets the next", () => {
  assert.deepEqual([labelEvery(13, 13), labelEvery(12, 13), labelEvery(6, 13), labelEvery(7, 28), labelEvery(1, 99)],
    [1, 2, 3, 4, 64]);
});

test("where there are fewer pixels than cells, the largest of those that share a pixel is drawn", () => {
  const cells = [1, 2, 3, 4, 9, 6, 7, 8, 5, 0, 0, 0, 0, 0, 0, 0, 0, 7];
  const { levels, rows, columns } = pooledLevels({ names: ["a", "b"], rows: 3, columns: 3, levels: cells }, 2);
  assert.deepEqual([[...levels], rows, columns], [[9, 9, 9, 9, 0, 0, 0, 7], 2, 2]);
  const signed = { names: ["a"], rows: 2, columns: 2, signed: true, levels: [0, 100, 150, 129] };
  assert.deepEqual([...pooledLevels(signed, 1).levels], [100]); // 28 below the middle; 0 is masked
});

test("the enlarged picture is pinned at the right, and never stands on its own", () => {
  const box = [560, 700];
  const spot = (x, y, more) => placePreview({ picture: [x, y, 20], card: [260, 330], box, ...more });
  assert.deepEqual(spot(100, 300), [300, 0]);
  assert.deepEqual(spot(400, 300), [0, 0]); // it would be covered
  assert.deepEqual(spot(400, 400), [300, 0]); // not there
  assert.deepEqual(spot(400, 300, { from: 350 }), [300, 350]); // the page is scrolled
  assert.deepEqual(spot(400, 300, { beside: true }), [576, 0]);
  assert.deepEqual(spot(150, 40, { box: [380, 300], below: true }), [60, 308]);
  assert.deepEqual(spot(150, 40, { box: [380, 500] }), [120, 68]); // neither left nor right: under it
  assert.deepEqual(spot(150, 400, { box: [380, 500] }), [120, 0]); // at the top, far enough above it
  assert.deepEqual(spot(150, 335, { box: [380, 500] }), [120, 363]); // 330 and 8 apart do not fit above
});

test("a few pictures with names stand in one line, or in several where they would be too small to be seen", () => {
  const few = (width) => gridLayout({ across: 12, names: NAMES, own_names: true }, width);
  assert.deepEqual([few(1200).side, few(1200).rows], [78, 1]);
  assert.deepEqual([few(400).side, few(400).rows], [75, 1]);
  assert.deepEqual([few(358).side, few(358).rows], [112, 2]); // a phone
  assert.deepEqual([few(100).side, few(100).rows], [94, 5]);
  assert.ok(few(358).width <= 358);
});

test("what keys lead to is scrolled to, and no further than it has to be", () => {
  assert.deepEqual([scrolledTo(50, 20, 0, 100), scrolledTo(90, 20, 0, 100), scrolledTo(50, 20, 60, 100)], [0, 18, 42]);
  assert.equal(scrolledTo(3, 20, 60, 100), 0);
});

test("a map without a group has none", () => {
  const view = { swatches: [{ name: "sinks" }], groups: [null, 0] };
  assert.deepEqual([groupOf(view, 0), groupOf(view, 1)?.name, groupOf({}, 1)], [undefined, "sinks", undefined]);
});

test("very many maps are several images, none longer than browsers draw", () => {
  const levels = Uint8Array.from({ length: 1201 * 29 }, (_, i) => Math.floor(i / 29) % 251);
  const looks = { palette: { light: ["#000000", "#ffffff"] }, masked: { light: "#888888" } };
  const { of, rows } = gridImages({ names: Array(1201).fill(""), rows: 29, columns: 1, levels, ...looks }, false);
  for (const i of [0, 550, 551, 552, 1103, 1200]) { // 551 of them have 15,979 rows
    const [image, row] = of(i);
    assert.ok(row + rows <= image.rows && image.rows <= 16000);
    assert.deepEqual([image.levelAt(row), image.levelAt(row + rows - 1)], [i % 251, i % 251]);
  }
});

test("a picture has the colour of its kind, as strong as it is large, or none", () => {
  const kinds = [{ light: ["#000000", "#ff0000"], dark: ["#000000", "#00ff00"] }];
  const view = { tints: { kinds, of: [0, null, 0], levels: [0, 9, 255], by: "obj", ends: [0, 0.5] } };
  const of = (i) => tintOf(view, tintTables(view, false), i);
  assert.deepEqual([of(0), of(1), of(2)], ["rgb(0,0,0)", null, "rgb(255,0,0)"]);
  assert.equal(tintOf(view, tintTables(view, true), 2), "rgb(0,255,0)");
  assert.equal(tintsSay(view), "obj, 0.000 to 0.500; empty: not measured");
  assert.equal(tintsSay({ tints: { by: "cluster", of: [0], ends: null } }), "cluster");
  assert.deepEqual(tintTables({}, false), []);
});

test("of a head its strongest pair is told, and what both words are made of", () => {
  const said = { query: { it: "token “it”, id 2", cat: "token “cat”, id 4" }, key: { cat: "token “Cat”, id 7" } };
  const strongest = [["a", "b", 1], ["it", "cat", 0.5]];
  const view = { names: ["L0 H0", "L0 H1"], strongest, scores: ["", "twins .4"], said };
  const pair = "it: token “it”, id 2;  cat: token “Cat”, id 7";
  assert.equal(gridSays(view, 1), `L0 H1   strongest: it → cat   0.500   twins .4   ${pair}`);
  assert.equal(gridSays(view, 0), "L0 H0   strongest: a → b   1.000");
});
