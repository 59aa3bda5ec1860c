// Canvases as sharp as the screen, and cells that are painted as one picture.

import { css, rgb } from "./colours.js";
import { add } from "./elements.js";
import { CanvasPen } from "./pens.js";

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
