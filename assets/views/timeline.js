// ---- timeline: a sound along its seconds, playable, and what a word or a moment listens to in every head ------------

import { sharpCanvas } from "./canvases.js";
import { add, addButton, addReadout, addSelect, hintOf, move, oncePerFrame } from "./elements.js";
import { CanvasPen } from "./pens.js";
import { followPointer, stage } from "./stage.js";
import { HEADS, layout, LISTENERS, paintTimeline } from "./timeline_paint.js";
import { Player } from "./timeline_player.js";
import { listenerAt, peakOf, restOf, rowOf, samplesOf, shareAt } from "./timeline_rows.js";
import { gettext } from "./texts.js";
import { fixed, headName, inPercent } from "./wording.js";

export const renderer = { draw: drawTimeline, paint: paintTimeline, table: timelineTable, now: timelineNow };

const keptOf = (view, memory) => memory.kept ?? view.query;
const headOf = (view, memory) => memory.head ?? view.chosen;
const seconds = (time) => `${fixed(time, 2)} s`;
const isOfWords = (view) => view.attention === "cross";
const rowsToChoose = (view) => [
  [HEADS, isOfWords(view) ? gettext("all heads, of one word") : gettext("all heads, of one moment")],
  [LISTENERS, isOfWords(view) ? gettext("all words, of one head") : gettext("all moments, of one head")],
];
const scales = () => [["own", gettext("each row its own")], ["common", gettext("one for all rows")]];

// What was sent no longer belongs to what a reader has chosen since.
function timelineNow(view, memory) {
  if (keptOf(view, memory) === view.query && headOf(view, memory) === view.chosen) return view;
  const who = view.listeners[keptOf(view, memory)];
  return { ...view, caption: "", title: gettext("What {who} listens to", { who }) };
}

function drawTimeline(body, view, width, send, dark, memory) {
  if (memory.sent !== `${view.query} ${view.chosen}`) {
    Object.assign(memory, { sent: `${view.query} ${view.chosen}`, kept: undefined, head: undefined });
  }
  return new Timeline(body, view, width, send, dark, memory);
}

class Timeline {
  constructor(body, view, width, send, dark, memory) {
    view.samples ??= samplesOf(view.sound);
    memory.player ??= new Player(view.samples, view.rate, view.begin);
    Object.assign(this, { body, view, width, send, dark, memory, player: memory.player });
    this.addTools();
    if (view.attention === "cross") this.addWords();
    this.readout = addReadout(body, hintOf(view));
    this.around = add(body, "div");
    this.later = oncePerFrame(() => this.paint());
    this.player.follow(body, () => this.playhead());
    this.draw();
  }

  get query() {
    return keptOf(this.view, this.memory);
  }

  get chosen() {
    return headOf(this.view, this.memory);
  }

  get rows() {
    return this.memory.rows ?? HEADS;
  }

  addTools() {
    const row = add(this.body, "div", "tools");
    this.button = addButton(row, "clear", `▶ ${gettext("Play")}`, "play", () => this.playOrStop());
    const one = isOfWords(this.view) ? gettext("The word") : gettext("The moment");
    addButton(row, "clear", `▶ ${one}`, "play one", () => this.playOne());
    this.clock = add(row, "span", "told");
    this.clock.dir = "auto";
    addSelect(row, gettext("Rows") + " ", "rows", rowsToChoose(this.view), this.rows, (rows) => this.choose({ rows }));
    const scale = this.memory.common ? "common" : "own";
    const take = (chosen) => this.choose({ common: chosen === "common" });
    addSelect(row, gettext("Scale") + " ", "scale", scales(), scale, take);
  }

  choose(settings) {
    Object.assign(this.memory, settings);
    this.draw();
  }

  // The transcript: a click on a word keeps it and plays it.
  addWords() {
    const row = add(this.body, "div", "said");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", gettext("Transcript: click a word to hear it"));
    this.words = this.view.listeners.map((word, i) => {
      const button = addButton(row, "word", word, `word ${i}`, () => this.hear(i));
      const [begin, end] = this.view.times[i] ?? [];
      const span = { begin: seconds(begin ?? 0), end: seconds(end ?? 0) };
      if (begin !== undefined) button.title = gettext("{begin} to {end}", span);
      return button;
    });
  }

  draw() {
    const { view, around } = this;
    around.replaceChildren();
    const place = (this.place = layout(view, this.width, this.rows));
    const label = gettext("The sound, and below it what is listened to");
    const made = stage(around, "timeline", label, view.heads.length, view.listeners.length, {
      go: (head, listener) => this.point(head, listener),
      open: (head, listener, event) => (event.key === " " ? this.playOrStop() : this.keep(listener, head)),
      clear: () => this.point(view.chosen, view.query),
      start: [this.chosen, this.query],
    });
    Object.assign(made.box.style, { width: `${place.width}px`, height: `${place.height}px` });
    this.canvas = sharpCanvas(made.box, place.width, place.height);
    this.line = add(made.box, "div", "playhead");
    this.line.style.height = `${place.height}px`;
    followPointer(made.box, (point) => this.under(point), {
      over: (met) => this.say(met),
      away: () => this.sayKept(),
      click: (met) => this.click(met),
    });
    this.paint();
  }

