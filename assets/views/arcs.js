// ---- arcs: the words of a text, their dependencies above them, and below them what pronouns stand for ---------------
//
// `arcs` and `links` are [start, end, name, state]: an arc goes from a head to its dependent, a link from a
// pronoun to what it stands for. Words are counted from the first one drawn, which is word `first` of the text.

import { ink } from "./colours.js";
import {
  arcsLayout, cursorRows, DASHED, EDGE, edgeColour, edgePoints, edgeSays, firstSight, paintEdge, WORD,
} from "./edges.js";
import { add, addButton, addReadout, hintOf, place } from "./elements.js";
import { addSvg, SvgPen, textWidth } from "./pens.js";
import { inLine, saidOf, together } from "./labels.js";
import { savingButtons } from "./saving.js";
import { stage } from "./stage.js";
import { gettext } from "./texts.js";

export const renderer = { draw: drawArcs, paint: paintArcs, table: arcsTable };

function paintArcs(pen, view, width, dark) {
  const layout = arcsLayout(view);
  layout.edges.forEach((edge) => paintEdge(pen, edge, layout, view, dark));
  layout.words.forEach((word, i) => {
    const style = { size: layout.size, align: "center", fill: ink(dark) };
    pen.text(inLine(word, view.right_to_left), layout.middle[i], layout.top + WORD.tall / 2, style);
  });
  let x = 0;
  for (const { name, state } of changesIn(view)) {
    const colour = edgeColour({ state }, dark);
    const y = layout.height + 12;
    pen.path([[x, y], [x + 26, y]], { stroke: colour, thick: 2.25, dash: DASHED[state] ?? 0 });
    pen.text(name, x + 32, y, { size: 12, fill: ink(dark) });
    x += 48 + textWidth(name, 12);
  }
  return { width: layout.width, height: layout.height + (x ? 24 : 0) };
}

function changesIn(view) {
  const states = new Set([...view.arcs, ...view.links].map((row) => row[3]));
  const changes = [
    { state: "marked", name: gettext("marked by hand") }, { state: "removed", name: gettext("removed by hand") },
  ];
  return changes.filter(({ state }) => states.has(state));
}

export function wordSays(view, edges, word) {
  const hangsOn = ({ name, start }) => gettext("{relation} of {word}", { relation: name, word: view.words[start] });
  const here = edges.filter((edge) => edge.state !== "removed" && edge.state !== "chosen");
  const arcs = here.filter((edge) => edge.kind === "arc");
  const head = arcs.filter((edge) => edge.end === word).map(hangsOn);
  const under = arcs.filter((edge) => edge.start === word).map((edge) => `${view.words[edge.end]} (${edge.name})`);
  const links = here
    .filter((edge) => edge.kind === "link" && edge.start === word)
    .map((edge) => `${edge.name} ${view.words[edge.end]}`);
  const parts = [
    head.join(", ") || (arcs.length ? gettext("hangs on no word") : ""),
    under.length ? gettext("below it {words}", { words: under.join(", ") }) : "",
    links.join(", "),
  ];
  const text = `${view.words[word]}: ${parts.filter(Boolean).join("; ") || gettext("nothing is said of it")}`;
  return together(text, saidOf(view, "query", word));
}

function arcsTable(view) {
  const of = (rows, word, at) => rows.filter((row) => row[at] === word && row[3] !== "removed");
  const rows = view.words.map((word, i) => {
    const arc = of(view.arcs, i, 1);
    const links = of(view.links, i, 0).map((row) => `${row[2]} ${view.words[row[1]]}`);
    const here = [...view.arcs.filter((row) => row[1] === i), ...view.links.filter((row) => row[0] === i)];
    const removed = here.filter((row) => row[3] === "removed");
    const byHand = [...arc, ...of(view.links, i, 0)].some((row) => row[3] === "marked") ? [gettext("marked")] : [];
    if (removed.length) byHand.push(gettext("removed: {what}", { what: removed.map((row) => row[2]).join(", ") }));
    const heads = arc.map((row) => view.words[row[0]]).join(", ");
    return [word, heads || "–", arc.map((row) => row[2]).join(", "), links.join(", "), byHand.join("; ")];
  });
  const head = [gettext("word"), gettext("hangs on"), gettext("relation"), gettext("pronoun"), gettext("by hand")];
  return { head, rows };
}

// ---- on the screen --------------------------------------------------------------------------------------------------

// What changes as one points stands below the picture, so that nothing moves under the pointer.
function drawArcs(body, view, width, send, dark, memory) {
  const picture = new Arcs(body, view, width, send, dark, memory);
  picture.readout = addReadout(body, hintOf(view));
  picture.point({});
  changesLegend(body, view, dark);
  if (view.own_saving) {
    memory.saving ??= {};
    savingButtons(body, () => ({ root: body.closest(".view") ?? body, view }), null, memory.saving);
  }
}

function changesLegend(body, view, dark) {
  const changes = changesIn(view);
  if (!changes.length) return;
  const row = add(body, "div", "legend");
  for (const { name, state } of changes) {
    const line = add(row, "span", "stroke");
    line.style.borderTop = `2px ${DASHED[state] ? "dashed" : "solid"} ${edgeColour({ state }, dark)}`;
    add(row, "span", "", name);
  }
}

