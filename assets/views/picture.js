// ---- picture: what a patch looks at in every head, laid over the picture; all heads as a wall of small ones ---------

import { sharpCanvas } from "./canvases.js";
import { add, addButton, addReadout, oncePerFrame, place } from "./elements.js";
import { CanvasPen } from "./pens.js";
import { looksOf, lookSays, topOf } from "./picture_looks.js";
import {
  addTintLegend, canvasOf, paintBar, paintLines, paintNames, paintOver, paintPicture, paintTint, wallLayout,
} from "./picture_paint.js";
import { addPainting, changed, followStroke, paintRegion, regionOf } from "./picture_region.js";
import { cellAt, followPointer, stage, windowHeight } from "./stage.js";
import { gettext } from "./texts.js";
import { fixed, headName } from "./wording.js";

export const renderer = { draw: drawPicture, paint: paintPicture, table: pictureTable, now: pictureNow };

const SIDE_BY_SIDE = 760; // pixels from which on the wall stands beside the picture
const SEEN = 0.72; // of the height of the window, which the picture and the wall fill at most
const PAINTING = "Drag over the picture, or use the arrow keys and Enter: a patch more, or one less.";

// What is kept and which head is large, as a reader has it by now.
const keptOf = (view, memory) => memory.kept ?? view.query;
const headOf = (view, memory) => memory.head ?? view.chosen;

// What was sent no longer belongs to what a reader has chosen since: the caption says what is drawn now.
function pictureNow(view, memory) {
  if (keptOf(view, memory) === view.query && headOf(view, memory) === view.chosen) return view;
  return { ...view, caption: "", title: `What ${view.labels[keptOf(view, memory)]} looks at` };
}

function drawPicture(body, view, width, send, dark, memory) {
  if (memory.sent !== `${view.query} ${view.chosen}`) {
    Object.assign(memory, { sent: `${view.query} ${view.chosen}`, kept: undefined, head: undefined });
  }
  return new Picture(body, view, width, send, dark, memory);
}

class Picture {
  constructor(body, view, width, send, dark, memory) {
    Object.assign(this, { body, view, width, send, dark, memory, base: canvasOf(view, true) });
    this.query = keptOf(view, memory);
    this.addTools();
    this.readout = addReadout(body, view.hint);
    const row = add(body, "div", "picture-row");
    this.addLarge(add(row, "div"));
    this.addWall(add(row, "div"));
    this.later = oncePerFrame(() => this.paint());
    this.paint();
  }

  get chosen() {
    return headOf(this.view, this.memory);
  }

  addTools() {
    const { view, memory } = this;
    const row = add(this.body, "div", "tools");
    const label = add(row, "label", "", gettext("Smooth") + " ");
    const smooth = add(label, "input");
    Object.assign(smooth, { type: "checkbox", checked: Boolean(this.memory.smooth) });
    smooth.dataset.key = "smooth";
    smooth.addEventListener("change", () => this.choose({ smooth: smooth.checked }));
    const scales = [["own", gettext("each head its own")], ["common", gettext("one for all heads")]];
    const scale = add(add(row, "label", "", gettext("Scale") + " "), "select");
    for (const [value, words] of scales) Object.assign(add(scale, "option", "", words), { value });
    scale.value = this.memory.common ? "common" : "own";
    scale.dataset.key = "scale";
    scale.addEventListener("change", () => this.choose({ common: scale.value === "common" }));
    if (view.alone) return;
    const done = (region) => this.paintedRegion(region);
    this.sayPainting = addPainting(row, view, memory, { done, turned: () => this.turnPainting() });
  }

  // While a region is painted, a finger on the picture paints and does not scroll.
  turnPainting() {
    const { memory, large } = this;
    large.canvas.parentElement.style.touchAction = memory.painting ? "none" : "";
    large.canvas.parentElement.style.cursor = memory.painting ? "crosshair" : "";
    this.readout.textContent = memory.painting ? PAINTING : this.view.hint;
  }

  paintedRegion(region) {
    this.memory.region = region;
    this.sayPainting();
    this.paint();
    this.send("paint", [...region].sort((a, b) => a - b));
  }

  choose(settings) {
    Object.assign(this.memory, settings);
    this.paint();
  }

  addLarge(parent) {
    const { view, width } = this;
    const [high, wide] = view.size;
    const isBeside = width >= SIDE_BY_SIDE;
    const most = (Math.min(620, SEEN * windowHeight()) * wide) / high;
    const side = Math.floor(Math.min(isBeside ? 0.44 * width : width - 4, 560, most));
    this.area = [0, 0, side, Math.round((side * high) / wide)];
    this.cell = { wide: (side / wide) * view.patch[1], high: (this.area[3] / high) * view.patch[0] };
    const [row, column] = this.cellOf(this.query);
    const made = stage(parent, "patches", "The picture: choose the patch that looks", view.rows, view.columns, {
      go: (down, right) => this.point(view.places[down * view.columns + right]),
      open: (down, right) => this.choosePatch(down, right),
      turn: (down, right) => this.turn(down, right),
      clear: () => this.point(keptOf(view, this.memory)),
      start: [row, column],
    });
    Object.assign(made.box.style, { width: `${side}px`, height: `${this.area[3]}px` });
    this.large = sharpCanvas(made.box, side, this.area[3]);
    this.mark = add(made.box, "div", "mark");
    const grid = { ...this.cell, rows: view.rows, columns: view.columns };
    followPointer(made.box, (point) => cellAt(point, grid), {
      over: ([down, right]) => this.point(view.places[down * view.columns + right]),
      away: () => this.point(keptOf(view, this.memory)),
      click: ([down, right]) => this.memory.painting || this.choosePatch(down, right),
    });
    followStroke(made.box, grid, this.memory, {
      get: () => regionOf(view, this.memory),
      paint: (region) => {
        this.memory.region = region;
        this.later();
      },
      done: (region) => this.paintedRegion(region),
    });
    if (this.memory.painting && !view.alone) this.turnPainting();
    this.addOthers(parent);
  }

