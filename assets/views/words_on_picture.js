// ---- words_on_picture: what a word of a text looks at in the picture beside it, in every head -----------------------

import { sharpCanvas } from "./canvases.js";
import { add, addButton, addReadout, addSelect } from "./elements.js";
import { topOf } from "./picture_looks.js";
import { canvasOf, paintBar, paintFine, paintLines, paintOver, paintWhole } from "./picture_paint.js";
import { OverPicture, forgetAnswered, headOf, keptOf, largeSize, nowOf } from "./picture_parts.js";
import { windowHeight } from "./stage.js";
import { fixed, headName } from "./wording.js";
import { headsOver, meanOf, pieceOf, shareOf, wordLooks, wordSays } from "./words_looks.js";

export const renderer = { draw: drawWords, paint: paintWords, table: wordsTable, now: wordsNow };

const SEEN = 0.62; // of the height of the window, which the picture and the wall fill at most
const OVERLAYS = [["head", "the chosen head"], ["layer", "mean of its layer"], ["all", "mean of all heads"]];

function wordsNow(view, memory) {
  return nowOf(view, memory, (kept) => `What ${view.words[kept]} looks at in the picture`);
}

function drawWords(body, view, width, send, dark, memory) {
  forgetAnswered(view, memory);
  return new WordsOnPicture({ body, view, width, send, dark, memory });
}

class WordsOnPicture extends OverPicture {
  constructor(given) {
    super(given);
    const { body, view, memory } = this;
    this.k = Math.min(memory.piece ?? view.pieces.length - 1, view.pieces.length - 1);
    this.piece = pieceOf(view, this.k);
    this.base = canvasOf(this.piece, true);
    this.addStrip();
    this.addTools();
    this.readout = addReadout(body, view.hint);
    const row = add(body, "div", "picture-row");
    this.addLarge(add(row, "div"));
    this.addWall(add(row, "div"), this.piece.size, SEEN);
    this.paint();
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
    addSelect(row, "Over the picture ", "overlay", OVERLAYS, this.memory.overlay ?? "head", (overlay) => {
      this.memory.overlay = overlay;
      this.paint();
    });
    if (this.view.pieces.length < 2) return;
    const names = this.view.pieces.map((piece, k) => [String(k), piece.name]);
    addSelect(row, "Seen as ", "piece", names, String(this.k), (k) => {
      this.memory.piece = Number(k);
      this.body.replaceChildren();
      const { body, view, width, send, dark, memory } = this;
      new WordsOnPicture({ body, view, width, send, dark, memory });
    });
  }

  addLarge(parent) {
    const [side, tall] = largeSize(this.piece.size, this.width, Math.min(560, SEEN * windowHeight()));
    this.area = [0, 0, side, tall];
    const box = add(parent, "div");
    Object.assign(box.style, { width: `${side}px`, height: `${tall}px`, position: "relative" });
    this.large = sharpCanvas(box, side, tall);
  }

  paint() {
    const { view, k, query, piece, base, area } = this;
    const all = view.heads.map((_, i) => wordLooks(view, k, i, query));
    const over = meanOf(headsOver(view, this.chosen, this.memory.overlay).map((i) => all[i]));
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === query)));
    paintOver(this.large, piece, base, over, topOf([over], 0), area, false);
    paintLines(this.large, piece, area);
    this.paintWall((pen, i, small) => {
      paintOver(this.wall, piece, base, all[i], topOf(all, i), small, false);
      paintBar(pen, this.layout, i, { others: [shareOf(view, i, query)] });
    });
    this.sayHead(this.chosen);
  }

  sayHead(i) {
    if (i < 0) return;
    const overlay = i === this.chosen ? this.memory.overlay : "head";
    this.readout.textContent = wordSays(this.view, this.k, i, this.query, overlay);
  }
}

// The whole view with any pen: the large picture, and below it all heads.
function paintWords(pen, view, width, dark, memory = {}) {
  const [word, chosen] = [keptOf(view, memory), headOf(view, memory)];
  const k = memory.piece ?? view.pieces.length - 1;
  const piece = pieceOf(view, k);
  const base = canvasOf(piece, true);
  const all = view.heads.map((_, i) => wordLooks(view, k, i, word));
  const picture = (looks, area) => paintFine(pen, area, (context, whole) => {
    paintOver(context, piece, base, looks, topOf([looks], 0), whole, false);
  });
  const over = meanOf(headsOver(view, chosen, memory.overlay).map((i) => all[i]));
  return paintWhole(pen, { ...view, size: piece.size }, width, dark, {
    says: wordSays(view, k, chosen, word, memory.overlay), chosen,
    large: (area) => picture(over, area),
    small(i, area, layout) {
      picture(all[i], area);
      paintBar(pen, layout, i, { others: [shareOf(view, i, word)] });
    },
  });
}

function wordsTable(view) {
  const of = `share of its attention that goes to the picture in ${headName(...view.heads[view.chosen])}`;
  return { head: ["word", of], rows: view.words.map((word, i) => [word, fixed(shareOf(view, view.chosen, i), 5)]) };
}