// The words and their edges on the screen; two clicks on words mark an edge, one on an edge removes it.
class Arcs {
  constructor(body, view, width, send, dark, memory) {
    const layout = arcsLayout(view, width);
    Object.assign(this, { view, send, memory, layout, edges: layout.edges, rows: cursorRows(view, layout.edges) });
    const { box, scroll, state } = this.addStage(body);
    Object.assign(box.style, { width: `${layout.width}px`, height: `${layout.height}px` });
    const svg = addSvg(box, layout.width, layout.height);
    this.groups = layout.edges.map((edge) => this.addEdge(svg, edge, dark));
    this.scroll = scroll;
    this.keepScrolled();
    this.buttons = layout.words.map((word, i) => this.addWord(box, word, i, state));
    box.addEventListener("pointerleave", () => this.point({}));
  }

  // Arrow keys go as one sees.
  turned(column) {
    return this.view.right_to_left ? this.view.words.length - 1 - column : column;
  }

  addStage(body) {
    const { view, memory, rows } = this;
    const remembered = memory.at >= view.first && memory.at < view.first + view.words.length;
    const column = remembered ? this.turned(memory.at - view.first) : -1;
    return stage(body, "arcs", view.label, rows.rows, view.words.length, {
      start: [rows.wordRow, column],
      go: (row, to) => this.go(row, this.turned(to)),
      open: (row, to) => to >= 0 && this.open(row, this.turned(to)),
      clear: () => this.clear(),
    });
  }

  addEdge(svg, edge, dark) {
    const pen = new SvgPen(new SvgPen(svg).element("g", { class: `edge ${edge.kind} ${edge.state}` }));
    paintEdge(pen, edge, this.layout, this.view, dark);
    // Easier to hit than the line.
    pen.path(edgePoints(edge, this.layout), { stroke: "transparent", thick: EDGE.slot });
    pen.parent.addEventListener("pointerenter", () => this.point({ edge }));
    pen.parent.addEventListener("click", () => this.unmark(edge));
    return pen.parent;
  }

  addWord(box, word, i, state) {
    const { middle, wide, top, size } = this.layout;
    const text = inLine(word, this.view.right_to_left);
    const button = addButton(box, "token", text, `word ${this.view.first + i}`, () => this.pick(i));
    button.style.fontSize = `${size}px`;
    button.tabIndex = -1; // one stop for the Tab key; the arrow keys go from word to word
    place(button, middle[i] - wide[i] / 2, top, wide[i], WORD.tall);
    button.addEventListener("pointerenter", () => this.point({ word: i }));
    const at = { row: this.rows.wordRow, column: this.turned(i) };
    button.addEventListener("focus", () => Object.assign(state, at));
    return button;
  }

  // Some words further on in a long text there is another place to begin at.
  keepScrolled() {
    const { view, memory, layout, scroll } = this;
    delete scroll.dataset.key;
    if (memory.scrolled?.first !== view.first) {
      memory.scrolled = { first: view.first, left: firstSight(layout, scroll.clientWidth, view.right_to_left) };
    }
    scroll.scrollLeft = memory.scrolled.left;
    scroll.addEventListener("scroll", () => (memory.scrolled.left = scroll.scrollLeft));
  }

  go(row, word) {
    const { layout, scroll, rows } = this;
    this.memory.at = this.view.first + word;
    const left = layout.middle[word] - layout.wide[word] / 2;
    const least = left + layout.wide[word] + 40 - scroll.clientWidth;
    scroll.scrollLeft = Math.min(Math.max(scroll.scrollLeft, least), Math.max(0, left - 40));
    this.point(row === rows.wordRow ? { word } : { edge: rows.edgeAt(row, word), word });
  }

  open(row, word) {
    const edge = this.rows.edgeAt(row, word);
    if (row === this.rows.wordRow) this.pick(word);
    else if (edge) this.unmark(edge);
  }

  pick(word) {
    const { view, memory, send } = this;
    if (!view.clickable) return;
    const at = view.first + word;
    const start = memory.from;
    memory.from = start === undefined ? at : undefined;
    if (start === undefined && view.chosen.length) send("mark", [at]);
    if (start !== undefined && start !== at) send("mark", [start, at]);
    this.point({ word });
  }

  unmark(edge) {
    const { view, send } = this;
    if (!view.clickable || edge.state === "chosen") return;
    send("unmark", [edge.kind, view.first + edge.start, view.first + edge.end]);
  }

  clear() {
    const { view, memory, send } = this;
    if (view.chosen.length && memory.from === undefined) send("mark", []);
    memory.from = undefined;
    this.point({});
  }

  point({ word, edge }) {
    const { view, memory, edges } = this;
    const isRelated = (other) => other.start === word || other.end === word;
    this.groups.forEach((group, i) => {
      const isShown = edge ? edges[i] === edge : word === undefined || isRelated(edges[i]);
      group.style.opacity = isShown ? 1 : 0.22;
    });
    const picked = memory.from === undefined ? view.chosen : [memory.from - view.first];
    this.buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(picked.includes(i)));
      button.classList.toggle("at", edge ? edge.start === i || edge.end === i : word === i);
    });
    const says = () => (edge ? edgeSays(view, edge) : word === undefined ? "" : wordSays(view, edges, word));
    this.readout.textContent = choosingSays(view, memory.from, word) || says() || hintOf(view);
  }
}

// What there is to say while an edge is being marked: which word it begins at, and where it would lead.
function choosingSays(view, start, word) {
  if (start === undefined) {
    return view.chosen.length && word === undefined ? view.chosen.map((i) => view.words[i]).join(" → ") : "";
  }
  const from = view.words[start - view.first] ?? gettext("a word of another part");
  const isOpen = word === undefined || view.first + word === start;
  return isOpen
    ? gettext("From {word} to …: choose the second word.", { word: from })
    : gettext("From {word} to {other}", { word: from, other: view.words[word] });
}
