// ---- claims: a card for each claim of a paper; of each statement a strip: the paper's numbers, ours, and the bar --

import { ink, themed } from "./colours.js";
import { add, addButton } from "./elements.js";
import { gettext } from "./texts.js";

export const renderer = { draw: drawClaims, paint: paintClaims, table: claimsTable };

function drawClaims(body, view, _width, send) {
  const list = add(body, "div", "claims");
  view.cards.forEach((card, i) => {
    const article = add(list, "article", card.name === view.chosen ? "claim chosen" : "claim");
    const head = add(article, "h3");
    if (view.chooses) {
      const key = `claim ${card.name}`;
      const button = addButton(head, "title", card.title, key, () => {
        send("choose", i);
        list.firstElementChild.scrollIntoView({ block: "nearest" }); // where the card that is chosen will be
      });
      button.setAttribute("aria-pressed", String(card.name === view.chosen));
    } else {
      head.textContent = card.title;
    }
    add(article, "p", "source", card.source);
    for (const statement of card.statements) drawStatement(article, statement);
    if (card.unknown) add(article, "p", "unknown", card.unknown);
    const how = add(article, "details", "how");
    how.open = card.name === view.chosen; // what is done otherwise than in the paper is seen with what came of it
    add(how, "summary", "", gettext("How it was measured"));
    for (const line of linesOf(card)) add(how, "p", "", line);
  });
}

const linesOf = (card) => [...card.how, ...card.statements.flatMap(({ said, how }) => [said, ...how])];

function drawStatement(article, statement) {
  add(article, "p", "said", statement.said);
  const list = add(article, "ul", "beside");
  for (const row of [...statement.theirs, ...statement.ours]) {
    const item = add(list, "li", row.sign ? "ours" : "theirs");
    add(item, "span", "label", row.label).dir = "auto";
    drawTrack(item, statement, row);
    add(item, "span", "number", row.number);
    add(item, "span", "verdict", row.sign ? `${row.sign} ${row.verdict}` : row.verdict);
  }
  const scale = add(list, "li", "scale");
  add(scale, "span", "label");
  const ends = add(scale, "span", "ends");
  for (const end of statement.ends) add(ends, "span", "", end);
  add(article, "p", "what", statement.number);
}

function drawTrack(item, statement, row) {
  const track = add(item, "span", "track");
  track.setAttribute("aria-hidden", "true");
  const put = (name, from, to = from) => {
    if (from === null || to === null) return;
    const mark = add(track, "span", name);
    Object.assign(mark.style, { left: `${100 * from}%`, width: to > from ? `${100 * (to - from)}%` : "" });
  };
  if (row.random) put("random", ...row.random);
  put("bar", statement.bar);
  if (row.sign) put("whisker", row.low, row.high);
  put(row.sign ? "dot" : "diamond", row.at);
}

// ---- what is saved ------------------------------------------------------------------------------------------------

const [LABEL, TRACK, ROW] = [230, 420, 22]; // pixels

function paintClaims(pen, view, width, dark) {
  let y = 0;
  const write = (text, size, bold, high) => {
    pen.text(text, 0, y + high / 2, { size, fill: ink(dark), bold, most: width });
    y += high;
  };
  for (const card of view.cards) {
    write(card.title, 16, true, 28);
    write(card.source, 12, false, 20);
    for (const statement of card.statements) {
      write(statement.said, 14, false, 26);
      for (const row of [...statement.theirs, ...statement.ours]) {
        paintRow(pen, statement, row, y, width, dark);
        y += ROW;
      }
      const [begin, end] = statement.ends;
      write(`${statement.number}; ${gettext("{begin} to {end}", { begin, end })}`, 12, false, 20);
    }
    if (card.unknown) write(card.unknown, 14, false, 24);
    y += 16;
  }
  return { width, height: y };
}

function paintRow(pen, statement, row, y, width, dark) {
  const [middle, x] = [y + ROW / 2, (share) => LABEL + share * TRACK];
  const style = { size: 13, fill: ink(dark) };
  pen.text(row.label, LABEL - 10, middle, { ...style, align: "right", most: LABEL - 20 });
  pen.line(LABEL, middle, LABEL + TRACK, middle, themed("frame", dark), 1, 1);
  const [from, to] = row.random ?? [null, null];
  if (from !== null) pen.rect(x(from), y + 3, Math.max(2, x(to) - x(from)), ROW - 6, themed("frame", dark));
  pen.line(x(statement.bar), y, x(statement.bar), y + ROW, themed("mark"), 2, 1);
  if (row.at !== null) {
    if (row.sign) pen.line(x(row.low), middle, x(row.high), middle, themed("line", dark), 3, 1);
    pen.disc(x(row.at), middle, 5, { [row.sign ? "fill" : "stroke"]: themed(row.sign ? "line" : "arc", dark) });
  }
  const said = row.sign ? `${row.number}  ${row.sign} ${row.verdict}` : `${row.number}  ${row.verdict}`;
  pen.text(said, LABEL + TRACK + 14, middle, { ...style, most: width - LABEL - TRACK - 14 });
}

export function claimsTable(view) {
  const rows = view.cards.flatMap((card) =>
    card.statements.flatMap(({ said, theirs, ours }) =>
      [...theirs, ...ours].map((row) => [card.title, said, row.label, row.number, row.verdict])));
  const head = [gettext("claim"), gettext("statement"), gettext("model"), gettext("number, 95 % interval")];
  return { head: [...head, gettext("verdict, or where it stands")], rows };
}
