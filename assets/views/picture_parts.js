// ---- what the views of a picture have in common: what a reader has chosen, the size of the picture, the wall of heads

import { sharpCanvas } from "./canvases.js";
import { add, oncePerFrame, place } from "./elements.js";
import { CanvasPen } from "./pens.js";
import { paintNames, wallLayout } from "./picture_paint.js";
import { cellAt, followPointer, stage, windowHeight } from "./stage.js";
import { gettext } from "./texts.js";

const SIDE_BY_SIDE = 760; // pixels from which on the wall stands beside the picture
const WIDEST = 560; // pixels of the large picture
const APART = 24; // between it and the wall

// What looks, and which head is large, as a reader has it by now.
export const keptOf = (view, memory) => memory.kept ?? view.query;
export const headOf = (view, memory) => memory.head ?? view.chosen;

// What a reader has chosen is forgotten once the page has answered it, or anything else.
export function forgetAnswered(view, memory) {
  const sent = `${view.query} ${view.chosen}`;
  if (memory.sent !== sent) Object.assign(memory, { sent, kept: undefined, head: undefined });
}

// What was sent no longer belongs to what a reader has chosen since: the caption says what is drawn now.
export function nowOf(view, memory, titled) {
  if (keptOf(view, memory) === view.query && headOf(view, memory) === view.chosen) return view;
  return { ...view, caption: "", title: titled(keptOf(view, memory)) };
}

// The width and height of the large picture: as wide as there is room, and at most so high.
export function largeSize([high, wide], width, highest) {
  const room = width >= SIDE_BY_SIDE ? 0.44 * width : width - 4;
  const side = Math.floor(Math.min(room, WIDEST, (highest * wide) / high));
  return [side, Math.round((side * high) / wide)];
}

// The width that is left for the wall, beside the large picture or below it.
export const wallRoom = (width, side) => (width >= SIDE_BY_SIDE ? width - side - APART : width);

// A large picture and a wall of small ones. Whoever draws one has { body, view, width, send, dark, memory } and says
// what it paints: `paint()`, and `sayHead(i)`.
export class OverPicture {
  constructor(given) {
    Object.assign(this, given);
    this.query = keptOf(this.view, this.memory);
    this.later = oncePerFrame(() => this.paint());
  }

  get chosen() {
    return headOf(this.view, this.memory);
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

  // All heads, in so large a share of the window's height at most; `size` is that of the picture in its own pixels.
  addWall(parent, size, seen) {
    const { view } = this;
    const room = wallRoom(this.width, this.area[2]);
    const layout = (this.layout = wallLayout({ ...view, size }, room, seen * windowHeight()));
    const made = stage(parent, "heads", gettext("All heads"), layout.layers.length, view.across, {
      go: (row, column) => this.sayHead(layout.of(row, column)),
      open: (row, column) => this.open(layout.of(row, column)),
      start: [layout.layers.indexOf(view.cells[this.chosen][0]), view.cells[this.chosen][1]],
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
  }

  // The wall anew: `one(pen, i, area)` paints the small picture of a head.
  paintWall(one) {
    const { view, layout } = this;
    this.wall.clearRect(0, 0, layout.width, layout.height);
    const pen = new CanvasPen(this.wall);
    paintNames(pen, view, layout, this.dark);
    view.heads.forEach((_, i) => one(pen, i, [...layout.at(i), layout.side, layout.tall]));
    const [x, y] = layout.at(this.chosen);
    place(this.wallMark, x - 2, y - 2, layout.side + 4, layout.tall + 4);
  }
}
