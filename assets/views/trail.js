// ---- trail: a text with the mentions of one name, and what each of them gives back to the first ---------------------
//
// `attention` (to the first mention), `earlier` (to all earlier ones) and `ordinary` (of words around, to the first)
// are (head, mention); nan where there is nothing to tell, as for the first mention. `places` says how far into the
// text each mention stands, 0 to 1.

import { css, ink, paletteOf, themed } from "./colours.js";
import { add, addButton, addReadout, place } from "./elements.js";
import { addSvg, SvgPen, textWidth } from "./pens.js";
import { wrapped } from "./saving.js";
import { pointIn, STEPS } from "./stage.js";
import { count, headName, inPercent, number } from "./wording.js";

export const renderer = { draw: drawTrail, paint: paintTrail, table: trailTable };

const [STRIP, EDGE] = [30, 3]; // pixels: of a strip, and above and below its bars
const FLOW = 14; // size of the text in exports
const LEAST = 0.02; // what ordinary words give is shown from here
const VALUES = ["attention", "earlier", "ordinary"];
const [STRONG, FAINT] = [180, 85]; // levels of the palette: what goes to the first mention, and to all earlier ones

function trailShare(value) {
  return Number.isNaN(value) || value === null ? "–" : inPercent(value);
}

function trailHead(view, h) {
  return headName(...view.heads[h]);
}

function trailAt(view, name, h, mention) {
  return view[name][h * view.places.length + mention];
}

// What there is to say of one mention, whichever name it is of.
function trailSays(view, h, name, mention) {
  const { name: spelled, n } = view.names[name];
  const which = `“${spelled}”, mention ${mention + 1} of ${n}`;
  if (name !== view.chosen) return `${which}: click it, or press Enter, to follow this name`;
  if (mention === 0) return `${which}: the first, word ${count(view.words[0])} of ${count(view.n_words)}`;
  const value = trailAt(view, "attention", h, mention);
  if (Number.isNaN(value)) return `${which}: the model reads no token of it`;
  const ordinary = trailAt(view, "ordinary", h, mention);
  const others = Number.isNaN(ordinary) ? "" : `; ordinary words around it ${trailShare(ordinary)}`;
  const all = mention > 1 ? `, ${trailShare(trailAt(view, "earlier", h, mention))} to all earlier ones` : "";
  return `${which}: ${trailShare(value)} back to the first in ${trailHead(view, h)}${all}${others}`;
}

// One head along the text, in pixels: where the first mention stands, and a bar for each later one: how high it is for
// the first mention and for all earlier ones, and where the line of the ordinary words crosses it, if they give much.
export function stripLayout(view, h, width) {
  const high = STRIP - 2 * EDGE;
  const wide = Math.max(3, Math.min(10, width / view.places.length - 2));
  const left = (mention) => Math.max(0, Math.min(width - wide, view.places[mention] * width - wide / 2));
  const bars = [];
  view.places.forEach((_, mention) => {
    const [value, earlier, ordinary] = VALUES.map((name) => trailAt(view, name, h, mention));
    if (Number.isNaN(value)) return;
    const level = ordinary > LEAST ? EDGE + high * (1 - ordinary) : null;
    const [tall, all] = [Math.max(1, value * high), earlier * high];
    bars.push({ mention, x: left(mention), value, earlier, tall, all, level });
  });
  const isFirst = Number.isNaN(trailAt(view, "attention", h, 0));
  return { wide, bottom: EDGE + high, first: isFirst ? left(0) + wide / 2 - 1.5 : null, bars };
}

function paintStrip(pen, view, h, width, table, dark) {
  const fill = ink(dark);
  const { wide, bottom, first, bars } = stripLayout(view, h, width);
  pen.rect(0, EDGE, width, bottom - EDGE, themed("strip", dark));
  if (first !== null) pen.rect(first, 0, 3, STRIP, themed("mark"), "the first mention");
  for (const { mention, x, value, earlier, tall, all, level } of bars) {
    const title = `mention ${mention + 1}`;
    pen.rect(x, bottom - all, wide, all, css(table, FAINT), `${title}, all earlier ones: ${number(earlier)}`);
    pen.rect(x, bottom - tall, wide, tall, css(table, STRONG), `${title}: ${number(value)}`);
    if (level !== null) pen.line(x - 1.5, level, x + wide + 1.5, level, fill, 1.5, 1);
  }
  pen.line(0, bottom, width, bottom, fill, 1, 0.6);
}

// ---- on the page ----------------------------------------------------------------------------------------------------

// Which head a reader chose holds until another head or name is sent.
function recall(view, memory) {
  if (memory.sent === view.head && memory.of === view.chosen) return;
  Object.assign(memory, { sent: view.head, of: view.chosen, head: view.head });
}

