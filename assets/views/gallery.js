// ---- gallery: a button for each example, with the head that is worth seeing in it and what to look for --------------
//
// `pieces` hold name, text and look_for; where there is a picture also what it says, its side in tokens, and where its
// cells begin in `levels`.

import { CellImage } from "./canvases.js";
import { paletteOf, themed } from "./colours.js";
import { add, addButton } from "./elements.js";

export const renderer = { draw: drawGallery };

function drawGallery(body, view, width, send, dark) {
  const table = paletteOf(view, dark);
  const list = add(body, "div", "gallery");
  view.pieces.forEach((piece, i) => {
    const button = addButton(list, "piece", "", `piece ${i}`, () => send("take", i));
    if (piece.side) addThumbnail(button, view, piece, table);
    const text = add(button, "span", "about");
    add(text, "strong", "", piece.name);
    add(text, "span", "", piece.text);
    add(text, "span", "", piece.look_for);
    if (piece.says) add(text, "small", "", piece.says);
  });
}

function addThumbnail(button, view, { side, offset }, table) {
  const image = new CellImage(side, side, (i) => view.levels[offset + i], table, themed("paper", false));
  const canvas = button.appendChild(image.canvas());
  canvas.setAttribute("aria-hidden", "true");
}
