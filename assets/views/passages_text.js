// ---- the text of a view of passages: its words, of which two mark a passage; part of that view ----------------------
//
// `marking` holds the words, what stands between each and the next, and the first and the last that are marked.

import { add, isTouched } from "./elements.js";
import { STEPS } from "./stage.js";
import { gettext } from "./texts.js";

const DOWN = 8; // words that the arrow keys up and down go

// The first and the last of two words, whichever was met first.
export const endsOf = (one, other) => [Math.min(one, other), Math.max(one, other)];

// What there is to say of a word that is pointed at, while a passage begins at another one or at none.
export function markingSays({ words }, from, at) {
  if (from === undefined) {
    return isTouched()
      ? gettext("Tap the first and the last word of a passage.")
      : gettext("Drag over a passage, or click its first and its last word.");
  }
  const [first, last] = endsOf(from, at ?? from).map((i) => words[i]);
  return at === undefined || at === from
    ? gettext("From “{word}” to …: choose the last word.", { word: words[from] })
    : gettext("From “{word}” to “{other}”", { word: first, other: last });
}

// The text, and under it what a word that is pointed at says. A mouse drags over the words; a finger, which scrolls by
// dragging, taps the first and the last, and so do a click and Enter.
export function passageText(body, view, memory, send) {
  const { marking } = view;
  if (memory.marked !== String(marking.marked)) {
    Object.assign(memory, { marked: String(marking.marked), from: undefined, at: marking.marked[0] ?? 0, isNew: true });
  }
  const scroll = add(body, "div", "scroll marking");
  Object.assign(scroll, { tabIndex: 0, dir: marking.right_to_left ? "rtl" : "ltr" });
  scroll.dataset.key = "marking";
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", gettext("The text: a first and a last word mark a passage"));
  const said = add(body, "output", "marking-said");
  said.setAttribute("aria-live", "polite");
  new Marking(scroll, marking, memory, { send, say: (words) => (said.textContent = words) });
}

class Marking {
  constructor(scroll, marking, memory, tell) {
    Object.assign(this, { scroll, marking, memory, ...tell, dragged: undefined });
    this.words = marking.words.map((word, i) => {
      const element = add(scroll, "span", "token", word);
      Object.assign(element, { dir: "auto" });
      element.dataset.at = i;
      return [element, add(scroll, "span", "gap", marking.gaps[i])];
    });
    if (memory.isNew) this.show(marking.marked[0] ?? 0);
    memory.isNew = false;
    this.point();
    this.listen();
  }

  // The words of a passage, and what stands between them.
  paint([first, last], isAsked = false) {
    this.scroll.classList.toggle("asked", isAsked);
    this.words.forEach(([word, gap], i) => {
      word.classList.toggle("in", i >= first && i <= last);
      gap.classList.toggle("in", i >= first && i < last);
    });
  }

  // The text moves, the page does not.
  show(at) {
    const { scroll, words } = this;
    const [word] = words[at] ?? [];
    if (!word) return;
    const [inside, outside] = [word.getBoundingClientRect(), scroll.getBoundingClientRect()];
    if (inside.top >= outside.top && inside.bottom <= outside.bottom) return;
    scroll.scrollTop += inside.top - outside.top - 4;
  }

  point(at) {
    const { marking, memory } = this;
    const from = this.dragged ?? memory.from;
    if (from === undefined) this.paint(marking.marked);
    else this.paint(endsOf(from, at ?? from), true);
    this.say(markingSays(marking, from, at));
  }

  // A word is chosen: as the first of a passage, or as its last.
  pick(at) {
    const { memory } = this;
    memory.at = at;
    if (memory.from !== undefined) return this.mark(memory.from, at);
    memory.from = at;
    return this.point(at);
  }

  mark(from, at) {
    const ends = endsOf(from, at);
    Object.assign(this.memory, { from: undefined, at, marked: String(ends) });
    this.paint(ends);
    this.say(markingSays(this.marking));
    this.send("mark", ends);
  }

  listen() {
    const { scroll } = this;
    const at = (event) => {
      const word = event.target.closest?.("span.token");
      return word ? Number(word.dataset.at) : undefined;
    };
    scroll.addEventListener("pointerdown", (event) => this.press(event, at(event)));
    scroll.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch" && at(event) !== undefined) this.point(this.over = at(event));
    });
    scroll.addEventListener("pointerleave", () => this.dragged === undefined && this.point());
    scroll.addEventListener("click", (event) => at(event) !== undefined && !this.wasDragged && this.pick(at(event)));
    scroll.addEventListener("keydown", (event) => this.pressKey(event));
  }

  // From here a mouse drags, until its button comes up wherever that is.
  press(event, from) {
    this.wasDragged = false;
    if (event.pointerType === "touch" || event.button || from === undefined) return;
    Object.assign(this, { dragged: from, over: from });
    const end = (ended) => {
      for (const name of ["pointerup", "pointercancel"]) window.removeEventListener(name, end);
      const { over } = this;
      this.dragged = undefined;
      if (over === from || ended.type === "pointercancel") return;
      this.wasDragged = true;
      this.mark(from, over);
    };
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, end);
  }

  pressKey(event) {
    const { memory, marking, words } = this;
    if (event.key in STEPS) {
      const [down, right] = STEPS[event.key];
      const next = memory.at + (marking.right_to_left ? -right : right) + down * DOWN;
      memory.at = Math.max(0, Math.min(words.length - 1, next));
      this.show(memory.at);
      this.point(memory.at);
      if (memory.from === undefined) this.say(marking.words[memory.at]);
    } else if (event.key === "Enter" || event.key === " ") {
      this.pick(memory.at);
    } else if (event.key === "Escape" && memory.from !== undefined) {
      memory.from = undefined;
      this.point();
    } else {
      return;
    }
    this.words.forEach(([word], i) => word.classList.toggle("at", i === memory.at));
    event.preventDefault();
    event.stopPropagation();
  }
}
