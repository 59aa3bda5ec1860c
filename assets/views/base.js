// What the views have in common: elements, colours, numbers and pens.

export const ACCENT = "#e0560b";

export function add(parent, tag, className, text) {
  const element = parent.appendChild(document.createElement(tag));
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function addButton(parent, className, text, key, click) {
  const button = add(parent, "button", className, text);
  button.type = "button";
  button.dataset.key = key;
  button.addEventListener("click", click);
  return button;
}

// ---- colour and numbers --------------------------------------------------------------------------------------------

export function isDark(root) {
  const probe = add(root, "span");
  probe.style.color = getComputedStyle(root).getPropertyValue("--st-background-color") || "#ffffff";
  const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  probe.remove();
  return r + g + b < 384;
}

// The second of two texts, and what a model wrote itself, is told apart by this colour.
export function secondInk(dark) {
  return dark ? "#ffb27a" : "#a63c00";
}

export function ink(dark) {
  return dark ? "#f1f3f6" : "#1a1c22";
}

function rgb(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// 256 colours between the given ones.
function ramp(stops) {
  const colours = stops.map(rgb);
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colours.length - 1);
    const low = Math.min(Math.floor(at), colours.length - 2);
    for (let c = 0; c < 3; c++) {
      table[i * 3 + c] = colours[low][c] + (colours[low + 1][c] - colours[low][c]) * (at - low);
    }
  }
  return table;
}

export function css(table, level) {
  return `rgb(${table[level * 3]},${table[level * 3 + 1]},${table[level * 3 + 2]})`;
}

export function readableOn(table, level) {
  const linear = [0, 1, 2].map((c) => (table[level * 3 + c] / 255) ** 2.2);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.2 ? "#14161a" : "#ffffff";
}

export function paletteOf(view, dark) {
  return ramp(view.palette[dark ? "dark" : "light"]);
}

export function levelOf(value, low, high) {
  if (value === -Infinity) return -1;
  return Math.max(0, Math.min(255, Math.round(((value - low) / (high - low || 1)) * 255)));
}

export function number(value) {
  if (value === -Infinity || value === null) return "masked";
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(3);
}

export function short(share) {
  return share.toFixed(2).replace(/^(-?)0\./, "$1.");
}

// A share as wording.in_percent says it.
export function inPercent(share) {
  const size = Math.abs(share);
  if (size > 0 && size < 0.0005) return "under 0.1 %";
  return `${(100 * share).toFixed(size > 0 && size < 0.0995 ? 1 : 0)} %`;
}

export function count(n) {
  return n.toLocaleString("en");
}

// ---- pens: the same strokes on a canvas, in an SVG, or nowhere (to measure) -----------------------------------------

let measuring = null;
let FONT = "system-ui, sans-serif";

// Pens write in the font of the page.
export function useFont(font) {
  FONT = font || FONT;
}

export function textWidth(text, size) {
  measuring ??= document.createElement("canvas").getContext("2d");
  measuring.font = `${size}px ${FONT}`;
  return measuring.measureText(text).width;
}

export class CanvasPen {
  constructor(context) {
    this.context = context;
    context.textBaseline = "middle";
    context.imageSmoothingEnabled = false;
  }

  group(dx, dy, strokes) {
    this.context.save();
    this.context.translate(dx, dy);
    const size = strokes();
    this.context.restore();
    return size;
  }

  rect(x, y, width, height, fill) {
    this.context.fillStyle = fill;
    this.context.fillRect(x, y, width, height);
  }

  box(x, y, width, height, stroke, thick = 1) {
    this.context.strokeStyle = stroke;
    this.context.lineWidth = thick;
    this.context.strokeRect(x, y, width, height);
  }

  disc(x, y, radius, { fill, stroke, thick = 1.5 }) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = thick;
      context.stroke();
    }
  }

  line(x1, y1, x2, y2, stroke, thick, opacity) {
    const { context } = this;
    context.globalAlpha = opacity;
    context.strokeStyle = stroke;
    context.lineWidth = thick;
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
    context.globalAlpha = 1;
  }

  path(points, { stroke = "transparent", thick = 1, dash = 0, fill = "transparent" }) {
    const { context } = this;
    context.strokeStyle = stroke;
    context.fillStyle = fill;
    context.lineWidth = thick;
    context.setLineDash(dash ? [dash, dash] : []);
    context.beginPath();
    points.forEach(([x, y]) => context.lineTo(x, y));
    context.fill();
    context.stroke();
    context.setLineDash([]);
  }

  text(text, x, y, { size = 13, align = "left", fill, angle = 0, most = Infinity, bold = false }) {
    const { context } = this;
    context.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
    context.fillStyle = fill;
    context.textAlign = align;
    const limit = Number.isFinite(most) ? [most] : []; // a canvas takes no Infinity
    if (!angle) return context.fillText(text, x, y, ...limit);
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.fillText(text, 0, 0, ...limit);
    return context.restore();
  }

  cells(x, y, width, height, image) {
    this.context.drawImage(image.canvas(), x, y, width, height);
  }

  picture(x, y, width, height, image, row, rows) {
    this.context.drawImage(image.canvas(), 0, row, image.columns, rows, x, y, width, height);
  }
}