  // While a region is painted: one patch more, or less; else the patch that looks.
  choosePatch(down, right) {
    const at = down * this.view.columns + right;
    if (this.memory.painting) this.paintedRegion(changed(regionOf(this.view, this.memory), at));
    else this.keep(this.view.places[at]);
  }

  // CLS, registers: no place in the picture, so a button each.
  addOthers(parent) {
    const row = add(parent, "div", "tools");
    for (const i of this.view.others) {
      const button = addButton(row, "name", this.view.labels[i], `other ${i}`, () => this.keep(i));
      for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => this.point(i));
      button.addEventListener("pointerleave", () => this.point(keptOf(this.view, this.memory)));
      button.setAttribute("aria-pressed", String(i === keptOf(this.view, this.memory)));
    }
  }

  addWall(parent) {
    const { view, width, area } = this;
    const isBeside = width >= SIDE_BY_SIDE;
    const layout = (this.layout = wallLayout(view, isBeside ? width - area[2] - 24 : width, SEEN * windowHeight()));
    const start = [layout.layers.indexOf(view.cells[this.chosen][0]), view.cells[this.chosen][1]];
    const made = stage(parent, "heads", "All heads", layout.layers.length, view.across, {
      go: (row, column) => this.sayHead(layout.of(row, column)),
      open: (row, column) => this.open(layout.of(row, column)),
      start,
    });
    Object.assign(made.box.style, { width: `${layout.width}px`, height: `${layout.height}px` });
    this.wall = sharpCanvas(made.box, layout.width, layout.height);
    this.wallMark = add(made.box, "div", "mark");
    const grid = {
      left: layout.left, top: layout.top, wide: layout.step, high: layout.down,
      rows: layout.layers.length, columns: view.across,
    };
    followPointer(made.box, (point) => cellAt(point, grid), {
      over: ([row, column]) => this.sayHead(layout.of(row, column)),
      away: () => this.sayHead(this.chosen),
      click: ([row, column]) => this.open(layout.of(row, column)),
    }, oncePerFrame);
    if (view.tints) addTintLegend(parent, view, this.dark);
  }

  cellOf(position) {
    const at = this.view.places.indexOf(position);
    return at < 0 ? [-1, -1] : [Math.floor(at / this.view.columns), at % this.view.columns];
  }

  point(position) {
    if (position < 0 || position === this.query) return;
    this.query = position;
    this.later();
  }

  // Kept: what was pointed at stays, and a page sends all heads exactly.
  keep(position) {
    if (position < 0) return;
    this.memory.kept = position;
    this.query = position;
    this.paint();
    if (!this.view.alone) this.send("look_from", position);
  }

  open(i) {
    if (i < 0) return;
    this.memory.head = i;
    this.paint();
    if (!this.view.alone) this.send("choose", this.view.heads[i]);
  }

  // The next head of the layer, or the same head of the next layer.
  turn(down, right) {
    const [layer, column] = this.view.cells[this.chosen];
    this.open(this.layout.of(this.layout.layers.indexOf(layer) + down, column + right));
  }

  paint() {
    const { view, query, memory, base } = this;
    const all = (this.all = view.heads.map((_, i) => looksOf(view, i, query)));
    const top = topOf(all, this.chosen, memory.common);
    paintOver(this.large, view, base, all[this.chosen], top, this.area, memory.smooth);
    if (!memory.smooth) paintLines(this.large, view, this.area);
    paintRegion(this.large, view, regionOf(view, memory), this.area);
    const [row, column] = this.cellOf(query);
    if (row < 0) this.mark.style.display = "none";
    else place(this.mark, column * this.cell.wide, row * this.cell.high, this.cell.wide, this.cell.high);
    this.paintWall(all);
    this.sayHead(this.chosen);
  }

  paintWall(all) {
    const { view, layout, memory, base, dark } = this;
    this.wall.clearRect(0, 0, layout.width, layout.height);
    const pen = new CanvasPen(this.wall);
    paintNames(pen, view, layout, dark);
    view.heads.forEach((_, i) => {
      const area = [...layout.at(i), layout.side, layout.tall];
      if (view.tints) return paintTint(pen, view, i, area, dark);
      paintOver(this.wall, view, base, all[i], topOf(all, i, memory.common), area, memory.smooth);
      paintBar(pen, layout, i, all[i]);
    });
    const [x, y] = layout.at(this.chosen);
    place(this.wallMark, x - 2, y - 2, layout.side + 4, layout.tall + 4);
  }

  sayHead(i) {
    if (i < 0) return;
    const says = lookSays(this.view, this.all[i], i, this.query);
    this.readout.textContent = this.view.tints ? `${says}; ${this.view.tints.says[i]}` : says;
  }
}

function pictureTable(view) {
  const rows = view.labels.map((label, i) => [label, fixed(view.exact[i], 5)]);
  const of = `attention of ${view.labels[view.query]} in ${headName(...view.heads[view.chosen])}`;
  return { head: ["position", of], rows };
}
