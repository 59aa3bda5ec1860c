// ---- words_on_picture: what a word of a text looks at in the picture beside it, in every head -----------------------

import { sharpCanvas } from "./canvases.js";
import { add, addButton, addReadout, addSelect, hintOf } from "./elements.js";
import { topOf } from "./picture_looks.js";
import { themed } from "./colours.js";
import { canvasOf, paintBar, paintFine, paintLines, paintOver, paintWhole } from "./picture_paint.js";
import { OverPicture, forgetAnswered, headOf, keptOf, largeSize, nowOf } from "./picture_parts.js";
import { addPainting, changed, followStroke, paintRegion, regionOf } from "./picture_region.js";
import { cellAt, followPointer, stage, windowHeight } from "./stage.js";
import { gettext } from "./texts.js";
import { fixed, headName, inPercent } from "./wording.js";
import {
  changedHeads, headSays, headsOver, meanOrSum, overOf, overlays, paintingSays, pickingSays, pieceAt, pieceOf, shareOf,
  together, wordLooks, wordSays,
} from "./words_looks.js";

export const renderer = { draw: drawWords, paint: paintWords, table: wordsTable, now: wordsNow };

const SEEN = 0.62; // of the height of the window, which the picture and the wall fill at most

function wordsNow(view, memory) {
  return nowOf(view, memory, (kept) => gettext("What {word} looks at in the picture", { word: view.words[kept] }));
}

// What was sent of heads together no longer holds once the page has answered, with that or with something else.
function forgetOver(view, memory) {
  const sent = `${view.over} ${view.picked} ${view.summed}`;
  if (memory.sentOver !== sent) {
    Object.assign(memory, { sentOver: sent, overlay: undefined, picked: undefined, summed: undefined });
  }
}

function drawWords(body, view, width, send, dark, memory) {
  forgetAnswered(view, memory);
  forgetOver(view, memory);
  return new WordsOnPicture({ body, view, width, send, dark, memory });
}

class WordsOnPicture extends OverPicture {
  constructor(given) {
    super(given);
    const { body, view, memory } = this;
    this.k = pieceAt(view, memory);
    this.piece = pieceOf(view, this.k);
    this.painted = paintedOf(memory, this.k); // what is painted on a piece stays there while others are looked at
    this.base = canvasOf(this.piece, true);
    this.addStrip();
    this.addTools();
    this.readout = addReadout(body, hintOf(view));
    const row = add(body, "div", "picture-row");
    this.addLarge(add(row, "div"));
    this.addWall(add(row, "div"), this.piece.size, SEEN);
    this.paint();
  }