function drawTrail(body, view, width, send, dark, memory) {
  recall(view, memory);
  const table = paletteOf(view, dark);
  const sentence = add(body, "p", "caption");
  const wide = width >= 860;
  const readout = addReadout(body, view.hint);
  const parts = add(body, "div", wide ? "trail" : "trail narrow");
  const choose = (h) => {
    memory.head = h;
    sentence.textContent = view.sentences[h];
    strips.choose(h);
    text.choose(h);
  };
  const point = (stop) => {
    memory.stop = stop;
    const [, name, mention] = view.segments[stop];
    readout.textContent = trailSays(view, memory.head, name, mention);
    text.point(stop);
    strips.point(name === view.chosen ? mention : -1);
  };
  const jump = (mention) => {
    const stop = stopsOf(view, view.chosen).find((i) => view.segments[i][2] === mention);
    point(stop);
    text.show(stop);
  };
  const follow = (name) => {
    if (name === view.chosen || send("name", name) !== false) return;
    readout.textContent = `This page holds the trail of “${view.names[view.chosen].name}” alone.`;
  };
  const open = (h) => {
    choose(h);
    send("head", view.heads[h]);
  };
  const strips = trailStrips(view, wide ? 380 : width, table, dark, { choose: open, jump });
  const text = trailText(view, table, { point, follow, memory });
  parts.append(...(wide ? [text.scroll, strips.box] : [strips.box, readout, text.scroll])); // what is said, by the text
  choose(memory.head);
  if (memory.stop !== undefined) point(memory.stop);
  keepScrolled(text.scroll, strips, memory);
}

// The part of the text in view, marked below the strips and remembered.
function keepScrolled(scroll, strips, memory) {
  scroll.scrollTop = memory.scrolled ?? 0;
  const seen = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroll;
    memory.scrolled = scrollTop;
    strips.window(scrollTop / scrollHeight, Math.min(1, (scrollTop + clientHeight) / scrollHeight));
  };
  scroll.addEventListener("scroll", seen, { passive: true });
  seen();
}

// The mention nearest to a place in the text, 0 to 1.
export function nearestMention(places, at) {
  const distances = Array.from(places, (start) => Math.abs(start - at));
  return distances.indexOf(Math.min(...distances));
}

const EXPLAINED =
  "Left to right: the whole text; below, the part in view. Orange: the first mention. Strong bars: to the first; " +
  "faint ones: to all earlier mentions, up to 100 %. The line across a bar: what ordinary words there give the " +
  "first, from 2 %.";

// The best heads, each along the text; a click on a name of a head chooses it, one on a strip goes to that mention.
function trailStrips(view, width, table, dark, { choose, jump }) {
  const box = document.createElement("section");
  box.className = "trail-heads";
  box.style.width = `${width}px`;
  add(box, "h3", "", "Back to the first mention, along the text");
  const [left, right] = [78, 92];
  const length = Math.max(60, width - left - right - 16);
  const rows = view.heads.map((_, h) => trailRow(box, view, h, length, table, dark, { choose, jump }));
  const scale = add(box, "div", "trail-row");
  const seen = add(add(scale, "div", "trail-scale"), "div", "trail-window");
  Object.assign(seen.parentElement.style, { width: `${length}px`, marginLeft: `${left + 8}px` });
  add(box, "p", "small-note", EXPLAINED);
  return {
    box,
    choose: (h) => rows.forEach(({ button }, i) => button.setAttribute("aria-pressed", String(i === h))),
    point: (mention) =>
      rows.forEach(({ mark }) => {
        if (mention < 0) mark.style.display = "none";
        else place(mark, Math.max(0, Math.min(length - 12, view.places[mention] * length - 6)), 0, 12, STRIP);
      }),
    window: (from, to) => Object.assign(seen.style, { left: `${100 * from}%`, width: `${100 * (to - from)}%` }),
  };
}

function trailRow(box, view, h, length, table, dark, { choose, jump }) {
  const row = add(box, "div", "trail-row");
  const name = trailHead(view, h);
  const button = addButton(row, "name", name, name, () => choose(h));
  const strip = add(row, "div", "trail-strip");
  strip.style.width = `${length}px`;
  paintStrip(new SvgPen(addSvg(strip, length, STRIP)), view, h, length, table, dark);
  const mark = add(strip, "div", "mark");
  const [mean, others] = view.means[h].map(trailShare);
  add(add(row, "span", "numbers", mean), "small", "", `others ${others}`);
  strip.addEventListener("click", (event) => jump(nearestMention(view.places, pointIn(event, strip)[0] / length)));
  return { button, mark };
}

// The text; its names are buttons that the arrow keys go through.
function trailText(view, table, { point, follow, memory }) {
  const scroll = document.createElement("div");
  scroll.className = "scroll trail-text";
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
    add(button, "span", "", text);
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
  add(button, "span", "value", mention === 0 ? "first" : trailShare(value));
  if (mention === 0 || Number.isNaN(value)) return;
  const bar = add(add(button, "span", "meter"), "span", "bar");
  bar.style.width = `${100 * value}%`;
  bar.style.background = css(table, STRONG);
}

