// ---- the atlas under a reader's hands: pointing, choosing, moving, and marking heads --------------------------------

import { atlasImages, atlasName, atlasSays, highlight, mark, paintHeads } from "./atlas_paint.js";
import { keyMoves, lassoed, panned, reaching, toggled, watchFingers, WHOLE, zoomed } from "./atlas_moves.js";
import { sharpCanvas } from "./canvases.js";
import { themed } from "./colours.js";
import { atlasLayout, dotAt, nextDot, placeTip } from "./dots.js";
import { add, fillTip, oncePerFrame, sayAnew } from "./elements.js";
import { CanvasPen } from "./pens.js";
import { followPointer, pointIn } from "./stage.js";
import { gettext } from "./texts.js";
import { count } from "./wording.js";

const NAMED = 40; // heads that are marked and called by name
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const headOf = (view, i) => [view.model[i], view.layer[i], view.head[i]];

function headSays(view, i) {
  const { cluster, family, near } = atlasSays(view, i);
  const says = { head: atlasName(view, i), cluster, family, near: near[0] };
  if (!near.length) return gettext("{head}: {cluster}, {family}", says);
  return gettext("{head}: {cluster}, {family}; nearest {near}", says);
}

export function pickedSay(view, picked) {
  if (!picked.length) return "";
  const names = picked.slice(0, NAMED).map((i) => atlasName(view, i)).join(", ");
  if (picked.length === 1) return gettext("1 head marked: {heads}.", { heads: names });
  const says = { n: count(picked.length), heads: names, more: count(picked.length - NAMED) };
  if (picked.length > NAMED) return gettext("{n} heads marked: {heads} and {more} more.", says);
  return gettext("{n} heads marked: {heads}.", says);
}

export class AtlasStage {
  // `readout` says what is pointed at, `list` which heads are marked.
  constructor(box, view, { width, dark, memory, send, readout, list }) {
    memory.where ??= WHOLE;
    memory.picked = view.picked ?? memory.picked ?? [];
    Object.assign(this, { box, view, width, dark, memory, send, readout, list, at: -1, line: [], isDrag: false });
    this.layout = atlasLayout(view, width, memory.where);
    this.images = atlasImages(view, dark);
    const { width: wide, height } = this.layout;
    [this.base, this.over, this.top] = [0, 1, 2].map(() => new CanvasPen(sharpCanvas(box, wide, height)));
    for (const { context } of [this.over, this.top]) {
      Object.assign(context.canvas.style, { position: "absolute", left: 0, top: 0, pointerEvents: "none" });
    }
    this.card = add(box, "div", "card tip");
    this.later = oncePerFrame(() => this.repaint());
    this.repaint();
  }

  get all() {
    return this.layout.spots.map((_, i) => i);
  }

  // A point in pixels as shares of what is seen.
  shares([x, y]) {
    return [x / this.layout.width, y / this.layout.height];
  }

  // What stays where it is when a reader goes nearer: the head that was pointed at, or the chosen one; else the middle.
  get still() {
    const i = this.memory.at ?? this.view.chosen ?? -1;
    return i in this.layout.spots && this.layout.isSeen(i) ? this.shares(this.layout.spots[i]) : [0.5, 0.5];
  }

  repaint() {
    const { base, box, memory, view, dark } = this;
    this.layout = atlasLayout(view, this.width, memory.where);
    base.context.clearRect(0, 0, this.layout.width, this.layout.height);
    paintHeads(base, view, this.layout, dark, this.all, this.images);
    this.light(-1);
    box.style.touchAction = memory.where.zoom > 1 || memory.lasso ? "none" : "pan-x pan-y";
    box.style.cursor = memory.lasso ? "crosshair" : "pointer";
    this.paintPicked();
  }

  paintPicked() {
    const { top, view, layout, memory, line } = this;
    top.context.clearRect(0, 0, layout.width, layout.height);
    for (const i of memory.picked) if (layout.isSeen(i)) mark(top, view, layout, i, 4, themed("mark"), 1.5);
    const stroke = { stroke: themed("mark"), thick: 1.5, dash: 4, fill: themed("mark-ground") };
    if (line.length > 1) top.path(line, stroke);
    sayAnew(this.list, pickedSay(view, memory.picked));
  }

  light(i) {
    highlight(this.view, this.layout, this.over, this.base.context, this.dark, this.images, i);
  }

