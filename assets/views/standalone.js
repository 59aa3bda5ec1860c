// ---- in a page of its own (a saved file, a notebook): the data stands in the page, and nobody else answers ----------
//
// A picture of all heads may come with the numbers of heads: a click on one opens it in the same place.

import { add, addButton } from "./elements.js";
import { savingButtons } from "./saving.js";
import { parse, show, stated } from "./show.js";
import { filled, gettext } from "./texts.js";
import { count, headName } from "./wording.js";

const LONGEST = 600; // characters of a text that stand above a picture
const isFramed = window.parent !== window;
if (isFramed) document.documentElement.classList.add("framed"); // the frame is as high as the page, not the other way

class Page {
  constructor(main) {
    const buffers = [...main.querySelectorAll("[data-buffer]")].map(bytesIn);
    const root = main.querySelector(".view");
    Object.assign(this, { main, heading: main.querySelector("h1"), text: main.querySelector(".text") });
    this.foot = main.querySelector(".foot");
    this.first = { root, data: buffers[0] };
    if (buffers.length > 1) this.addSecond(buffers[1], root);
    this.shown = this.first;
    this.draw(this.first);
    savingButtons(main.querySelector(".below"), () => this.now(), null);
    document.addEventListener("keydown", (event) => this.keyDown(event), { capture: true });
    if (isFramed) this.tellHeight();
  }

  addSecond(data, before) {
    const [root, row] = [add(this.main, "div", "view"), add(this.main, "div", "view")];
    this.back = addButton(row, "clear", `← ${gettext("All heads")}`, "back", () => this.close());
    this.heading.after(row);
    before.after(root);
    root.hidden = this.back.hidden = true;
    this.second = { root, data, view: parse(data) };
  }

  draw(picture) {
    show(picture.root, picture.data, (name, value) => this.answer(name, value));
    this.restate();
  }

  now() {
    return { root: this.shown.root, view: stated(this.shown.root) };
  }

  // What the page says of the picture: its name, its text, how it was made.
  restate() {
    const { root, view } = this.now();
    document.title = this.heading.textContent = view.title;
    const { facts = [], note = "" } = view;
    const quoted = facts.length > 1 ? facts[0] : "";
    this.text.textContent = quoted.length > LONGEST ? `${quoted.slice(0, LONGEST)}…` : quoted;
    this.foot.textContent = facts.slice(quoted ? 1 : 0).join(" ");
    const noted = root.querySelector(".body > .note");
    if (noted && view !== root.drawn.view) noted.textContent = note;
  }

  answer(name, value) {
    if (name === "open" && this.second) this.open(value);
    else if (name === "turn") this.turn(...value);
    else this.restate();
    return false;
  }

  open([layer, head]) {
    const { root, view } = this.second;
    const at = placeOf(view, layer, head);
    if (at < 0) return this.sayMissing(layer, head);
    root.memory ??= { identity: view.identity };
    this.swap(this.second);
    this.look([at]);
    this.back.focus({ preventScroll: true });
  }

  // Other heads of those that are there.
  look(heads) {
    const { root } = this.second ?? this.first;
    root.memory.asked = heads; // see `recall` in head.js
    if (root.drawn) root.drawn.look = null; // it is drawn anew
    this.draw(this.shown);
  }

  swap(picture) {
    this.shown = picture;
    for (const one of [this.first, this.second]) one.root.hidden = one !== picture;
    this.back.hidden = picture === this.first;
  }

  close() {
    this.swap(this.first);
    this.restate();
    this.first.root.querySelector('[data-key="grid"]')?.focus({ preventScroll: true });
  }

  sayMissing(layer, head) {
    const readout = this.first.root.querySelector(".readout");
    const n = this.second.view.heads.length;
    const [name, call] = [headName(layer, head), `head_view(…, layer=${layer}, heads=[${head}])`];
    const message = gettext("This page has room for the numbers of {n} heads, and {head} is not among them: {call}.");
    readout.textContent = filled(message, { n: count(n), head: name, call });
  }

  // The next head of the layer, or the same head in the next layer.
  turn(down, right) {
    const { view } = this.now();
    const [from] = (this.shown.root.memory.heads ?? view.shown).map((i) => view.heads[i]);
    const layers = view.layers ?? [];
    const layer = layers[layers.indexOf(from.layer) + down];
    const at = placeOf(view, layer, from.head + right);
    if (at >= 0) this.look([at]);
  }

  keyDown(event) {
    if (event.key !== "Escape" || this.shown === this.first || this.shown.root.memory.picked?.length) return;
    event.stopPropagation();
    this.close();
  }

  // Whoever holds the frame makes it as high as what is in it.
  tellHeight() {
    const height = () => Math.ceil(this.main.getBoundingClientRect().height);
    const tell = () => window.parent.postMessage({ mhaVizHeight: height() }, "*");
    new ResizeObserver(tell).observe(this.main);
    tell();
  }
}

// Where a head stands among those that are there; of a whole layer there is one map.
function placeOf({ heads }, layer, head) {
  return heads.findIndex((one) => one.layer === layer && (one.head === head || one.head < 0));
}

function bytesIn(holder) {
  return Uint8Array.from(atob(holder.dataset.buffer), (character) => character.charCodeAt(0));
}

for (const main of document.querySelectorAll("main")) new Page(main);
