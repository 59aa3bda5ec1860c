// ---- atlas: every head a dot, or a small picture of what it does, and heads that look alike close together ----------
//
// `x`, `y`, `model`, `layer`, `head`, `cluster`, `family` and `swatch` hold one number a head, `near` and
// `near_distance` some a head: its nearest heads and how far they are. `levels` are the small pictures, one after the
// other, as `thumbs` says. Both axes have one scale, as only distances mean something.

import { atlasName, atlasSigns, layerEnds, nearOf, paintAtlas } from "./atlas_paint.js";
import { buttons } from "./atlas_moves.js";
import { AtlasStage } from "./atlas_stage.js";
import { paletteOf } from "./colours.js";
import { atlasLayout } from "./dots.js";
import { add, addButton, addReadout, hintOf } from "./elements.js";
import { addSigns, legend } from "./legends.js";
import { gettext } from "./texts.js";
import { fixed, number } from "./wording.js";

// For exports: the whole, laid out anew, with its legend.
const paint = (pen, view, width, dark) => paintAtlas(pen, view, width, dark);

export const renderer = { draw: drawAtlas, paint, table: atlasTable };

function drawAtlas(body, view, width, send, dark, memory) {
  const box = addAtlasBox(body, view, atlasLayout(view, width));
  const head = add(body, "div", "pane-head"); // below the picture, which so begins higher
  const readout = addReadout(head, hintOf(view));
  const tools = add(add(head, "div", "tools"), "div", "swatches");
  const list = add(body, "p", "note");
  const stage = new AtlasStage(box, view, { width, dark, memory, send, readout, list });
  stage.listen();
  addTools(tools, memory, stage);
  if (view.colour === "layer") legend(body, paletteOf(view, dark), ...layerEnds(view));
  addSigns(body, atlasSigns(view, dark).map(([sign, words]) => [(pen) => sign(pen, 0, 0), words]));
}

function addTools(tools, memory, stage) {
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", gettext("Nearer, farther, and heads to mark"));
  for (const [name, sign, label, move] of buttons()) {
    const button = addButton(tools, "swatch", sign, `zoom ${name}`, () => stage.stand(move(memory.where, stage.still)));
    button.setAttribute("aria-label", label);
  }
  const lasso = addButton(tools, "swatch", gettext("mark heads"), "lasso", () => {
    memory.lasso = !memory.lasso;
    lasso.setAttribute("aria-pressed", memory.lasso);
    stage.repaint();
  });
  lasso.setAttribute("aria-pressed", Boolean(memory.lasso));
  lasso.title = gettext("Draw around heads, or click them, to mark them");
}

function addAtlasBox(body, view, layout) {
  const box = add(body, "div", "stage");
  box.tabIndex = 0;
  const attributes = { role: "group", "aria-roledescription": gettext("map"), "aria-label": view.label };
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
  box.dataset.key = "atlas";
  Object.assign(box.style, { width: `${layout.width}px`, cursor: "pointer" });
  return box;
}

function atlasTable(view) {
  const rows = Array.from(view.x, (_, i) => [
    atlasName(view, i), view.clusters[view.cluster[i] - 1], view.families[view.family[i]], number(view.x[i]),
    number(view.y[i]),
    nearOf(view, i).map(([other, distance]) => `${atlasName(view, other)} ${fixed(distance, 3)}`).join(", "),
  ]);
  const [x, y] = ["x", "y"].map((axis) => gettext("{axis} (√bits)", { axis }));
  const head = [gettext("head"), gettext("cluster"), gettext("in general"), x, y, gettext("nearest, with bits")];
  return { head, rows };
}