  stand(where) {
    this.memory.where = where;
    this.card.style.display = "none";
    this.later();
  }

  go(i) {
    this.memory.at = this.at = i;
    const where = reaching(this.memory.where, this.shares(this.layout.spots[i]));
    if (where !== this.memory.where) {
      this.memory.where = where;
      this.repaint();
    }
    this.light(i);
    this.readout.textContent = headSays(this.view, i);
    this.showCard(i);
  }

  showCard(i) {
    const { card, layout } = this;
    const { cluster, family, near } = atlasSays(this.view, i);
    const named = (head, k) => (k ? gettext("then: {head}", { head }) : gettext("nearest: {head}", { head }));
    const others = near.map(named);
    fillTip(card, atlasName(this.view, i), [cluster, family, ...others]);
    const [left, top] = placeTip(layout, layout.spots[i], [card.offsetWidth, card.offsetHeight]);
    Object.assign(card.style, { left: `${left}px`, top: `${top}px` });
  }

  clear() {
    this.card.style.display = "none";
    this.at = -1;
    this.light(-1);
  }

  choose(i) {
    if (this.view.alone) this.pick([i]); // nobody else is there
    this.send("choose", headOf(this.view, i));
  }

  pick(heads) {
    const { memory, view } = this;
    memory.picked = toggled(memory.picked, heads);
    this.paintPicked();
    this.send("pick", memory.picked.map((i) => headOf(view, i)));
  }

  listen() {
    const { box, card } = this;
    const isNew = (i) => i !== this.at || card.style.display !== "block";
    followPointer(box, (point) => dotAt(this.layout, point), {
      over: ([i]) => !this.isDrag && isNew(i) && this.go(i),
      away: () => this.clear(),
      click: ([i]) => {
        if (this.isDrag) return;
        if (this.memory.lasso) this.pick([i]);
        else this.choose(i);
      },
    });
    watchFingers(box, (event) => pointIn(event, box), {
      start: (point, event) => this.beginDrag(point, event), drag: (from, to) => this.drag(from, to),
      end: () => this.endDrag(),
      pinch: (factor, middle) => this.stand(zoomed(this.memory.where, factor, this.shares(middle))),
    });
    box.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    box.addEventListener("blur", () => this.clear());
    box.addEventListener("keydown", (event) => this.key(event));
  }

  beginDrag(point, event) {
    this.isDrag = true;
    this.line = this.memory.lasso || event.shiftKey ? [point] : [];
    this.clear();
  }

  drag(from, to) {
    if (this.line.length) {
      this.line.push(to);
      return this.paintPicked();
    }
    const [x, y] = this.shares([from[0] - to[0], from[1] - to[1]]);
    return this.stand(panned(this.memory.where, x, y));
  }

  endDrag() {
    const heads = this.line.length > 2 ? lassoed(this.layout.spots, this.line) : [];
    this.line = [];
    if (heads.length) this.pick(heads);
    else this.paintPicked();
    setTimeout(() => (this.isDrag = false)); // after the click that a drag ends with
  }

  wheel(event) {
    const { where } = this.memory;
    if (!event.ctrlKey && where.zoom === 1) return; // the page is scrolled
    event.preventDefault();
    this.stand(zoomed(where, Math.exp(-event.deltaY / 300), this.shares(pointIn(event, this.box))));
  }

  key(event) {
    const where = keyMoves(event, this.memory.where, this.still);
    if (where) this.stand(where);
    else if (!this.keyOfHead(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // What a key does with heads; whether it does something.
  keyOfHead({ key, shiftKey }) {
    const { memory, view, layout } = this;
    const n = layout.spots.length;
    const start = view.chosen ?? 0;
    const at = memory.at < n ? memory.at : start;
    const jumps = { PageUp: at - 1, PageDown: at + 1, Home: 0, End: n - 1 }; // heads at the same place are met this way
    if (key in STEPS) {
      const next = memory.at === undefined && view.chosen === null ? start : nextDot(layout.spots, at, STEPS[key]);
      this.go(next < 0 ? at : next);
    } else if (key in jumps) this.go(Math.max(0, Math.min(n - 1, jumps[key])));
    else if (key === "Enter") this.choose(at);
    else if (key === " ") this.pick(shiftKey ? this.all.filter((i) => view.cluster[i] === view.cluster[at]) : [at]);
    else if (key === "Escape") this.clear();
    else return false;
    return true;
  }
}