// The segments that are mentions: of one name, or of any.
function stopsOf(view, chosen) {
  const stops = view.segments.map(([, name], stop) => [stop, name]);
  return stops.filter(([, name]) => name >= 0 && (chosen === undefined || name === chosen)).map(([stop]) => stop);
}

// Where a key leads from a segment: up and down among the mentions of the name that is followed, left and right among
// all; undefined where there is no further one.
export function nextStop(view, key, from) {
  const step = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  const stops = stopsOf(view, key === "ArrowDown" || key === "ArrowUp" ? view.chosen : undefined);
  const at = from ?? (step > 0 ? -1 : view.segments.length);
  return step > 0 ? stops.find((stop) => stop > at) : stops.findLast((stop) => stop < at);
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

// ---- for exports: the sentence, the strips, then the whole text -----------------------------------------------------

function paintTrail(pen, view, width, dark, memory = {}) {
  const chosen = memory.head ?? view.head;
  const table = paletteOf(view, dark);
  const fill = ink(dark);
  let y = 0;
  for (const line of wrapped(view.sentences[chosen], 15, width)) {
    pen.text(line, 0, y + 10, { size: 15, fill });
    y += 22;
  }
  y += 8;
  view.heads.forEach((_, h) => {
    const [attention, ordinary] = view.means[h];
    pen.text(trailHead(view, h), 0, y + STRIP / 2, { size: 14, fill, bold: h === chosen });
    pen.group(80, y, () => paintStrip(pen, view, h, width - 300, table, dark));
    const means = `${trailShare(attention)}, ordinary words ${trailShare(ordinary)}`;
    pen.text(means, width - 210, y + STRIP / 2, { size: 13, fill });
    y += STRIP + 6;
  });
  const explained =
    `Left to right: the whole text, ${count(view.n_words)} words. Orange: the first mention. ` +
    "Strong bars: to the first; faint: to all earlier mentions, up to 100 %.";
  pen.text(explained, 80, y + 8, { size: 12, fill });
  const { pieces, height } = flowLayout(view, chosen, width);
  for (const piece of pieces) paintPiece(pen, { ...piece, y: y + 36 + piece.y }, table, fill);
  return { width, height: y + 36 + height };
}

// The text in lines: its words and its mentions with their places. Of the name that is followed, mentions have a box,
// a number (`words`) and a `value`.
export function flowLayout(view, h, width) {
  const [step, space] = [30, textWidth(" ", FLOW)];
  let [x, y] = [0, 0];
  const pieces = [];
  const put = (wide, piece) => {
    if (x > 0 && x + wide > width) [x, y] = [0, y + step];
    pieces.push({ x, y, wide, ...piece });
    x += wide;
  };
  const flow = (part) => {
    if (part.trim()) put(textWidth(part, FLOW), { text: part });
    else if (part.includes("\n")) [x, y] = [0, y + step];
    else if (x > 0) x += space;
  };
  for (const [text, name, mention] of view.segments) {
    if (name < 0) text.split(/(\s+)/).filter(Boolean).forEach(flow);
    else if (name !== view.chosen) put(textWidth(text, FLOW), { text, isName: true });
    else {
      const value = trailAt(view, "attention", h, mention);
      const words = mention === 0 ? "first" : trailShare(value);
      put(textWidth(text, FLOW) * 1.08 + textWidth(words, 11) + 12, { text, mention, value, words });
    }
  }
  return { pieces, height: y + step };
}

function paintPiece(pen, { x, y, wide, text, isName, mention, value, words }, table, fill) {
  if (isName) pen.line(x, y + 9, x + wide, y + 9, fill, 1, 0.5);
  if (words === undefined) {
    pen.text(text, x, y, { size: FLOW, fill });
    return;
  }
  pen.box(x, y - 11, wide, 22, mention ? css(table, STRONG) : themed("mark"), mention ? 1 : 2);
  const title = `mention ${mention + 1}: ${number(value)}`;
  if (value > 0) pen.rect(x, y + 8, wide * value, 3, css(table, STRONG), title);
  pen.text(words, x + wide - 3, y, { size: 11, fill, align: "right" });
  pen.text(text, x + 3, y, { size: FLOW, fill, bold: true });
}

function trailTable(view) {
  const share = (name, h, mention) => (mention ? trailShare(trailAt(view, name, h, mention)) : "");
  const mentions = view.segments.filter(([, name]) => name === view.chosen);
  const rows = mentions.map(([text, , mention]) => [
    `${mention + 1}${mention ? "" : " (first)"}`, text, count(view.words[mention]),
    ...view.heads.flatMap((_, h) => ["attention", "earlier", "ordinary"].map((what) => share(what, h, mention))),
  ]);
  const names = view.heads.flatMap((_, h) => {
    const name = trailHead(view, h);
    return [name, `${name}, all earlier`, `${name}, ordinary words`];
  });
  return { head: ["mention", "spelled", "word", ...names], rows };
}
