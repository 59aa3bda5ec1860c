// Terms of the glossary: marked where a picture's words use them first, and explained where one points at them, comes
// to them with Tab, or taps them. In the app the links of a page's own text (`#word-…`, and `#model-…` with the facts
// of a model) are explained in the same way.

import { add } from "./elements.js";

const TERM = ".term, a[href^='#word-'], a[href^='#model-']";
const TEXTS = ".caption, .note, .small, .small-note, .legend, h3, th";
const NO_TEXT = "button, a, summary, .term";
const LEAVING = 250; // milliseconds in which a pointer may go from a term to what is said of it
const EDGE = 8; // pixels to the side of the window
const LEFT = "(“[^”]*”|„[^“]*“|«[^»]*»|https?://\\S+)";
const IN_WORD = "[\\p{L}\\p{M}\\p{N}_]"; // what Python means by \w, and browsers by letters of English alone

// The terms of a table of rows (what a link says, name, how it is written, what it means) as one expression.
export function patternOf(table) {
  const written = table.map((row) => `(${row[2].replaceAll("\\w", IN_WORD)})`);
  return new RegExp([LEFT, ...written].join("|"), "giu");
}

// A text in pieces [text, row of the table or -1]; what is quoted is nobody's term. `seen` are the rows marked before.
export function piecesOf(text, pattern, seen) {
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const row = match.slice(2).findIndex((found) => found !== undefined);
    if (row < 0 || seen.has(row)) continue;
    seen.add(row);
    pieces.push([text.slice(from, match.index), -1], [match[0], row]);
    from = match.index + match[0].length;
  }
  return [...pieces, [text.slice(from), -1]].filter(([piece]) => piece);
}

// From now on what there are new words in is marked, and what a reader points at is explained: once the page has said
// in which language, with a table of that language's terms; those of English are here.
export function explainTerms(english) {
  const [tip, roots] = [new Tip(), new Set(globalThis.mhaVizTerms)];
  let spoken = null;
  const mark = (root) => {
    if (spoken) for (const block of root.querySelectorAll(TEXTS)) markBlock(block, spoken);
  };
  const take = (root) => {
    tip.listen(root.getRootNode());
    roots.add(root);
    mark(root);
  };
  const speak = (code, table) => {
    for (const root of roots) if (!root.isConnected) roots.delete(root);
    if (code === spoken?.code) return;
    if (spoken) roots.forEach(unmark); // what is drawn already was marked in another language
    spoken = { code, table: table ?? english, pattern: patternOf(table ?? english) };
    tip.speak(spoken.table);
    roots.forEach(mark);
  };
  globalThis.mhaVizTerms = { add: take, speak, explains: true };
  tip.listen(document);
  roots.forEach(take);
}

function unmark(root) {
  for (const term of root.querySelectorAll(".term")) {
    const block = term.parentElement;
    term.replaceWith(term.textContent);
    block.normalize();
  }
}

