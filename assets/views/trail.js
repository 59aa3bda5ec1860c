// ---- trail: a text with the mentions of one name, and what each of them gives back to the first ---------------------
//
// `attention` (to the first mention), `earlier` (to all earlier ones) and `ordinary` (of words around, to the first)
// are (head, mention); nan where there is nothing to tell, as for the first mention. `places` says how far into the
// text each mention stands, 0 to 1.

import { css, ink, paletteOf, themed } from "./colours.js";
import { add, addButton, addReadout, place } from "./elements.js";
import { SVG, SvgPen, textWidth } from "./pens.js";
import { wrapped } from "./saving.js";
import { count, headName, inPercent, number } from "./wording.js";

export const renderer = { draw: drawTrail, paint: paintTrail, table: trailTable };

const STRIP = 30; // pixels high
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

// One head along the text: a bar for each later mention, a line across it for the ordinary words there.
function paintStrip(pen, view, h, width, table, dark) {
  const fill = ink(dark);
  const high = STRIP - 6;
  const wide = Math.max(3, Math.min(10, width / view.places.length - 2));
  const x = (mention) => Math.max(0, Math.min(width - wide, view.places[mention] * width - wide / 2));
  pen.rect(0, 3, width, high, themed("strip", dark));
  view.places.forEach((_, mention) => {
    const value = trailAt(view, "attention", h, mention);
    if (Number.isNaN(value)) {
      if (mention === 0) pen.rect(x(0) + wide / 2 - 1.5, 0, 3, STRIP, themed("mark"), "the first mention");
      return;
    }
    const all = trailAt(view, "earlier", h, mention);
    const title = `mention ${mention + 1}, all earlier ones: ${number(all)}`;
    pen.rect(x(mention), 3 + high * (1 - all), wide, high * all, css(table, FAINT), title);
    const tall = Math.max(1, value * high);
    pen.rect(x(mention), 3 + high - tall, wide, tall, css(table, STRONG), `mention ${mention + 1}: ${number(value)}`);
    const ordinary = trailAt(view, "ordinary", h, mention);
    const level = 3 + high * (1 - ordinary);
    if (ordinary > 0.02) pen.line(x(mention) - 1.5, level, x(mention) + wide + 1.5, level, fill, 1.5, 1);
  });
  pen.line(0, 3 + high, width, 3 + high, fill, 1, 0.6);
}

// ---- on the page ----------------------------------------------------------------------------------------------------

function drawTrail(body, view, width, send, dark, memory) {
  if (memory.given !== view.head || memory.of !== view.chosen) {
    Object.assign(memory, { given: view.head, of: view.chosen, head: view.head });
  }
  const table = paletteOf(view, dark);
  const sentence = add(body, "p", "caption");
  const wide = width >= 860;
  const readout = addReadout(body, view.hint);
  const parts = add(body, "div", wide ? "trail" : "trail narrow");
  const strips = trailStrips(view, wide ? 380 : width, table, dark, { choose, jump });
  const text = trailText(view, dark, table, { point, follow, memory });
  // The readout next to the text.
  parts.append(...(wide ? [text.scroll, strips.box] : [strips.box, readout, text.scroll]));
  text.scroll.scrollTop = memory.scrolled ?? 0;

  function choose(h, told = true) {
    memory.head = h;
    sentence.textContent = view.sentences[h];
    strips.choose(h);
    text.choose(h);
    if (told) send("head", view.heads[h]);
  }
  function point(stop) {
    memory.stop = stop;
    const [, name, mention] = view.segments[stop];
    readout.textContent = trailSays(view, memory.head, name, mention);
    text.point(stop);
    strips.point(name === view.chosen ? mention : -1);
  }
  function jump(mention) {
    const stop = view.segments.findIndex(([, name, which]) => name === view.chosen && which === mention);
    if (stop < 0) return;
    point(stop);
    text.show(stop);
  }
  function follow(name) {
    if (name === view.chosen || send("name", name) !== false) return;
    readout.textContent = `This page holds the trail of “${view.names[view.chosen].name}” alone.`;
  }

  choose(memory.head, false);
  if (memory.stop !== undefined) {
    text.point(memory.stop);
    const [, name, mention] = view.segments[memory.stop];
    readout.textContent = trailSays(view, memory.head, name, mention);
    strips.point(name === view.chosen ? mention : -1);
  }
  const seen = () => {
    memory.scrolled = text.scroll.scrollTop;
    const { scrollTop, clientHeight, scrollHeight } = text.scroll;
    strips.window(scrollTop / scrollHeight, Math.min(1, (scrollTop + clientHeight) / scrollHeight));
  };
  text.scroll.addEventListener("scroll", seen, { passive: true });
  seen();
}

