// ---- text of a trail: with a button for every mention, and in exports in lines; part of that view -------------------

import { css, themed } from "./colours.js";
import { add } from "./elements.js";
import { inLine, isolated } from "./labels.js";
import { nextStop, stopsOf, STRONG, trailAt, trailShare } from "./mentions.js";
import { textWidth } from "./pens.js";
import { brokenWord } from "./saving.js";
import { STEPS } from "./stage.js";
import { gettext } from "./texts.js";
import { number } from "./wording.js";

const FLOW = 14; // size of the text in exports

// The text; its names are buttons that the arrow keys go through.
export function trailText(view, table, { point, follow, memory }) {
  const scroll = document.createElement("div");
  scroll.className = "scroll trail-text";
  scroll.dir = view.right_to_left ? "rtl" : "ltr";
  scroll.tabIndex = 0;
  scroll.dataset.key = "trail";
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", view.label);
  const buttons = addSegments(scroll, view, { point, follow });
  scroll.addEventListener("keydown", (event) => trailKey(event, view, memory, {
    go: (stop) => {
      point(stop);
      buttons.get(stop).scrollIntoView({ block: "nearest" });
    },
    follow,
  }));
  return {
    scroll,
    show: (stop) => {
      const [inside, outside] = [buttons.get(stop).getBoundingClientRect(), scroll.getBoundingClientRect()];
      scroll.scrollTop += inside.top - outside.top - scroll.clientHeight / 2; // the text moves, the page does not
    },
    point: (stop) => {
      scroll.querySelector(".current")?.classList.remove("current");
      buttons.get(stop)?.classList.add("current");
    },
    choose: (h) => {
      for (const stop of stopsOf(view, view.chosen)) writeValue(buttons.get(stop), view, h, stop, table);
    },
  };
}

// The text with a button for every mention of a name, by the number of its segment.
function addSegments(scroll, view, { point, follow }) {
  const buttons = new Map();
  view.segments.forEach(([text, name, mention], stop) => {
    if (name < 0) {
      scroll.append(document.createTextNode(text));
      return;
    }
    const button = add(scroll, "button", "mention");
    button.type = "button";
    button.tabIndex = -1; // the arrow keys of the text reach it
    add(button, "span", "", text).dir = "auto";
    button.addEventListener("click", () => {
      point(stop);
      follow(name);
    });
    button.addEventListener("pointerenter", () => point(stop));
    if (name === view.chosen) {
      button.classList.add("chosen", ...(mention === 0 ? ["first"] : []));
      button.setAttribute("aria-current", "true");
    }
    buttons.set(stop, button);
  });
  return buttons;
}

// What a mention gives back to the first, in its button.
function writeValue(button, view, h, stop, table) {
  const mention = view.segments[stop][2];
  button.querySelectorAll(".value, .meter").forEach((element) => element.remove());
  const value = trailAt(view, "attention", h, mention);
  add(button, "span", "value", mention === 0 ? gettext("first") : trailShare(value));
  if (mention === 0 || Number.isNaN(value)) return;
  const bar = add(add(button, "span", "meter"), "span", "bar");
  bar.style.width = `${100 * value}%`;
  bar.style.background = css(table, STRONG);
}

function trailKey(event, view, memory, { go, follow }) {
  if (event.key in STEPS) {
    const next = nextStop(view, event.key, memory.stop);
    if (next !== undefined) go(next);
  } else if ((event.key === "Enter" || event.key === " ") && memory.stop !== undefined) {
    follow(view.segments[memory.stop][1]);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

// The text in lines: its words and its mentions with their places. Of the name that is followed, mentions have a box,
// a number (`words`) and a `value`. A word that is longer than a line is cut at its end. Where most of the text runs
// from the right, so do the lines.
export function flowLayout(view, h, width) {
  const [step, space] = [30, textWidth(" ", FLOW)];
  let [x, y] = [0, 0];
  const pieces = [];
  const put = (wide, piece) => {
    if (x > 0 && x + wide > width) [x, y] = [0, y + step];
    pieces.push({ x, y, wide, ...piece });
    x += wide;
  };
  const write = (text) => put(textWidth(text, FLOW), { text: inLine(text, view.right_to_left) });
  const flow = (part) => {
    if (part.trim()) brokenWord(part, FLOW, width).forEach(write);
    else if (part.includes("\n")) [x, y] = [0, y + step];
    else if (x > 0) x += space;
  };
  for (const [text, name, mention] of view.segments) {
    if (name < 0) text.split(/(\s+)/).filter(Boolean).forEach(flow);
    else if (name !== view.chosen) put(textWidth(text, FLOW), { text, isName: true });
    else {
      const value = trailAt(view, "attention", h, mention);
      const words = mention === 0 ? gettext("first") : trailShare(value);
      put(textWidth(text, FLOW) * 1.08 + textWidth(words, 11) + 12, { text, mention, value, words });
    }
  }
  if (view.right_to_left) for (const piece of pieces) piece.x = width - piece.x - piece.wide;
  return { pieces, height: y + step };
}

export function paintPiece(pen, { x, y, wide, text, isName, mention, value, words }, table, fill) {
  if (isName) pen.line(x, y + 9, x + wide, y + 9, fill, 1, 0.5);
  if (words === undefined) {
    pen.text(text, x, y, { size: FLOW, fill });
    return;
  }
  pen.box(x, y - 11, wide, 22, mention ? css(table, STRONG) : themed("mark"), mention ? 1 : 2);
  const title = `${gettext("mention {i}", { i: mention + 1 })}: ${number(value)}`;
  if (value > 0) pen.rect(x, y + 8, wide * value, 3, css(table, STRONG), title);
  pen.text(words, x + wide - 3, y, { size: 11, fill, align: "right" });
  pen.text(isolated(text), x + 3, y, { size: FLOW, fill, bold: true });
}