  // What is at a point: an area, a moment, and of the rows which.
  under([x, y]) {
    const { place } = this;
    const area = place.areaAt(y);
    if (!area || x < 0 || x > place.width) return null;
    return { area, time: place.timeAt(x), row: area === "rows" ? Math.min(place.n - 1, place.rowAt(y)) : -1 };
  }

  click({ area, time, row }) {
    if (area === "rows") return this.rows === HEADS ? this.keep(this.query, row) : this.hear(row);
    const met = listenerAt(this.view, time);
    if (area === "band" && met >= 0) return this.hear(met);
    this.player.go(time);
    if (this.view.attention !== "cross" && met >= 0) this.keep(met, this.chosen);
  }

  hear(listener) {
    this.keep(listener, this.chosen);
    this.playOne();
  }

  playOne() {
    const [begin, end] = this.view.times[this.query] ?? [this.player.begin, this.player.end];
    this.player.play(begin, Math.max(end, begin + 0.05));
    this.playhead();
  }

  playOrStop() {
    if (this.player.isPlaying) this.player.stop();
    else this.player.play();
    this.playhead();
  }

  point(head, listener) {
    Object.assign(this.memory, { head, kept: listener });
    this.later();
  }

  // Kept: a page sends both exactly, and the link holds them.
  keep(listener, head) {
    const { view } = this;
    Object.assign(this.memory, { head, kept: listener });
    this.paint();
    if (view.alone) return;
    if (head !== view.chosen) this.send("choose", view.heads[head]);
    if (listener !== view.query) this.send("look_from", listener);
  }

  paint() {
    const { canvas, place, view, memory } = this;
    canvas.clearRect(0, 0, place.width, place.height);
    paintTimeline(new CanvasPen(canvas), view, this.width, this.dark, memory);
    this.words?.forEach((button, i) => button.setAttribute("aria-pressed", String(i === this.query)));
    this.playhead();
    this.sayKept();
  }

  playhead() {
    const { player, place, view } = this;
    move(this.line, place.xOf(player.time), 0);
    this.button.textContent = player.isPlaying ? `❚❚ ${gettext("Pause")}` : `▶ ${gettext("Play")}`;
    this.clock.textContent = gettext("{n} of {all}", { n: seconds(player.time), all: seconds(view.end) });
  }

  // The caption says it of what was sent.
  sayKept() {
    const { view, chosen, query } = this;
    const isSaid = view.caption && query === view.query && chosen === view.chosen;
    this.readout.textContent = isSaid ? hintOf(view) : listenSays(view, chosen, query);
  }

  say({ area, time, row }) {
    const { view } = this;
    if (area !== "rows") {
      const met = listenerAt(view, time);
      const said = { time: seconds(time), word: view.listeners[met] };
      this.readout.textContent = met >= 0 && isOfWords(view) ? gettext("{time}: “{word}” is said", said) : said.time;
      return;
    }
    const [head, listener] = this.rows === HEADS ? [row, this.query] : [this.chosen, row];
    const share = inPercent(shareAt(view, rowOf(view, head, listener), time));
    const at = gettext("{share} a frame at {time}.", { share, time: seconds(time) });
    this.readout.textContent = `${at} ${listenSays(view, head, listener)}`;
  }
}

function whoSays(view, listener) {
  const label = view.listeners[listener];
  return isOfWords(view) ? gettext("“{word}”", { word: label }) : gettext("the sound at {time}", { time: label });
}

// Where one listener listens in one head, in a line.
export function listenSays(view, head, listener) {
  const { time, share } = peakOf(view, rowOf(view, head, listener));
  const name = headName(...view.heads[head]);
  const said = {
    head: view.listed[head] ? gettext("{head}, in the model's own list", { head: name }) : name,
    who: whoSays(view, listener),
    time: seconds(time),
    share: inPercent(share),
    rest: inPercent(restOf(view, head, listener)),
  };
  const most = isOfWords(view)
    ? gettext("{head}: {who} listens most at {time} ({share} a frame), {rest} goes to the silence behind", said)
    : gettext("{head}: {who} listens most at {time} ({share} a frame), {rest} goes to what is not shown", said);
  return view.rises ? most + gettext("; its moments rise by {n}", { n: fixed(view.rises[head], 2) }) : most;
}

function timelineTable(view) {
  const rows = view.heads.map(([layer, head], i) => {
    const { time } = peakOf(view, rowOf(view, i, view.query));
    const rises = view.rises ? [fixed(view.rises[i], 2), view.listed[i] ? gettext("yes") : gettext("no")] : [];
    return [headName(layer, head), seconds(time), inPercent(restOf(view, i, view.query)), ...rises];
  });
  const who = view.listeners[view.query];
  const head = [gettext("head"), gettext("{who} listens most at", { who }), gettext("goes to no sound shown")];
  return { head: [...head, ...(view.rises ? [gettext("rises"), gettext("in the model's list")] : [])], rows };
}