// The best heads, each along the text; a click on a name of a head chooses it, one on a strip goes to that mention.
function trailStrips(view, width, table, dark, { choose, jump }) {
  const box = document.createElement("section");
  box.className = "trail-heads";
  box.style.width = `${width}px`;
  add(box, "h3", "", "Back to the first mention, along the text");
  const [left, right] = [78, 92];
  const length = Math.max(60, width - left - right - 16);
  const rows = view.heads.map((_, h) => {
    const row = add(box, "div", "trail-row");
    const button = addButton(row, "name", trailHead(view, h), trailHead(view, h), () => choose(h));
    const strip = add(row, "div", "trail-strip");
    strip.style.width = `${length}px`;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", length);
    svg.setAttribute("height", STRIP);
    svg.setAttribute("aria-hidden", "true");
    paintStrip(new SvgPen(svg), view, h, length, table, dark);
    strip.append(svg);
    const mark = add(strip, "div", "mark");
    const numbers = add(row, "span", "numbers", trailShare(view.means[h][0]));
    add(numbers, "small", "", `others ${trailShare(view.means[h][1])}`);
    strip.addEventListener("click", (event) => {
      const at = (event.clientX - strip.getBoundingClientRect().left) / length;
      const distance = [...view.places].map((start) => Math.abs(start - at));
      jump(distance.indexOf(Math.min(...distance)));
    });
    return { button, mark };
  });
  const scale = add(box, "div", "trail-row");
  const seen = add(add(scale, "div", "trail-scale"), "div", "trail-window");
  Object.assign(seen.parentElement.style, { width: `${length}px`, marginLeft: `${left + 8}px` });
  add(
    box, "p", "small-note",
    "Left to right: the whole text; below, the part in view. Orange: the first mention. Strong bars: to the first; " +
      "faint ones: to all earlier mentions, up to 100 %. The line across a bar: what ordinary words there give the " +
      "first, from 2 %.",
  );
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

// The text; its names are buttons that the arrow keys go through.
function trailText(view, dark, table, { point, follow, memory }) {
  const scroll = document.createElement("div");
  scroll.className = "scroll trail-text";
  scroll.tabIndex = 0;
  scroll.dataset.key = "trail";
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", view.label);
  const buttons = new Map();
  const stops = [];
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
    stops.push(stop);
  });
  const own = stops.filter((stop) => view.segments[stop][1] === view.chosen);
  const go = (among, step) => {
    const at = memory.stop ?? (step > 0 ? -1 : view.segments.length);
    const next = step > 0 ? among.find((stop) => stop > at) : among.findLast((stop) => stop < at);
    if (next === undefined) return;
    point(next);
    buttons.get(next).scrollIntoView({ block: "nearest" });
  };
  const moves = { ArrowDown: [own, 1], ArrowUp: [own, -1], ArrowRight: [stops, 1], ArrowLeft: [stops, -1] };
  scroll.addEventListener("keydown", (event) => {
    if (event.key in moves) go(...moves[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && memory.stop !== undefined) {
      follow(view.segments[memory.stop][1]);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
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
      for (const stop of own) {
        const mention = view.segments[stop][2];
        const button = buttons.get(stop);
        button.querySelectorAll(".value, .meter").forEach((element) => element.remove());
        const value = trailAt(view, "attention", h, mention);
        add(button, "span", "value", mention === 0 ? "first" : trailShare(value));
        if (mention === 0 || Number.isNaN(value)) continue;
        const bar = add(add(button, "span", "meter"), "span", "bar");
        bar.style.width = `${100 * value}%`;
        bar.style.background = css(table, STRONG);
      }
    },
  };
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
  return { width, height: paintFlow(pen, view, width, y + 36, chosen, table, dark) };
}

function paintFlow(pen, view, width, top, chosen, table, dark) {
  const [size, step, space] = [14, 30, textWidth(" ", 14)];
  const fill = ink(dark);
  let [x, y] = [0, top];
  const fit = (wide) => {
    if (x > 0 && x + wide > width) [x, y] = [0, y + step];
  };
  const write = (text, wide, bold) => {
    pen.text(text, x, y, { size, fill, bold });
    x += wide;
  };
  for (const [text, name, mention] of view.segments) {
    if (name < 0) {
      for (const part of text.split(/(\s+)/)) {
        if (!part) continue;
        if (part.trim()) {
          fit(textWidth(part, size));
          write(part, textWidth(part, size));
        } else if (part.includes("\n")) [x, y] = [0, y + step];
        else if (x > 0) x += space;
      }
      continue;
    }
    const followed = name === view.chosen;
    const value = followed ? trailAt(view, "attention", chosen, mention) : NaN;
    const told = !followed ? "" : mention === 0 ? "first" : trailShare(value);
    const wide = textWidth(text, size) * (followed ? 1.08 : 1) + (told ? textWidth(told, 11) + 12 : 0);
    fit(wide);
    if (followed) {
      pen.box(x, y - 11, wide, 22, mention ? css(table, STRONG) : themed("mark"), mention ? 1 : 2);
      const title = `mention ${mention + 1}: ${number(value)}`;
      if (value > 0) pen.rect(x, y + 8, wide * value, 3, css(table, STRONG), title);
      pen.text(told, x + wide - 3, y, { size: 11, fill, align: "right" });
      x += 3;
      write(text, wide - 3, true);
    } else {
      pen.line(x, y + 9, x + wide, y + 9, fill, 1, 0.5);
      write(text, wide);
    }
  }
  return y + step;
}

function trailTable(view) {
  const said = (name, h, mention) => (mention ? trailShare(trailAt(view, name, h, mention)) : "");
  const mentions = view.segments.filter(([, name]) => name === view.chosen);
  const rows = mentions.map(([text, , mention]) => [
    `${mention + 1}${mention ? "" : " (first)"}`, text, count(view.words[mention]),
    ...view.heads.flatMap((_, h) => ["attention", "earlier", "ordinary"].map((what) => said(what, h, mention))),
  ]);
  const names = view.heads.flatMap((_, h) => {
    const name = trailHead(view, h);
    return [name, `${name}, all earlier`, `${name}, ordinary words`];
  });
  return { head: ["mention", "spelled", "word", ...names], rows };
}
