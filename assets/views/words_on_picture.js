// ---- words_on_picture: what a word of a text looks at in the picture beside it, in every head -----------------------

import { sharpCanvas } from "./canvases.js";
import { ink, themed } from "./colours.js";
import { add, addButton, addReadout, oncePerFrame, place } from "./elements.js";
import { CanvasPen } from "./pens.js";
import { topOf } from "./picture_looks.js";
import { canvasOf, paintBar, paintLines, paintNames, paintOver, wallLayout } from "./picture_paint.js";
import { cellAt, followPointer, stage, windowHeight } from "./stage.js";
import { fixed, headName } from "./wording.js";
import { headsOver, meanOf, pieceOf, shareOf, wordLooks, wordSays } from "./words_looks.js";

export const renderer = { draw: drawWords, paint: paintWords, table: wordsTable, now: wordsNow };

const SIDE_BY_SIDE = 760; // pixels from which on the wall stands beside the picture
const SEEN = 0.62; // of the height of the window, which the picture and the wall fill at most
const OVERLAYS = [["head", "the chosen head"], ["layer", "mean of its layer"], ["all", "mean of all heads"]];

const keptOf = (view, memory) => memory.kept ?? view.query;
const headOf = (view, memory) => memory.head ?? view.chosen;

// What was sent no longer belongs to what a reader has chosen since: the caption says what is drawn now.
function wordsNow(view, memory) {
  if (keptOf(view, memory) === view.query && headOf(view, memory) === view.chosen) return view;
  return { ...view, caption: "", title: `What ${view.words[keptOf(view, memory)]} looks at in the picture` };
}

function drawWords(body, view, width, send, dark, memory) {
  const sent = `${view.query} ${view.chosen}`;
  if (memory.sent !== sent) Object.assign(memory, { sent, kept: undefined, head: undefined });
  return new WordsOnPicture(body, view, width, send, dark, memory);
}

class WordsOnPicture {
  constructor(body, view, width, send, dark, memory) {
    Object.assign(this, { body, view, width, send, dark, memory });
    this.word = keptOf(view, memory);
    this.k = Math.min(memory.piece ?? view.pieces.length - 1, view.pieces.length - 1);
    this.piece = pieceOf(view, this.k);
    this.base = canvasOf(this.piece, true);
    this.addStrip();
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

  // The words of the text, to scrub through: by pointer, or by the arrow keys.
  addStrip() {
    const strip = add(this.body, "div", "words");
    strip.setAttribute("role", "group");
    strip.setAttribute("aria-label", "The text: choose the word that looks");
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
    const row = add(this.body, "div", "tools");
    this.addSelect(row, "Over the picture ", "overlay", OVERLAYS, this.memory.overlay ?? "head", (overlay) => {
      this.memory.overlay = overlay;
      this.paint();
    });
    if (this.view.pieces.length < 2) return;
    const names = this.view.pieces.map((piece, k) => [String(k), piece.name]);
    this.addSelect(row, "Seen as ", "piece", names, String(this.k), (k) => {
      this.memory.piece = Number(k);
      this.body.replaceChildren();
      new WordsOnPicture(this.body, this.view, this.width, this.send, this.dark, this.memory);
    });
  }

  addSelect(row, label, key, options, value, chosen) {
    const select = add(add(row, "label", "", label), "select");
    for (const [name, words] of options) Object.assign(add(select, "option", "", words), { value: name });
    select.value = value;
    select.dataset.key = key;
    select.addEventListener("change", () => chosen(select.value));
  }

  addLarge(parent) {
    const { piece, width } = this;
    const [high, wide] = piece.size;
    const isBeside = width >= SIDE_BY_SIDE;
    const most = (Math.min(560, SEEN * windowHeight()) * wide) / high;
    const side = Math.floor(Math.min(isBeside ? 0.44 * width : width - 4, 560, most));
    this.area = [0, 0, side, Math.round((side * high) / wide)];
    const box = add(parent, "div");
    Object.assign(box.style, { width: `${side}px`, height: `${this.area[3]}px`, position: "relative" });
    this.large = sharpCanvas(box, side, this.area[3]);
  }

  addWall(parent) {
    const { view, width, area, piece } = this;
    const room = width >= SIDE_BY_SIDE ? width - area[2] - 24 : width;
    const layout = (this.layout = wallLayout({ ...view, size: piece.size }, room, SEEN * windowHeight()));
    const start = [layout.layers.indexOf(view.cells[this.chosen][0]), view.cells[this.chosen][1]];
    const made = stage(parent, "heads", "All heads", layout.layers.length, view.across, {
      go: (row, column) => this.sayHead(layout.of(row, column)),
      open: (row, column) => this.open(layout.of(row, column)),
      start,
    });
    Object.assign(made.box.style, { width: `${layout.width}px`, height: `${layout.height}px` });
    this.wall = sharpCanvas(made.box, layout.width, layout.height);
    this.mark = add(made.box, "div", "mark");
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

  point(word) {
    if (word === this.word) return;
    this.word = word;
    this.later();
  }

  keep(word) {
    this.memory.kept = word;
    this.word = word;
    this.paint();
    if (!this.view.alone) this.send("look_from", word);
  }

  open(i) {
    if (i < 0) return;
    this.memory.head = i;
    this.paint();
    if (!this.view.alone) this.send("choose", this.view.heads[i]);
  }

  paint() {
    const { view, k, word, piece, base, area, layout, dark } = this;
    const all = (this.all = view.heads.map((_, i) => wordLooks(view, k, i, word)));
    const over = meanOf(headsOver(view, this.chosen, this.memory.overlay).map((i) => all[i]));
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === word)));
    paintOver(this.large, piece, base, over, topOf([over], 0), area, false);
    paintLines(this.large, piece, area);
    this.wall.clearRect(0, 0, layout.width, layout.height);
    const pen = new CanvasPen(this.wall);
    paintNames(pen, view, layout, dark);
    view.heads.forEach((_, i) => {
      paintOver(this.wall, piece, base, all[i], topOf(all, i), [...layout.at(i), layout.side, layout.tall], false);
      paintBar(pen, layout, i, { others: [shareOf(view, i, word)] });
    });
    const [x, y] = layout.at(this.chosen);
    place(this.mark, x - 2, y - 2, layout.side + 4, layout.tall + 4);
    this.sayHead(this.chosen);
  }

  sayHead(i) {
    if (i < 0) return;
    const overlay = i === this.chosen ? this.memory.overlay : "head";
    this.readout.textContent = wordSays(this.view, this.k, i, this.word, overlay);
  }
}

