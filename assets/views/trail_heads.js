// ---- heads of a trail: along the text, what each mention gives back to the first; part of that view -----------------

import { css, ink, themed } from "./colours.js";
import { add, addButton, place } from "./elements.js";
import { STRONG, trailAt, trailHead, trailShare, VALUES } from "./mentions.js";
import { addSvg, SvgPen } from "./pens.js";
import { pointIn } from "./stage.js";
import { gettext } from "./texts.js";
import { number } from "./wording.js";

export const STRIP = 30; // pixels that a strip is high
const EDGE = 3; // pixels above and below its bars
const LEAST = 0.02; // what ordinary words give is shown from here
const FAINT = 85; // level of the palette: what goes to all earlier mentions

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

export function paintStrip(pen, view, h, width, table, dark) {
  const fill = ink(dark);
  const { wide, bottom, first, bars } = stripLayout(view, h, width);
  pen.rect(0, EDGE, width, bottom - EDGE, themed("strip", dark));
  if (first !== null) pen.rect(first, 0, 3, STRIP, themed("mark"), gettext("the first mention"));
  for (const { mention, x, value, earlier, tall, all, level } of bars) {
    const title = gettext("mention {i}", { i: mention + 1 });
    const told = gettext("{which}, all earlier ones: {share}", { which: title, share: number(earlier) });
    pen.rect(x, bottom - all, wide, all, css(table, FAINT), told);
    pen.rect(x, bottom - tall, wide, tall, css(table, STRONG), `${title}: ${number(value)}`);
    if (level !== null) pen.line(x - 1.5, level, x + wide + 1.5, level, fill, 1.5, 1);
  }
  pen.line(0, bottom, width, bottom, fill, 1, 0.6);
}

// The mention nearest to a place in the text, 0 to 1.
export function nearestMention(places, at) {
  const distances = Array.from(places, (start) => Math.abs(start - at));
  return distances.indexOf(Math.min(...distances));
}

const explained = () => [
  gettext("Left to right: the whole text; below, the part in view."),
  gettext("Orange: the first mention."),
  gettext("Strong bars: to the first; faint ones: to all earlier mentions, up to 100 %."),
  gettext("The line across a bar: what ordinary words there give the first, from 2 %."),
].join(" ");

// The best heads, each along the text; a click on a name of a head chooses it, one on a strip goes to that mention.
export function trailStrips(view, width, table, dark, { choose, jump }) {
  const box = document.createElement("section");
  box.className = "trail-heads";
  box.style.width = `${width}px`;
  add(box, "h3", "", gettext("Back to the first mention, along the text"));
  const [left, right] = [78, 92];
  const length = Math.max(60, width - left - right - 16);
  const rows = view.heads.map((_, h) => trailRow(box, view, h, length, table, dark, { choose, jump }));
  const scale = add(box, "div", "trail-row");
  const seen = add(add(scale, "div", "trail-scale"), "div", "trail-window");
  Object.assign(seen.parentElement.style, { width: `${length}px`, marginLeft: `${left + 8}px` });
  add(box, "p", "small-note", explained());
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
  add(add(row, "span", "numbers", mean), "small", "", gettext("others {share}", { share: others }));
  strip.addEventListener("click", (event) => jump(nearestMention(view.places, pointIn(event, strip)[0] / length)));
  return { button, mark };
}
