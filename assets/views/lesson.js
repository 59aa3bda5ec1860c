// ---- a lesson in a page of its own: played by keys, without network; printed with pictures that stand still ---------

import { add } from "./elements.js";
import { bytesIn, paintAlone, svgOf, viewIn } from "./sheets.js";
import { show } from "./show.js";
import { filled } from "./texts.js";

const PAPER = 680; // pixels: as wide as a page of paper at the size of its text
const GOES = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

const steps = [...document.querySelectorAll(".step")];
// Each step, and before it its question alone where it has one: [step, whether it only asks].
const places = steps.flatMap((step, i) => (step.querySelector(".question") ? [[i, true], [i, false]] : [[i, false]]));
const [back, next, notes, place] = ["back", "next", "notes", "place"].map((id) => document.getElementById(id));
let at = Math.max(0, places.findIndex(([i, asks]) => !asks && location.hash === `#${i + 1}`));

function go(to) {
  at = Math.max(0, Math.min(places.length - 1, to));
  const [i, asks] = places[at];
  steps.forEach((step, other) => step.classList.toggle("now", other === i));
  document.body.classList.toggle("asking", asks);
  document.body.classList.toggle("first", i === 0);
  place.textContent = filled(place.dataset.says, { n: i + 1, all: steps.length });
  [back.disabled, next.disabled] = [at === 0, at === places.length - 1];
  history.replaceState(null, "", `#${i + 1}`);
  window.scrollTo(0, 0);
  if (!asks) drawIn(steps[i]);
}

function drawIn(step) {
  for (const holder of step.querySelectorAll("[data-buffer]")) {
    const root = holder.querySelector(".view");
    if (!root.drawn) show(root, bytesIn(holder), () => false); // nobody is there to be told
  }
}

// What is printed cannot be pointed at, and is as wide as paper.
function still(holder) {
  const view = viewIn(holder);
  const space = holder.querySelector(".still");
  if (view.caption) add(space, "p", "caption", view.caption);
  space.append(svgOf((pen) => paintAlone(pen, view, PAPER)));
  if (view.note) add(space, "p", "of", view.note);
}

function answer(question, choice) {
  const right = Number(question.dataset.right);
  const buttons = [...question.querySelectorAll("button")];
  buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === choice)));
  question.classList.add("answered");
  question.dataset.got = String(choice === right);
  const [all, got] = ["[data-right]", '[data-got="true"]'].map((of) => document.querySelectorAll(`.asks${of}`).length);
  const count = document.querySelector(".count");
  count.textContent = filled(count.dataset.says, { n: got, all });
}

for (const question of document.querySelectorAll(".asks")) {
  question.querySelectorAll("button").forEach((button, i) => {
    button.addEventListener("click", () => answer(question, i));
  });
}
back.addEventListener("click", () => go(at - 1));
next.addEventListener("click", () => go(at + 1));
notes.addEventListener("click", () => {
  const shown = document.body.classList.toggle("with-notes");
  notes.setAttribute("aria-pressed", String(shown));
});
window.addEventListener("keydown", (event) => {
  const isElsewhere = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
  if (isElsewhere || event.target.matches?.("input, select, textarea") || !GOES[event.key]) return;
  event.preventDefault();
  go(at + GOES[event.key]);
});
for (const details of document.querySelectorAll("details")) {
  window.addEventListener("beforeprint", () => (details.open = true));
}
for (const holder of document.querySelectorAll("[data-buffer]")) still(holder);
document.body.classList.add("playing");
go(at);