export const SVG = "http://www.w3.org/2000/svg";
const SVG_CELLS = 20000; // above, the cells are one embedded picture

export class SvgPen {
  keepsTitles = true; // what it draws can be pointed at

  constructor(parent) {
    this.parent = parent;
  }

  element(tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return this.parent.appendChild(element);
  }

  group(dx, dy, strokes) {
    const outer = this.parent;
    this.parent = this.element("g", { transform: `translate(${dx} ${dy})` });
    const size = strokes();
    this.parent = outer;
    return size;
  }

  rect(x, y, width, height, fill, title) {
    const rect = this.element("rect", { x: fine(x), y: fine(y), width: fine(width), height: fine(height), fill });
    if (title) new SvgPen(rect).element("title", {}, title);
  }

  box(x, y, width, height, stroke, thick = 1) {
    const size = { x: fine(x), y: fine(y), width: fine(width), height: fine(height) };
    this.element("rect", { ...size, fill: "none", stroke, "stroke-width": thick });
  }

  disc(x, y, radius, { fill = "none", stroke = "none", thick = 1.5, title }) {
    const disc = this.element("circle", { cx: fine(x), cy: fine(y), r: radius, fill, stroke, "stroke-width": thick });
    if (title) new SvgPen(disc).element("title", {}, title);
  }

  line(x1, y1, x2, y2, stroke, thick, opacity, title) {
    const line = this.element("line", {
      x1: fine(x1), y1: fine(y1), x2: fine(x2), y2: fine(y2),
      stroke, "stroke-width": fine(thick), "stroke-opacity": fine(opacity),
    });
    if (title) new SvgPen(line).element("title", {}, title);
  }

  path(points, { stroke = "none", thick = 1, dash = 0, fill = "none", title }) {
    const corners = points.map((point) => point.map(fine).join()).join(" ");
    const attributes = { points: corners, fill, stroke, "stroke-width": thick };
    if (dash) attributes["stroke-dasharray"] = dash;
    const path = this.element("polyline", attributes);
    if (title) new SvgPen(path).element("title", {}, title);
    return path;
  }

  text(text, x, y, { size = 13, align = "left", fill, angle = 0, most = Infinity, bold = false }) {
    const attributes = {
      x: 0, y: 0, "font-size": size, fill, "dominant-baseline": "central", "font-family": FONT,
      "text-anchor": { left: "start", right: "end", center: "middle" }[align],
      transform: `translate(${fine(x)} ${fine(y)})${angle ? ` rotate(${fine((angle * 180) / Math.PI)})` : ""}`,
    };
    if (bold) attributes["font-weight"] = 600;
    if (textWidth(text, size) > most) {
      Object.assign(attributes, { textLength: fine(most), lengthAdjust: "spacingAndGlyphs" });
    }
    this.element("text", attributes, text);
  }

  cells(x, y, width, height, image) {
    const { rows, columns } = image;
    if (rows * columns > SVG_CELLS) return this.image(x, y, width, height, image.canvas());
    const [cellWidth, cellHeight] = [width / columns, height / rows];
    for (let i = 0; i < rows * columns; i++) {
      const [row, column] = [Math.floor(i / columns), i % columns];
      const [left, top] = [x + column * cellWidth, y + row * cellHeight];
      this.rect(left, top, cellWidth, cellHeight, image.fill(i), image.title?.(row, column));
    }
  }

  picture(x, y, width, height, image, row, rows) {
    const part = document.createElement("canvas");
    [part.width, part.height] = [image.columns, rows];
    part.getContext("2d").drawImage(image.canvas(), 0, row, image.columns, rows, 0, 0, image.columns, rows);
    this.image(x, y, width, height, part);
  }

  image(x, y, width, height, canvas) {
    this.element("image", {
      x, y, width, height, href: canvas.toDataURL(), preserveAspectRatio: "none", style: "image-rendering: pixelated",
    });
  }
}

function fine(value) {
  return Math.round(value * 100) / 100;
}

export class NoPen {
  group(dx, dy, strokes) {
    return strokes();
  }

  rect() {}

  box() {}

  disc() {}

  line() {}

  path() {}

  text() {}

  cells() {}

  picture() {}
}

// Cells of levels (0 to 255; -1 for masked), one pixel each.
export class CellImage {
  constructor(rows, columns, levelAt, table, masked, title) {
    Object.assign(this, { rows, columns, levelAt, table, masked, title });
  }

  fill(i) {
    const level = this.levelAt(i);
    return level < 0 ? this.masked : css(this.table, level);
  }

  // Each colour as one number, masked first: a model has a million cells.
  colours() {
    const bytes = new Uint8ClampedArray(4 * 257).fill(255);
    bytes.set(rgb(this.masked));
    for (let level = 0; level < 256; level++) bytes.set(this.table.subarray(3 * level, 3 * level + 3), 4 * (level + 1));
    return new Uint32Array(bytes.buffer);
  }

