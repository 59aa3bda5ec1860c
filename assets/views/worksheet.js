// ---- a worksheet: its pieces on two pages, in letters as large as fit -----------------------------------------------

import { add } from "./elements.js";
import { paintAlone, svgOf, viewIn } from "./sheets.js";
import { filled } from "./texts.js";

const PAPER = 680; // pixels: as wide as a page of paper
const MORE_LINES = 6; // for each question
const LETTERS = [12, 11.5, 11, 10.5, 10, 9.5, 9]; // points

const main = document.querySelector("main");
const pages = [...main.querySelectorAll(".page")];
const items = [...main.querySelectorAll(".item")];

const isFull = (page) => page.scrollHeight > page.clientHeight;

// Pieces stand on the page where they belong; or, where that is too full, as many as fit on the first.
function fits(kept, byPart) {
  for (const page of pages) page.replaceChildren();
  for (const item of kept) {
    const [first, second] = pages;
    const belongs = byPart ? pages[item.dataset.part - 1] : second.childElementCount ? second : first;
    belongs.append(item);
    if (!byPart && belongs === first && isFull(first)) moveOn(first, second);
    else if (isFull(belongs)) return false;
  }
  return true;
}

// The last piece of a page onto the next, and with it the title that would be left without what it is about.
function moveOn(first, second) {
  second.prepend(first.lastElementChild);
  const last = first.lastElementChild;
  if (last?.classList.contains("title") && last !== first.firstElementChild) second.prepend(last);
}

const fitsSomehow = (kept) => fits(kept, true) || fits(kept, false);

function fitted() {
  for (const tight of [false, true]) {
    main.classList.toggle("tight", tight);
    for (const letters of LETTERS) {
      main.style.fontSize = `${letters}pt`;
      if (fitsSomehow(items)) return true;
    }
  }
  return false;
}

// What does not fit in the smallest letters is left out from the end, and how much that is is said.
function leaveOut() {
  for (let n = items.length - 1; n > 0; n--) {
    const left = items.slice(n).filter((item) => !item.matches(".title, .extra")).length;
    if (fitsSomehow([...items.slice(0, n), ...(left ? [noteOf(left)] : [])])) return;
  }
}

function noteOf(left) {
  const note = document.createElement("div");
  note.className = "item left-out";
  note.dataset.part = "2";
  add(note, "p", "", filled(main.dataset.says, { n: left }));
  return note;
}

// Where a page has room left, there are more lines to write on, in turn.
function fillWithLines(page) {
  const writable = [...page.querySelectorAll(".lines")];
  for (let turn = 0; writable.length && turn < MORE_LINES * writable.length; turn++) {
    const line = add(writable[turn % writable.length], "i");
    if (isFull(page)) {
      line.remove();
      return;
    }
  }
}

for (const holder of main.querySelectorAll("[data-buffer]")) {
  const view = viewIn(holder);
  holder.querySelector(".still").append(svgOf((pen) => paintAlone(pen, view, PAPER)));
}
if (!fitted()) leaveOut();
if (!main.classList.contains("tight")) pages.forEach(fillWithLines);
main.querySelector(".items").remove();
