// ---- trail: a text with the mentions of one name, and what each of them gives back to the first ---------------------
//
// `attention` (to the first mention), `earlier` (to all earlier ones) and `ordinary` (of words around, to the first)
// are (head, mention); nan where there is nothing to tell, as for the first mention. `places` says how far into the
// text each mention stands, 0 to 1.

import { ink, paletteOf } from "./colours.js";
import { add, addReadout, hintOf, sayAnew } from "./elements.js";
import { stopsOf, trailAt, trailHead, trailSays, trailShare, VALUES } from "./mentions.js";
import { wrapped } from "./saving.js";
import { paintStrip, STRIP, trailStrips } from "./trail_heads.js";
import { flowLayout, paintPiece, trailText } from "./trail_text.js";
import { gettext } from "./texts.js";
import { count } from "./wording.js";

export const renderer = { draw: drawTrail, paint: paintTrail, table: trailTable };

// Which head a reader chose holds until another head or name is sent.
function recall(view, memory) {
  if (memory.sent === view.head && memory.of === view.chosen) return;
  Object.assign(memory, { sent: view.head, of: view.chosen, head: view.head });
}

const aloneSays = ({ name }) => gettext("This page holds the trail of “{word}” alone.", { word: name });

function drawTrail(body, view, width, send, dark, memory) {
  recall(view, memory);
  const table = paletteOf(view, dark);
  const sentence = add(body, "p", "caption");
  const wide = width >= 860;
  const readout = addReadout(body, hintOf(view));
  const parts = add(body, "div", wide ? "trail" : "trail narrow");
  const choose = (h) => {
    memory.head = h;
    sayAnew(sentence, view.sentences[h]);
    strips.choose(h);
    text.choose(h);
  };
  const point = (stop) => {
    memory.stop = stop;
    const [, name, mention] = view.segments[stop];
    readout.textContent = trailSays(view, memory.head, name, mention);
    text.point(stop);
    strips.point(name === view.chosen ? mention : -1);
  };
  const jump = (mention) => {
    const stop = stopsOf(view, view.chosen).find((i) => view.segments[i][2] === mention);
    point(stop);
    text.show(stop);
  };
  const follow = (name) => {
    if (name === view.chosen || send("name", name) !== false) return;
    readout.textContent = aloneSays(view.names[view.chosen]);
  };
  const open = (h) => {
    choose(h);
    send("head", view.heads[h]);
  };
  const strips = trailStrips(view, wide ? 380 : width, table, dark, { choose: open, jump });
  const text = trailText(view, table, { point, follow, memory });
  parts.append(...(wide ? [text.scroll, strips.box] : [strips.box, readout, text.scroll])); // what is said, by the text
  choose(memory.head);
  if (memory.stop !== undefined) point(memory.stop);
  keepScrolled(text.scroll, strips, memory);
}

// The part of the text in view, marked below the strips and remembered.
function keepScrolled(scroll, strips, memory) {
  scroll.scrollTop = memory.scrolled ?? 0;
  const seen = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroll;
    memory.scrolled = scrollTop;
    strips.window(scrollTop / scrollHeight, Math.min(1, (scrollTop + clientHeight) / scrollHeight));
  };
  scroll.addEventListener("scroll", seen, { passive: true });
  seen();
}

// For exports: the sentence, the strips, then the whole text.
function paintTrail(pen, view, width, dark, memory = {}) {
  const chosen = memory.head ?? view.head;
  const table = paletteOf(view, dark);
  const fill = ink(dark);
  let y = 0;
  for (const line of wrapped(view.sentences[chosen], 15, width)) {
    pen.text(line, 0, y + 10, { size: 15, fill });
    y += 22;
  }
  y += 8;
  view.heads.forEach((_, h) => {
    const [attention, ordinary] = view.means[h];
    pen.text(trailHead(view, h), 0, y + STRIP / 2, { size: 14, fill, bold: h === chosen });
    pen.group(80, y, () => paintStrip(pen, view, h, width - 300, table, dark));
    const shares = { share: trailShare(attention), others: trailShare(ordinary) };
    const means = gettext("{share}, ordinary words {others}", shares);
    pen.text(means, width - 210, y + STRIP / 2, { size: 13, fill });
    y += STRIP + 6;
  });
  const explained = [
    gettext("Left to right: the whole text, {n} words.", { n: count(view.n_words) }),
    gettext("Orange: the first mention."),
    gettext("Strong bars: to the first; faint ones: to all earlier mentions, up to 100 %."),
  ].join(" ");
  pen.text(explained, 80, y + 8, { size: 12, fill });
  const { pieces, height } = flowLayout(view, chosen, width);
  for (const piece of pieces) paintPiece(pen, { ...piece, y: y + 36 + piece.y }, table, fill);
  return { width, height: y + 36 + height };
}

function trailTable(view) {
  const share = (name, h, mention) => (mention ? trailShare(trailAt(view, name, h, mention)) : "");
  const mentions = view.segments.filter(([, name]) => name === view.chosen);
  const rows = mentions.map(([text, , mention]) => [
    `${mention + 1}${mention ? "" : ` (${gettext("first")})`}`, text, count(view.words[mention]),
    ...view.heads.flatMap((_, h) => VALUES.map((what) => share(what, h, mention))),
  ]);
  const names = view.heads.flatMap((_, h) => {
    const name = trailHead(view, h);
    return [name, gettext("{head}, all earlier", { head: name }), gettext("{head}, ordinary words", { head: name })];
  });
  return { head: [gettext("mention"), gettext("spelled"), gettext("word"), ...names], rows };
}
