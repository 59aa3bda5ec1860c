// ---- what a lesson prints: its views as pictures that stand still, and each of its steps as one sheet --------------

import { ink, themed, useColours } from "./colours.js";
import { runsFromRight } from "./labels.js";
import { NoPen, SVG, SvgPen, useFont } from "./pens.js";
import { wrapped } from "./saving.js";
import { parse } from "./show.js";
import { pageFromRight } from "./texts.js";

const SHEET = { width: 1200, margin: 20, text: 17, title: 24, small: 13 };

// The bytes of the view that an element holds.
export function bytesIn(holder) {
  return Uint8Array.from(atob(holder.dataset.buffer), (character) => character.charCodeAt(0));
}

// The view that an element holds; it is drawn with the colours and the font that apply there.
export function viewIn(holder) {
  const root = holder.querySelector(".view");
  useColours(root);
  useFont(getComputedStyle(root).fontFamily);
  return parse(bytesIn(holder));
}

// What `paint(pen)` paints, on light ground; it returns its size.
export function svgOf(paint) {
  const { width, height } = paint(new NoPen());
  const svg = document.createElementNS(SVG, "svg");
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const attributes = { xmlns: SVG, ...size, viewBox: `0 0 ${size.width} ${size.height}` };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  paint(new SvgPen(svg));
  return svg;
}

// A view without what is said of it, as wide as a page of paper.
export function paintAlone(pen, view, width) {
  return view.paint(pen, view, width, false, {});
}

// A step of a lesson: `parts` are { text, size, bold } or { view }, below each other.
export function paintStep(pen, { title, parts }) {
  const { width, margin } = SHEET;
  const sheet = { pen, y: 14, width: width - 2 * margin, most: width };
  write(sheet, { text: title, size: SHEET.title, bold: true });
  for (const part of parts) {
    if (part.view) picture(sheet, part.view);
    else write(sheet, part);
  }
  return { width: sheet.most, height: Math.ceil(sheet.y + 14) };
}

function write(sheet, { text, size = SHEET.text, bold = false }) {
  const fromRight = pageFromRight() && runsFromRight(text);
  const [x, align] = fromRight ? [SHEET.width - SHEET.margin, "right"] : [SHEET.margin, "left"];
  for (const line of wrapped(text, size, sheet.width)) {
    const said = fromRight ? `\u2067${line}\u2069` : line; // its signs stand where such a line has them
    sheet.pen.text(said, x, sheet.y + size * 0.7, { size, align, fill: ink(false), bold });
    sheet.y += size * 1.4;
  }
  sheet.y += 5;
}

function picture(sheet, view) {
  if (view.caption) write(sheet, { text: view.caption });
  sheet.y += 6;
  const size = sheet.pen.group(SHEET.margin, sheet.y, () => paintAlone(sheet.pen, view, sheet.width));
  sheet.most = Math.max(sheet.most, size.width + 2 * SHEET.margin);
  sheet.y += size.height + 10;
  if (view.note) write(sheet, { text: view.note, size: SHEET.small });
}

// The paper that a sheet stands on.
export const ground = () => themed("paper", false);
