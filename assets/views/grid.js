// ---- grid: every map of a model, small; layers down and heads across, or in the order that was asked for ------------

import { stillPicture } from "./canvases.js";
import { add, addButton, addReadout, hintOf, isTouched, move, oncePerFrame, place } from "./elements.js";
import { gridCell, gridLayout, MOST } from "./grid_layout.js";
import { drawnMarks, gridImages, gridLegend, groupSigns, paintGrid, paintSheetOfGrid } from "./grid_paint.js";
import { addPreview, groupOf, placePreview } from "./grid_preview.js";
import { tintRamps, tintsSay } from "./grid_tints.js";
import { labelsSay, together } from "./labels.js";
import { addRamps, addSigns, legend } from "./legends.js";
import { followPointer, heightBelow, isFramed, stage, watchRoom } from "./stage.js";
import { gettext } from "./texts.js";
import { shareIn } from "./wording.js";

export const renderer = { draw: drawGrid, paint: paintSheetOfGrid, table: gridTable };

const isNarrow = () => window.innerWidth < 640; // a phone
const LEAST_HEIGHT = 240;
const ROW = 26; // of what stands under the pictures
const APART = 8;

export function gridSays(view, i) {
  const [query, key, value] = view.strongest[i];
  const group = groupOf(view, i);
  const name = group ? `${view.names[i]} (${group.name})` : view.names[i];
  const score = [view.tints?.says[i], view.scores[i]].filter(Boolean).map((text) => `   ${text}`).join("");
  const strongest = gettext("strongest: {pair}", { pair: `${query} → ${key}   ${shareIn(view, value)}` });
  return together(`${name}   ${strongest}${score}`, pairSays(view, i));
}

function pairSays(view, i) {
  const [query, key] = view.strongest[i];
  return labelsSay(view, [["query", query, query], ["key", key, key]]);
}

function drawGrid(body, view, width, send, dark, memory) {
  return new Grid(body, view, width, send, dark, memory);
}

class Grid {
  constructor(body, view, width, send, dark, memory) {
    Object.assign(this, { body, view, width, send, dark, memory, chosen: view.chosen ?? -1 });
    if (memory.sent !== view.size) Object.assign(memory, { sent: view.size, size: view.size });
    this.readout = view.fit ? null : addReadout(body, hintOf(view));
    this.area = add(body, "div", "pictures");
    this.images = gridImages(view, dark);
    this.layout = this.layoutNow();
    this.addBelow();
    this.draw();
    if (view.fit && !isNarrow()) watchRoom(body, () => this.refit());
  }

  // What fills the window has what is said of it underneath, and does not move as that gets longer.
  addBelow() {
    const { body, view, dark } = this;
    const row = add(body, "div", "tools");
    if (view.tints) this.addTintLegend(row);
    else legend(row, this.images.table, ...gridLegend(view));
    if (view.fit) this.addSlider(row);
    if (view.adds) this.addSwitch(row);
    if (view.swatches) addSigns(body, groupSigns(view, dark).map(([sign, words]) => [(pen) => sign(pen, 0, 0), words]));
    this.readout ??= addReadout(body, hintOf(view));
  }

  addTintLegend(row) {
    const line = add(row, "div", "legend");
    addRamps(line, tintRamps(this.view, this.dark));
    add(line, "span", "", tintsSay(this.view));
  }

  addSlider(row) {
    const { view } = this;
    const label = add(row, "label", "threshold", gettext("Size"));
    this.slider = add(label, "input");
    Object.assign(this.slider, { type: "range", max: MOST, step: 1 });
    this.slider.dataset.key = "size";
    const resize = oncePerFrame(() => {
      const side = Number(this.slider.value);
      this.memory.size = side > Number(this.slider.min) ? side : 0; // as large as fits, also where that changes
      this.layout = this.layoutNow();
      this.draw();
    });
    this.slider.addEventListener("input", resize);
    this.slider.addEventListener("change", () => {
      if (view.size !== undefined) this.send("size", this.memory.size ?? 0);
    });
  }

  // For whoever has no Shift or Ctrl at hand.
  addSwitch(row) {
    const { memory } = this;
    const toggle = () => {
      memory.adding = !memory.adding;
      this.adding.setAttribute("aria-pressed", String(memory.adding));
    };
    this.adding = addButton(row, "clear", gettext("A click adds a head"), "adding", toggle);
    this.adding.setAttribute("aria-pressed", String(Boolean(memory.adding)));
  }

  layoutNow() {
    const { view, width, memory } = this;
    if (!view.fit) return gridLayout(view, width);
    const side = memory.size;
    if (isNarrow()) return gridLayout(view, width, { height: Infinity, side });
    const rows = 4 + (view.swatches ? 1 : 0) + (view.adds ? 1 : 0);
    this.height = Math.max(LEAST_HEIGHT, heightBelow(this.area) - rows * ROW);
    return gridLayout(view, width, { height: this.height, side });
  }

  // The window is higher now, or the pictures begin elsewhere.
  refit() {
    const layout = this.layoutNow();
    if (layout.side === this.layout.side && layout.columns === this.layout.columns) return;
    this.layout = layout;
    this.draw();
  }

  fitSlider() {
    const { slider, view, width, height } = this;
    const fit = gridLayout(view, width, { height: isNarrow() ? Infinity : height });
    Object.assign(slider, { min: Math.min(fit.side, MOST), value: this.layout.side });
    slider.parentElement.hidden = fit.side >= MOST;
  }

