// ---- saving what is shown: pictures with the model, the text and the settings on them, and the link -----------------

import { ink, isDark, themed } from "./colours.js";
import { add, addButton } from "./elements.js";
import { runsFromRight } from "./labels.js";
import { CanvasPen, NoPen, SVG, SvgPen, textWidth } from "./pens.js";
import { gettext } from "./texts.js";

const EXPORT_WIDTH = 1200;

// Title, facts, the picture and its note, with any pen; returns the size.
export function paintSheet(pen, view, dark, memory) {
  let y = 4;
  const write = (text, size, bold) => {
    for (const line of wrapped(text, size, EXPORT_WIDTH - 40, bold)) {
      pen.text(line, 20, y + size * 0.7, { size, fill: ink(dark), bold });
      y += size * 1.45;
    }
  };
  y += 10;
  write(view.title, 20, true);
  for (const fact of view.facts) write(fact, 13, false);
  if (view.caption) write(view.caption, 15, false);
  y += 10;
  const size = pen.group(20, y, () => view.paint(pen, view, EXPORT_WIDTH - 40, dark, memory));
  y += size.height + 8;
  if (view.note) write(view.note, 13, false);
  return { width: Math.max(EXPORT_WIDTH, size.width + 40), height: Math.ceil(y + 14) };
}

export function wrapped(text, size, width, bold) {
  const lines = [""];
  const words = text.slice(0, 1200).split(" ").flatMap((word) => brokenWord(word, size, width, bold));
  for (const word of words) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (textWidth(longer, size, bold) <= width || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  if (text.length > 1200) lines.push("…");
  return reopened(lines.slice(0, 8));
}

// A word that is longer than a line in pieces that fit.
export function brokenWord(word, size, width, bold) {
  const wide = textWidth(word, size, bold);
  if (wide <= width) return [word];
  const characters = [...word];
  const most = Math.max(1, Math.floor((characters.length * width) / wide));
  const begins = Array.from({ length: Math.ceil(characters.length / most) }, (_, i) => i * most);
  return begins.map((begin) => characters.slice(begin, begin + most).join(""));
}

// What is isolated over several lines is so in each of them, and runs as its first letter does.
function reopened(lines) {
  let open = "";
  return lines.map((line) => {
    const begun = open + line;
    [...line].forEach((character, i) => {
      if (character === "\u2068") open += fromRight([...line].slice(i).find((other) => /\p{L}/u.test(other)));
      else if (character === "\u2069") open = open.slice(0, -1);
    });
    return begun + "\u2069".repeat(open.length);
  });
}

const fromRight = (letter) => (letter && runsFromRight(letter) ? "\u2067" : "\u2066");

function svgOf(view, dark, memory) {
  const { width, height } = paintSheet(new NoPen(), view, dark, memory);
  const svg = document.createElementNS(SVG, "svg");
  const pen = new SvgPen(svg, true);
  const attributes = { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  pen.element("title", {}, view.title);
  pen.element("desc", {}, view.facts.join("\n"));
  pen.rect(0, 0, width, height, themed("paper", dark));
  paintSheet(pen, view, dark, memory);
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
}

function pngOf(view, dark, memory) {
  const { width, height } = paintSheet(new NoPen(), view, dark, memory);
  const scale = Math.min(2, 16000 / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const pen = new CanvasPen(context);
  pen.rect(0, 0, width, height, themed("paper", dark));
  paintSheet(pen, view, dark, memory);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click(); // outside the page, so that the menu does not take it for a click beside it, which would close it
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Buttons that save the picture in `shown()`, and the link where the picture has one.
export function savingButtons(parent, shown, link, memory = {}) {
  const row = add(parent, "div", "saving");
  const status = add(row, "output", "told", memory.words ?? "");
  memory.status = status; // the buttons may be drawn anew while a picture is made or a link copied
  const say = (text) => {
    memory.words = text;
    memory.status.textContent = text;
  };
  const button = (label, action) => {
    const element = addButton(row, "save", label, label, async () => {
      const current = shown();
      if (!current) {
        say(gettext("There is no picture on this page yet."));
        return;
      }
      const { root, view } = current;
      await action(view, isDark(root), root.memory ?? {});
    });
    row.insertBefore(element, status);
  };
  if (link) {
    button(gettext("Copy link"), async () => {
      say((await copied(link())) ? gettext("The link is copied.") : gettext("Copy it from the address line, please."));
    });
  }
  button(gettext("Save as PNG"), async (view, dark, chosen) => {
    save(await pngOf(view, dark, chosen), `${view.file_name}.png`);
  });
  button(gettext("Save as SVG"), async (view, dark, chosen) => {
    save(svgOf(view, dark, chosen), `${view.file_name}.svg`);
  });
}

// The address of this page by an origin that others reach; the path is the same at all of them.
function linkForOthers(origins) {
  const origin = origins.length && !origins.includes(location.origin) ? origins[0] : location.origin;
  return origin + location.href.slice(location.origin.length);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers give the clipboard to https and localhost only; a class may look at http://192.168.…
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export const renderer = {
  draw: (body, view, width, send, dark, memory) => {
    const shown = () => {
      const picture = globalThis.mhaVizShown?.[view.picture];
      return picture?.root.isConnected ? picture : null;
    };
    savingButtons(body, shown, () => linkForOthers(view.origins), memory);
  },
};