function markBlock(block, { pattern, table }) {
  if (block.closest("button, .stage")) return;
  const seen = new Set([...block.querySelectorAll(".term")].map((term) => Number(term.dataset.row)));
  const texts = document.createTreeWalker(block, globalThis.NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (texts.nextNode()) nodes.push(texts.currentNode);
  for (const node of nodes.filter((one) => !one.parentElement.closest(NO_TEXT))) {
    const pieces = piecesOf(node.data, pattern, seen);
    if (pieces.some(([, row]) => row >= 0)) node.replaceWith(...pieces.map((piece) => elementOf(piece, table)));
  }
}

function elementOf([text, row], table) {
  if (row < 0) return document.createTextNode(text);
  const term = document.createElement("span");
  Object.assign(term, { className: "term", textContent: text, tabIndex: 0 });
  Object.assign(term.dataset, { row, word: table[row][0], key: `term ${table[row][0]}` });
  term.setAttribute("role", "button");
  return term;
}

// A field of the app in which a model is chosen says its facts; a menu that opens there has the place.
const factsOf = (field) => globalThis.mhaVizFacts?.[field.className.match(/st-key-(\w+)/)?.[1]];
const isField = (element) => !element.matches(TERM);

function fieldAt(element) {
  const field = element.closest?.("[class*=st-key-]");
  return field && factsOf(field) ? field : null;
}

// What is said of one term, above everything else on the page.
class Tip {
  constructor() {
    this.meanings = new Map();
    this.listening = new WeakSet();
    globalThis.addEventListener("keydown", (event) => this.keyDown(event), true);
    globalThis.addEventListener("scroll", () => this.term && topOf(this.term) !== this.top && this.hide(), true);
    globalThis.addEventListener("pointerdown", (event) => this.isOf(event) || this.hide(), true);
  }

  speak(table) {
    this.hide();
    this.meanings = new Map(table.map(([slug, name, , meaning]) => [slug, [name, meaning]]));
  }

  // In the document, and in every part of it that keeps its elements to itself.
  listen(root) {
    if (this.listening.has(root)) return;
    this.listening.add(root);
    const on = (name, act) => root.addEventListener(name, (event) => {
      const term = event.target.closest?.(TERM) ?? fieldAt(event.target);
      if (term) act(term, event);
    });
    on("pointerover", (term, { pointerType }) => pointerType !== "touch" && this.show(term));
    on("pointerout", (term, { pointerType }) => pointerType !== "touch" && this.leave());
    on("focusin", (term) => term.matches(":focus-visible") && this.show(term));
    on("focusout", () => this.hide());
    const isButton = (term, { key }) => term.matches(".term") && [" ", "Enter"].includes(key);
    on("keydown", (term, event) => (isButton(term, event) ? this.turn(term, event) : isField(term) && this.hide()));
    on("click", (term, event) => (isField(term) ? this.hide() : this.turn(term, event)));
  }

  isOf(event) {
    return Boolean(this.tip) && event.composedPath().some((one) => one === this.tip || one === this.term);
  }

  keyDown(event) {
    if (event.key !== "Escape" || !this.tip) return;
    event.stopPropagation();
    this.hide();
  }

  turn(term, event) {
    event.preventDefault();
    event.stopPropagation();
    const isKept = this.term === term && this.isKept;
    if (isKept) return this.hide();
    this.show(term);
    this.isKept = true;
  }

  leave() {
    if (!this.isKept) this.leaving = setTimeout(() => this.hide(), LEAVING);
  }

  show(term) {
    clearTimeout(this.leaving);
    if (this.term === term) return;
    this.hide();
    const [name, meaning] = this.said(term);
    if (!meaning) return;
    const scope = term.getRootNode();
    this.tip = add(scope.body ?? scope, "div");
    Object.assign(this.tip, { id: "mha-viz-term", popover: "manual" });
    this.tip.setAttribute("role", "tooltip");
    if (name) add(this.tip, "strong", "", `${name}\n`);
    this.tip.append(meaning);
    this.tip.addEventListener("pointerenter", () => clearTimeout(this.leaving));
    this.tip.addEventListener("pointerleave", () => this.leave());
    term.setAttribute("aria-describedby", this.tip.id);
    Object.assign(this, { term, top: topOf(term) });
    this.watch = globalThis.setInterval(() => term.isConnected || this.hide(), 500);
    besideTerm(this.tip, term);
  }

  hide() {
    clearTimeout(this.leaving);
    globalThis.clearInterval(this.watch);
    this.term?.removeAttribute("aria-describedby");
    this.tip?.remove();
    this.term = this.tip = null;
    this.isKept = false;
  }

  // The facts of a model stand in the title of its link, where the browser would show them by a mouse alone.
  said(term) {
    if (isField(term)) return ["", factsOf(term)];
    if (term.title) {
      term.dataset.said = term.title;
      term.removeAttribute("title");
    }
    const word = term.dataset.word ?? decodeURIComponent(term.getAttribute("href").replace("#word-", ""));
    return this.meanings.get(word) ?? [term.textContent, term.dataset.said];
  }
}

const topOf = (element) => Math.round(element.getBoundingClientRect().top);

// Under the term, or over it where there is no room; in the colours of what is around it.
function besideTerm(tip, term) {
  const { color, fontFamily } = getComputedStyle(term);
  const looks = { color, fontFamily, background: groundOf(term), border: `1px solid ${color}`, borderRadius: "0.5rem" };
  const shape = { position: "fixed", inset: "auto", margin: 0, padding: "0.5rem 0.75rem", boxSizing: "border-box" };
  const text = { fontSize: "0.9375rem", lineHeight: 1.4, fontWeight: 400, textAlign: "left", whiteSpace: "pre-line" };
  const wide = Math.min(360, window.innerWidth - 2 * EDGE);
  Object.assign(tip.style, looks, shape, text, { width: "max-content", maxWidth: `${wide}px`, zIndex: 999_999 });
  tip.showPopover?.();
  const [at, size] = [term.getClientRects()[0] ?? term.getBoundingClientRect(), tip.getBoundingClientRect()];
  const below = at.bottom + 4 + size.height <= window.innerHeight;
  const left = Math.max(EDGE, Math.min(at.left, window.innerWidth - EDGE - size.width));
  Object.assign(tip.style, { left: `${left}px`, top: `${below ? at.bottom + 4 : at.top - 4 - size.height}px` });
}

function groundOf(element) {
  for (let node = element; node; node = node.parentElement ?? node.getRootNode().host) {
    const { backgroundColor } = getComputedStyle(node);
    if (backgroundColor !== "transparent" && !backgroundColor.endsWith(", 0)")) return backgroundColor;
  }
  return "Canvas";
}