// The whole view with any pen: the large picture, and below it all heads.
function paintWords(pen, view, width, dark, memory = {}) {
  const [word, chosen] = [keptOf(view, memory), headOf(view, memory)];
  const k = memory.piece ?? view.pieces.length - 1;
  const piece = pieceOf(view, k);
  const [high, wide] = piece.size;
  const base = canvasOf(piece, true);
  const all = view.heads.map((_, i) => wordLooks(view, k, i, word));
  const picture = (looks, [x, y, w, h]) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.max(160, Math.round(w)), Math.max(160, Math.round(h))];
    const whole = [0, 0, canvas.width, canvas.height];
    paintOver(canvas.getContext("2d"), piece, base, looks, topOf([looks], 0), whole, false);
    pen.cells(x, y, w, h, { canvas: () => canvas, rows: canvas.height, columns: canvas.width });
  };
  const side = Math.min(width, 420);
  pen.text(wordSays(view, k, chosen, word, memory.overlay), 0, 10, { size: 14, fill: ink(dark), bold: true });
  const tall = Math.round((side * high) / wide);
  picture(meanOf(headsOver(view, chosen, memory.overlay).map((i) => all[i])), [0, 24, side, tall]);
  const layout = wallLayout({ ...view, size: piece.size }, width);
  const top = 24 + tall + 16;
  pen.group(0, top, () => {
    paintNames(pen, view, layout, dark);
    view.heads.forEach((_, i) => {
      const [x, y] = layout.at(i);
      picture(all[i], [x, y, layout.side, layout.tall]);
      paintBar(pen, layout, i, { others: [shareOf(view, i, word)] });
      if (i === chosen) pen.box(x - 1, y - 1, layout.side + 2, layout.tall + 2, themed("mark"), 2);
    });
  });
  return { width: Math.max(side, layout.width, 420), height: top + layout.height };
}

function wordsTable(view) {
  const of = `share of its attention that goes to the picture in ${headName(...view.heads[view.chosen])}`;
  return { head: ["word", of], rows: view.words.map((word, i) => [word, fixed(shareOf(view, view.chosen, i), 5)]) };
}