  canvas() {
    if (this.drawn) return this.drawn;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.columns, this.rows];
    const context = canvas.getContext("2d");
    const image = context.createImageData(this.columns, this.rows);
    const colours = this.colours();
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colours[this.levelAt(i) + 1];
    context.putImageData(image, 0, 0);
    this.pixels = image.data;
    this.drawn = canvas;
    return canvas;
  }

  // Some of its rows, to be put on a canvas of that many cells.
  part(row, rows) {
    this.canvas();
    const width = 4 * this.columns;
    return new ImageData(this.pixels.subarray(row * width, (row + rows) * width), this.columns, rows);
  }
}

// A picture that is painted once and stays. A canvas that could still be painted on is copied for every frame in
// which anything of the page moves, where no graphics card composes it; a bitmap is not.
export function stillPicture(parent, width, height, paint) {
  const { canvas, scale } = addSharp(parent, width, height);
  const paper = new OffscreenCanvas(canvas.width, canvas.height);
  const context = paper.getContext("2d");
  context.scale(scale, scale);
  paint(new CanvasPen(context));
  canvas.getContext("bitmaprenderer").transferFromImageBitmap(paper.transferToImageBitmap());
}

export function sharpCanvas(parent, width, height) {
  const { canvas, scale } = addSharp(parent, width, height);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return context;
}

// A canvas with as many pixels as the screen has there, and how many that are to each of CSS.
function addSharp(parent, width, height) {
  const canvas = add(parent, "canvas");
  const scale = Math.min(window.devicePixelRatio || 1, 16000 / Math.max(width, height));
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  return { canvas, scale };
}

export function place(element, left, top, width, height) {
  Object.assign(element.style, {
    display: "block", left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
  });
}

// Nothing is laid out anew for this; CSS gives such an element a layer of its own.
export function move(element, x, y) {
  element.style.transform = `translate(${x}px, ${y}px)`;
}

// A pointer moves more often than a screen is drawn: do only what came last, once a frame, when nothing else of the
// page has to be laid out for it.
export function oncePerFrame(act) {
  let last = null;
  return (...given) => {
    if (!last) {
      requestAnimationFrame(() => {
        const latest = last;
        last = null;
        act(...latest);
      });
    }
    last = given;
  };
}

// ---- what views have in common --------------------------------------------------------------------------------------

export function addReadout(body, hint) {
  const readout = add(body, "output", "readout", hint);
  readout.setAttribute("aria-live", "polite");
  return readout;
}

// A focusable area of rows and columns: arrow keys go from cell to cell, Enter opens, Shift with an arrow goes to the
// neighbouring head, Escape clears.
export function stage(body, key, label, rows, columns, { go, open, turn, clear, start = [-1, -1] }) {
  const scroll = add(body, "div", "scroll");
  const box = add(scroll, "div", "stage");
  box.tabIndex = 0;
  box.dataset.key = key;
  box.setAttribute("role", "group");
  box.setAttribute("aria-roledescription", "map");
  box.setAttribute("aria-label", label);
  // Where the cursor stands survives a redraw, which may come between two keys; not another place to start from.
  const cursors = ((body.closest(".view")?.memory ?? {}).cursors ??= {});
  const kept = cursors[key];
  const stands = kept?.from === String(start) && kept.row < rows && kept.column < columns;
  const state = stands ? kept : { row: start[0], column: start[1], from: String(start) };
  cursors[key] = state;
  const to = (row, column) => {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return;
    Object.assign(state, { row, column });
    go(row, column);
  };
  // Focus comes back after a redraw: what the cursor stands on is then said again.
  box.addEventListener("focus", () => state.row >= 0 && stands && go(state.row, state.column));
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  box.addEventListener("keydown", (event) => {
    if (event.key in steps) {
      const [down, right] = steps[event.key];
      if (event.shiftKey && turn) turn(down, right);
      else if (state.row < 0) to(0, 0);
      else to(state.row + down, state.column + right);
    } else if ((event.key === "Enter" || event.key === " ") && open && state.row >= 0) {
      open(state.row, state.column);
    } else if (event.key === "Escape" && clear) {
      clear();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  return { box, scroll, to, state };
}

export function legend(body, table, low, high, unit) {
  const row = add(body, "div", "legend");
  add(row, "span", "", low);
  const bar = add(row, "span", "ramp");
  const stops = Array.from({ length: 9 }, (_, i) => css(table, Math.round((i / 8) * 255)));
  bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  add(row, "span", "", high);
  add(row, "span", "", unit);
}

export function paintLegend(pen, y, table, low, high, unit, dark) {
  const style = { size: 12, fill: ink(dark) };
  const left = textWidth(low, 12) + 8;
  pen.text(low, 0, y + 8, style);
  for (let i = 0; i < 64; i++) pen.rect(left + i * 2, y, 2.2, 14, css(table, i * 4));
  pen.text(high, left + 136, y + 8, style);
  pen.text(unit, left + 146 + textWidth(high, 12), y + 8, style);
  return y + 24;
}
