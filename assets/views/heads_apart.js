// ---- heads_apart: one word under several heads, each looking at another word, and the vector that they make ---------
//
// From the left: the words, the heads with their colours, what they hand on laid end to end, and what the layer adds to
// the word, cut into their shares. It comes in stops: the words, a head after the other, all heads side by side, the
// projection, the sum. `values` are (head, word); `shares` are of the heads, of the other heads together and of the
// bias, and sum to 1.

import { add, addButton, addReadout } from "./elements.js";
import { apartLayout, othersSay, partsOf } from "./heads_apart_parts.js";
import { labelsSay, together } from "./labels.js";
import { addSvg, SvgPen } from "./pens.js";
import { followPointer, stage } from "./stage.js";
import { gettext } from "./texts.js";
import { nameInLayer, number } from "./wording.js";

export const renderer = { draw: drawApart, paint: paintApart, table: apartTable };

const PACE = 1600; // milliseconds from stop to stop

function paintApart(pen, view, width, dark) {
  const layout = apartLayout(view, width);
  for (const [, , paint] of partsOf(view, layout, dark)) paint(pen);
  return { width: layout.width, height: layout.height };
}

// It plays once when it is first drawn; who wants less motion sees the whole at once.
function drawApart(body, view, width, _send, dark, memory) {
  const layout = apartLayout(view, width);
  const last = view.says.length - 1;
  const tools = add(body, "div", "tools");
  const readout = addReadout(body, "");
  const groups = [];
  const go = (_, stop) => {
    memory.at = stop;
    readout.textContent = view.says[stop];
    for (const [comes, group] of groups) showPart(group, comes, stop, last);
  };
  const play = player(body, memory, last, (stop) => to(0, stop));
  const { box, to } = stage(body, "heads apart", view.label, 1, last + 1, { go, open: () => play.turn() });
  Object.assign(box.style, { width: `${layout.width}px`, height: `${layout.height}px` });
  const svg = addSvg(box, layout.width, layout.height);
  for (const [comes, moves, paint] of partsOf(view, layout, dark)) groups.push([comes, addPart(svg, moves, paint)]);
  box.addEventListener("keydown", (event) => event.key.startsWith("Arrow") && play.stop(), true);
  addTools(tools, play, (by) => to(0, Math.max(0, Math.min(last, memory.at + by))));
  pointAtHeads(box, view, layout, readout, memory, (stop) => {
    play.stop();
    to(0, stop);
  });
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (memory.at === undefined && !isStill) memory.plays = true;
  to(0, memory.at ?? (isStill ? last : 0));
  play.begin();
}

function addPart(svg, moves, paint) {
  const group = new SvgPen(svg).element("g", { class: `comes ${moves}` });
  const drawn = paint(new SvgPen(group));
  if (moves === "grows") drawn.setAttribute("pathLength", "1");
  return group;
}

// While heads come one after the other, those that were told stand back.
function showPart(group, comes, stop, last) {
  group.classList.toggle("on", comes <= stop);
  group.classList.toggle("past", comes > 0 && comes < stop && stop <= last - 3);
}

// Goes on by itself from stop to stop, as long as it is on the page.
function player(body, memory, last, to) {
  let timer = null;
  const label = () => memory.button && (memory.button.textContent = memory.plays ? gettext("Pause") : gettext("Play"));
  const tick = () => {
    if (!body.isConnected || !memory.plays) return;
    if (memory.at < last) to(memory.at + 1);
    if (memory.at < last) timer = setTimeout(tick, PACE);
    else stop();
  };
  const begin = () => {
    clearTimeout(timer);
    label();
    if (memory.plays) timer = setTimeout(tick, PACE);
  };
  const stop = () => {
    clearTimeout(timer);
    memory.plays = false;
    label();
  };
  const turn = () => {
    if (memory.plays) return stop();
    memory.plays = true;
    if (memory.at >= last) to(0);
    return begin();
  };
  return { begin, stop, turn };
}

function addTools(tools, play, step) {
  const by = (n) => () => {
    play.stop();
    step(n);
  };
  const memory = tools.closest(".view")?.memory ?? {};
  memory.button = addButton(tools, "clear", gettext("Play"), "play", play.turn);
  addButton(tools, "clear", gettext("Earlier"), "earlier", by(-1));
  addButton(tools, "clear", gettext("Later"), "later", by(1));
  add(tools, "span", "told", gettext("Arrow keys in the picture go step by step; Enter plays and pauses."));
}

function pointAtHeads(box, view, layout, readout, memory, to) {
  const inside = ([x, y], [left, top, wide, tall]) => x >= left && x <= left + wide && y >= top && y <= top + tall;
  const at = (point) => {
    const stop = layout.heads.findIndex((place) => inside(point, place)) + 1;
    return stop > 0 && stop <= memory.at ? [stop] : null;
  };
  const says = (stop) => {
    const word = view.looked_at[stop - 1];
    return together(view.says[stop], word === undefined ? "" : labelsSay(view, [["key", view.words[word], word]]));
  };
  followPointer(box, at, {
    over: ([stop]) => (readout.textContent = says(stop)),
    away: () => (readout.textContent = view.says[memory.at]),
    click: ([stop]) => to(stop),
  });
}

function apartTable(view) {
  const n = view.words.length;
  const rows = view.heads.map(([, head], h) => {
    const word = view.looked_at[h];
    const others = view.from_others[h];
    const given = [view.values[h * n + word], others].map((share) => (share === null ? "" : number(share)));
    return [nameInLayer(head), view.words[word], ...given, number(view.lengths[h]), number(view.shares[h])];
  });
  if (view.n_others) rows.push([othersSay(view), "", "", "", "", number(view.shares[view.heads.length])]);
  if (view.has_bias) rows.push([gettext("bias"), "", "", "", "", number(view.shares[view.heads.length + 1])]);
  rows.push([gettext("the whole"), "", "", "", number(view.length), number(1)]);
  const head = [
    gettext("head"), gettext("word"), gettext("attention"), gettext("other words"), gettext("length"),
    gettext("share of the whole"),
  ];
  return { head, rows };
}
