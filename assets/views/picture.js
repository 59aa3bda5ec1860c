// ---- picture: what a patch looks at in every head, laid over the picture; all heads as a wall of small ones ---------

import { sharpCanvas } from "./canvases.js";
import { add, addButton, addReadout, addSelect, hintOf, place } from "./elements.js";
import { looksOf, lookSays, topOf } from "./picture_looks.js";
import {
  addTintLegend, canvasOf, paintBar, paintLines, paintOver, paintPicture, paintTint,
} from "./picture_paint.js";
import { OverPicture, forgetAnswered, keptOf, largeSize, nowOf } from "./picture_parts.js";
import { addPainting, changed, followStroke, paintRegion, regionOf } from "./picture_region.js";
import { cellAt, followPointer, stage, windowHeight } from "./stage.js";
import { gettext } from "./texts.js";
import { fixed, headName } from "./wording.js";

export const renderer = { draw: drawPicture, paint: paintPicture, table: pictureTable, now: pictureNow };

const SEEN = 0.72; // of the height of the window, which the picture and the wall fill at most
const paintingSays = () =>
  gettext("Drag over the picture, or use the arrow keys and Enter: a patch more, or one less.");

function pictureNow(view, memory) {
  return nowOf(view, memory, (kept) => gettext("What {word} looks at", { word: view.labels[kept] }));
}

function drawPicture(body, view, width, send, dark, memory) {
  forgetAnswered(view, memory);
  return new Picture({ body, view, width, send, dark, memory });
}

class Picture extends OverPicture {
  constructor(given) {
    super(given);
    const { body, view } = this;
    this.base = canvasOf(view, true);
    this.addTools();
    this.readout = addReadout(body, hintOf(view));
    const row = add(body, "div", "picture-row");
    this.addLarge(add(row, "div"));
    const wall = add(row, "div");
    this.addWall(wall, view.size, SEEN);
    if (view.tints) addTintLegend(wall, view, this.dark);
    this.paint();
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
    const scale = this.memory.common ? "common" : "own";
    addSelect(row, gettext("Scale") + " ", "scale", scales, scale, (by) => this.choose({ common: by === "common" }));
    if (view.alone) return;
    const done = (region) => this.paintedRegion(region);
    this.sayPainting = addPainting(row, view, memory, { done, turned: () => this.turnPainting() });
  }

  // While a region is painted, a finger on the picture paints and does not scroll.
  turnPainting() {
    const { memory, large } = this;
    large.canvas.parentElement.style.touchAction = memory.painting ? "none" : "";
    large.canvas.parentElement.style.cursor = memory.painting ? "crosshair" : "";
    this.readout.textContent = memory.painting ? paintingSays() : hintOf(this.view);
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
    const [side, tall] = largeSize(view.size, width, Math.min(620, SEEN * windowHeight()));
    this.area = [0, 0, side, tall];
    this.cell = { wide: (side / wide) * view.patch[1], high: (tall / high) * view.patch[0] };
    const [row, column] = this.cellOf(this.query);
    const label = gettext("The picture: choose the patch that looks");
    const made = stage(parent, "patches", label, view.rows, view.columns, {
      go: (down, right) => this.point(view.places[down * view.columns + right]),
      open: (down, right) => this.choosePatch(down, right),
      turn: (down, right) => this.turn(down, right),
      clear: () => this.point(keptOf(view, this.memory)),
      start: [row, column],
    });
    Object.assign(made.box.style, { width: `${side}px`, height: `${tall}px` });
    this.large = sharpCanvas(made.box, side, tall);
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

  cellOf(position) {
    const at = this.view.places.indexOf(position);
    return at < 0 ? [-1, -1] : [Math.floor(at / this.view.columns), at % this.view.columns];
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
    this.paintWall((pen, i, area) => {
      if (view.tints) return paintTint(pen, view, i, area, this.dark);
      paintOver(this.wall, view, base, all[i], topOf(all, i, memory.common), area, memory.smooth);
      paintBar(pen, this.layout, i, all[i]);
    });
    this.sayHead(this.chosen);
  }

  sayHead(i) {
    if (i < 0) return;
    const says = lookSays(this.view, this.all[i], i, this.query);
    this.readout.textContent = this.view.tints ? `${says}; ${this.view.tints.says[i]}` : says;
  }
}

function pictureTable(view) {
  const rows = view.labels.map((label, i) => [label, fixed(view.exact[i], 5)]);
  const said = { word: view.labels[view.query], head: headName(...view.heads[view.chosen]) };
  return { head: [gettext("position"), gettext("attention of {word} in {head}", said)], rows };
}
