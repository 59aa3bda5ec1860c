// Pens: the same strokes on a canvas, in an SVG, or nowhere (to measure).

let measuring = null;
let FONT = "system-ui, sans-serif";
const MONO = "ui-monospace, Menlo, Consolas, monospace"; // of code

// Pens write in the font of the page.
export function useFont(font) {
  FONT = font || FONT;
}

export function textWidth(text, size, bold = false, mono = false) {
  measuring ??= document.createElement("canvas").getContext("2d");
  measuring.font = `${bold ? "600 " : ""}${size}px ${mono ? MONO : FONT}`;
  return measuring.measureText(text).width;
}

// A label that would be squeezed beyond reading shows as much of its beginning as fits.
export function fitted(text, size, most) {
  const wide = textWidth(text, size);
  if (!(wide > 1.5 * most)) return text;
  const characters = [...text];
  const begin = characters.slice(0, Math.max(1, Math.floor((1.2 * most * characters.length) / wide) - 1)).join("");
  return `${begin}…${text.endsWith("\u2069") ? "\u2069" : ""}`; // what is isolated stays so
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

  text(text, x, y, { size = 13, align = "left", fill, angle = 0, most = Infinity, bold = false, mono = false }) {
    const { context } = this;
    context.font = `${bold ? "600 " : ""}${size}px ${mono ? MONO : FONT}`;
    context.fillStyle = fill;
    context.textAlign = align;
    const limit = Number.isFinite(most) ? [most] : []; // a canvas takes no Infinity
    const label = fitted(text, size, most);
    if (!angle) return context.fillText(label, x, y, ...limit);
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.fillText(label, 0, 0, ...limit);
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

  // `keepsWidths`: every text is as wide as it was measured here, whatever font there is where the file is opened.
  constructor(parent, keepsWidths = false) {
    Object.assign(this, { parent, keepsWidths });
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

  text(text, x, y, { size = 13, align = "left", fill, angle = 0, most = Infinity, bold = false, mono = false }) {
    const attributes = {
      x: 0, y: 0, "font-size": size, fill, "dominant-baseline": "central", "font-family": mono ? MONO : FONT,
      "text-anchor": { left: "start", right: "end", center: "middle" }[align],
      transform: `translate(${fine(x)} ${fine(y)})${angle ? ` rotate(${fine((angle * 180) / Math.PI)})` : ""}`,
    };
    if (bold) attributes["font-weight"] = 600;
    const label = fitted(text, size, most);
    const wide = textWidth(label, size, bold, mono);
    if (wide > most || (this.keepsWidths && label.trim())) {
      Object.assign(attributes, { textLength: fine(Math.min(wide, most)), lengthAdjust: "spacingAndGlyphs" });
    }
    this.element("text", attributes, label);
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
    const address = canvas.toDataURL();
    const image = this.element("image", { x, y, width, height, href: address, preserveAspectRatio: "none" });
    image.style.imageRendering = "pixelated"; // as an attribute it would be refused in a page that has a policy
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

// A picture to be pointed at, put into an element; what it says stands there in words too.
export function addSvg(parent, width, height) {
  const svg = parent.appendChild(document.createElementNS(SVG, "svg"));
  for (const [name, value] of Object.entries({ width, height, "aria-hidden": "true" })) svg.setAttribute(name, value);
  return svg;
}