  draw() {
    const { area, view, dark, layout } = this;
    const { side, columns, rows, placeOf, pictureAt } = layout;
    const focused = area.getRootNode().activeElement?.dataset?.key === "grid";
    area.replaceChildren();
    const { box, scroll, to } = stage(area, "grid", view.label, rows, columns, {
      go: (row, column) => this.go(pictureAt(row, column)),
      open: (row, column, event) => this.open(pictureAt(row, column), event),
      start: this.chosen >= 0 ? placeOf(this.chosen) : [-1, -1],
    });
    Object.assign(this, { box, scroll });
    const most = isNarrow() ? "45vh" : `${Math.max(this.height, LEAST_HEIGHT)}px`;
    if (view.fit && !isFramed()) scroll.style.maxHeight = most;
    box.style.width = `${layout.width}px`;
    if (view.opens) box.style.cursor = "pointer";
    const images = side * window.devicePixelRatio < Math.max(view.rows, view.columns)
      ? gridImages(view, dark, Math.ceil(side * window.devicePixelRatio)) : this.images;
    stillPicture(box, layout.width, layout.height, (pen) => paintGrid(pen, view, layout, images, dark));
    this.chosenMark = this.addMark("chosen");
    this.mark = this.addMark("");
    this.put(this.chosenMark, view.drawn ? -1 : this.chosen);
    for (const [i, colour] of drawnMarks(view, dark)) {
      const mark = this.addMark("chosen");
      mark.style.borderColor = colour;
      this.put(mark, i);
    }
    this.preview = addPreview(area, view, dark, (i) => this.enlarged(i));
    this.follow(to);
    if (this.slider) this.fitSlider();
    if (focused) box.focus({ preventScroll: true });
  }

  enlarged(i) {
    const [image, row] = this.images.of(i);
    return image.part(row, this.view.rows);
  }

  follow(to) {
    const { box, layout, preview } = this;
    const isShown = (cell) => layout.pictureAt(...cell) === preview.shown;
    followPointer(box, (point) => gridCell(layout, point), {
      over: (cell) => to(...cell),
      away: () => preview.hide(),
      click: (cell, event) => this.open(layout.pictureAt(...cell), event),
      tap: (cell) => (isShown(cell) ? this.open(preview.shown) : to(...cell)), // a finger points at nothing before
    }, oncePerFrame);
    box.addEventListener("blur", () => preview.hide());
  }

  addMark(kind) {
    const mark = add(this.box, "div", `mark floats ${kind}`);
    place(mark, 0, 0, this.layout.side + 4, this.layout.side + 4);
    mark.style.display = "none"; // until it is put somewhere
    return mark;
  }

  put(mark, i) {
    const [x, y] = i >= 0 ? this.layout.at(i) : [0, 0];
    move(mark, x - 2, y - 2);
    mark.style.display = i >= 0 ? "block" : "none";
  }

  go(i) {
    if (i < 0) return;
    const spot = this.spotFor(i); // before anything is written
    this.preview.show(i, spot);
    this.put(this.mark, i);
    this.readout.textContent = gridSays(this.view, i);
    if (isNarrow() && isTouched()) this.preview.card.scrollIntoView({ block: "nearest" }); // it stands under the grid
  }

  // Where the enlarged picture stands; where keys lead out of what is seen of the pictures, they are scrolled.
  spotFor(i) {
    const { layout, scroll, area, width, view, preview } = this;
    const [x, y] = layout.at(i);
    scroll.scrollTop = scrolledTo(y, layout.side, scroll.scrollTop, scroll.clientHeight);
    scroll.scrollLeft = scrolledTo(x, layout.side, scroll.scrollLeft, scroll.clientWidth);
    const { left, top, bottom } = area.getBoundingClientRect();
    const [wide] = preview.size;
    return placePreview({
      picture: [x - scroll.scrollLeft, y - scroll.scrollTop, layout.side],
      card: preview.size,
      box: [width, bottom - top],
      from: Math.max(0, APART - top),
      beside: view.preview_beside && left + width + 2 * APART + wide <= window.innerWidth,
      below: isNarrow(),
    });
  }

  open(i, event) {
    const { view, memory } = this;
    if (i < 0 || !view.opens) return;
    const adds = memory.adding || event?.shiftKey || event?.ctrlKey || event?.metaKey;
    if (view.adds && adds) return this.add(i);
    this.chosen = i;
    this.put(this.chosenMark, i); // at once: an answer takes its time
    this.send("open", view.opens[i]);
  }

  // One more of those that are drawn side by side, or one less.
  add(i) {
    const { view, readout } = this;
    const drawn = view.drawn ?? [];
    const isFull = drawn.length >= view.adds && !drawn.some(([other]) => other === i);
    if (isFull) readout.textContent = gettext("{n} heads are the most at once: take one out first.", { n: view.adds });
    else this.send("add", view.opens[i]);
  }
}

// How far to scroll so that a picture is seen.
export function scrolledTo(begin, side, scrolled, seen) {
  if (begin < scrolled) return Math.max(0, begin - APART);
  return begin + side > scrolled + seen ? begin + side + APART - seen : scrolled;
}

function gridTable(view) {
  const rows = view.names.map((name, i) => {
    const [query, key, value] = view.strongest[i];
    const group = view.swatches ? [groupOf(view, i)?.name ?? ""] : [];
    const more = [...group, ...(view.tints ? [view.tints.says[i]] : [])];
    return [name, query, key, shareIn(view, value), view.scores[i], ...more];
  });
  const more = [...(view.swatches ? [gettext("group")] : []), ...(view.tints ? [view.tints.by] : [])];
  return { head: [gettext("map"), gettext("strongest from"), gettext("to"), gettext("value"), "", ...more], rows };
}