  // The words of the text, to scrub through: by pointer, or by the arrow keys.
  addStrip() {
    const strip = add(this.body, "div", "words");
    strip.setAttribute("role", "group");
    strip.setAttribute("aria-label", gettext("The text: choose the word that looks"));
    this.buttons = this.view.words.map((word, i) => {
      const button = addButton(strip, "word", word, `word ${i}`, () => this.keep(i));
      for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => this.point(i));
      button.addEventListener("pointerleave", () => this.point(keptOf(this.view, this.memory)));
      if (i >= this.view.typed) button.style.fontStyle = "italic";
      return button;
    });
    strip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const next = this.buttons[this.buttons.indexOf(event.target) + (step ?? 0)];
      if (!step || !next) return;
      event.preventDefault();
      next.focus();
    });
  }

  addTools() {
    const { memory: kept, painted, piece: own, view: shown } = this;
    const row = add(this.body, "div", "tools");
    const { overlay, summed } = overOf(shown, kept);
    addSelect(row, gettext("Over the picture") + " ", "overlay", overlays(), overlay, (chosen) => this.layOver(chosen));
    addSelect(row, gettext("as") + " ", "together", meanOrSum(), summed ? "sum" : "mean", (how) => {
      kept.summed = how === "sum";
      this.sendOver();
    });
    this.together = row.querySelector("[data-key=together]").parentElement;
    if (!shown.alone) {
      const done = (region) => this.paintedRegion(region);
      this.sayPainting = addPainting(row, own, painted, { done, turned: () => this.turnPainting() });
    }
    if (this.view.pieces.length < 2) return;
    const names = this.view.pieces.map((piece, k) => [String(k), piece.name]);
    addSelect(row, gettext("Seen as") + " ", "piece", names, String(this.k), (k) => {
      this.memory.piece = Number(k);
      this.body.replaceChildren();
      const { body, view, width, send, dark, memory } = this;
      new WordsOnPicture({ body, view, width, send, dark, memory });
    });
  }

  // What one chooses begins with the head that is large.
  layOver(overlay) {
    const { memory, view } = this;
    memory.overlay = overlay;
    if (overlay === "picked" && !overOf(view, memory).picked.length) memory.picked = [this.chosen];
    this.sendOver();
    if (overlay === "picked") this.readout.textContent = pickingSays();
  }

  sendOver() {
    const { overlay, picked, summed } = overOf(this.view, this.memory);
    this.paint();
    if (!this.view.alone) this.send("over", { overlay, heads: picked.map((i) => this.view.heads[i]), summed });
  }

  // While heads are picked, a click picks another one; else it opens that head.
  open(i) {
    const over = overOf(this.view, this.memory);
    if (over.overlay !== "picked" || i < 0) return super.open(i);
    this.memory.picked = changedHeads(over.picked, i);
    return this.sendOver();
  }

  turnPainting() {
    const { painted, view } = this;
    this.large.canvas.parentElement.style.touchAction = painted.painting ? "none" : "";
    this.large.canvas.parentElement.style.cursor = painted.painting ? "crosshair" : "";
    this.readout.textContent = painted.painting ? paintingSays() : hintOf(view);
  }

  paintedRegion(region) {
    this.painted.region = region;
    this.sayPainting();
    this.paint();
    this.send("paint", { piece: this.k, cells: [...region].sort((a, b) => a - b) });
  }

  addLarge(parent) {
    const { painted, piece, view } = this;
    const [side, tall] = largeSize(piece.size, this.width, Math.min(560, SEEN * windowHeight()));
    this.area = [0, 0, side, tall];
    const [high, wide] = piece.size;
    const cell = { wide: (side / wide) * piece.patch[1], high: (tall / high) * piece.patch[0] };
    const grid = { ...cell, rows: piece.rows, columns: piece.columns };
    const made = stage(parent, "cells", "The picture", piece.rows, piece.columns, {
      go: (row, column) => this.sayCell(row, column),
      open: (row, column) => painted.painting && this.changeCell(row, column),
    });
    Object.assign(made.box.style, { width: `${side}px`, height: `${tall}px` });
    this.large = sharpCanvas(made.box, side, tall);
    followPointer(made.box, (point) => cellAt(point, grid), {
      over: ([row, column]) => painted.painting || this.sayCell(row, column),
      away: () => painted.painting || this.sayHead(this.chosen),
    });
    if (view.alone) return;
    followStroke(made.box, grid, painted, {
      get: () => regionOf(piece, painted),
      paint: (region) => {
        painted.region = region;
        this.later();
      },
      done: (region) => this.paintedRegion(region),
    });
    if (painted.painting) this.turnPainting();
  }

  changeCell(row, column) {
    this.paintedRegion(changed(regionOf(this.piece, this.painted), row * this.piece.columns + column));
  }

  // What the word gives to one cell, as it lies over the picture.
  sayCell(row, column) {
    const { over, piece, query, view } = this;
    const share = over.shares[row * piece.columns + column];
    const told = overOf(view, this.memory).summed ? fixed(share, 3) : inPercent(share);
    const gives = { cell: `${row}, ${column}`, word: view.words[query], share: told };
    this.readout.textContent = gettext("{cell}: {word} gives it {share}", gives);
  }

  paint() {
    const { view, k, query, piece, base, area } = this;
    const all = view.heads.map((_, i) => wordLooks(view, k, i, query));
    const over = overOf(view, this.memory);
    const heads = headsOver(view, this.chosen, over);
    this.over = together(heads.map((i) => all[i]), over.summed);
    this.together.hidden = over.overlay === "head";
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === query)));
    paintOver(this.large, piece, base, this.over, topOf([this.over], 0), area, false);
    paintLines(this.large, piece, area);
    paintRegion(this.large, piece, regionOf(piece, this.painted), area);
    this.paintWall((pen, i, small) => {
      paintOver(this.wall, piece, base, all[i], topOf(all, i), small, false);
      paintBar(pen, this.layout, i, { others: [shareOf(view, i, query)] });
      if (over.overlay !== "head" && heads.includes(i)) boxRound(pen, small);
    });
    if (over.overlay === "picked") this.wallMark.style.display = "none"; // those picked are marked
    this.sayHead(this.chosen);
  }

  sayHead(i) {
    if (i < 0) return;
    const over = overOf(this.view, this.memory);
    this.readout.textContent = headSays(this.view, this.k, i, { chosen: this.chosen, word: this.query, over });
  }
}

// A head that lies over the large picture.
function boxRound(pen, [x, y, width, height]) {
  pen.box(x - 1, y - 1, width + 2, height + 2, themed("mark"), 2);
}

const paintedOf = (memory, k) => ((memory.painted ??= {})[k] ??= {});

// The whole view with any pen: the large picture, and below it all heads.
function paintWords(pen, view, width, dark, memory = {}) {
  const [word, chosen, over] = [keptOf(view, memory), headOf(view, memory), overOf(view, memory)];
  const k = pieceAt(view, memory);
  const piece = pieceOf(view, k);
  const base = canvasOf(piece, true);
  const all = view.heads.map((_, i) => wordLooks(view, k, i, word));
  const picture = (looks, area, region = new Set()) => paintFine(pen, area, (context, whole) => {
    paintOver(context, piece, base, looks, topOf([looks], 0), whole, false);
    paintRegion(context, piece, region, whole, whole[2] / 200);
  });
  const heads = headsOver(view, chosen, over);
  const large = together(heads.map((i) => all[i]), over.summed);
  return paintWhole(pen, { ...view, size: piece.size }, width, dark, {
    says: wordSays(view, k, chosen, word, over), chosen: over.overlay === "picked" ? -1 : chosen,
    large: (area) => picture(large, area, regionOf(piece, paintedOf(memory, k))),
    small(i, area, layout) {
      picture(all[i], area);
      paintBar(pen, layout, i, { others: [shareOf(view, i, word)] });
      if (over.overlay !== "head" && heads.includes(i)) boxRound(pen, area);
    },
  });
}

function wordsTable(view) {
  const head = headName(...view.heads[view.chosen]);
  const of = gettext("share of its attention that goes to the picture in {head}", { head });
  const rows = view.words.map((word, i) => [word, fixed(shareOf(view, view.chosen, i), 5)]);
  return { head: [gettext("word"), of], rows };
}
