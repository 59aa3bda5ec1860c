// ---- head: lines from queries to keys, and beside them the heatmap of the same numbers ------------------------------
//
// `values` holds the maps of `heads` one after another; `memory.heads` are those that are looked at (indices into
// them). With several, the heatmap is their mean. `overview`, where there is one, is the whole map pooled, with the
// window that the lines and the heatmap show.

import { css, ink, levelOf, paletteOf, readableOn, secondInk, themed } from "./colours.js";
import { add, addButton, addReadout, place } from "./elements.js";
import { legend, paintLegend } from "./legends.js";
import { CanvasPen, CellImage, sharpCanvas, SVG, SvgPen, textWidth } from "./pens.js";
import { stage } from "./stage.js";
import { count, fixed, nameInLayer, number, short } from "./wording.js";

export const renderer = { draw: drawHead, paint: paintHead, table: headTable };

const MOST_LINES = 3000;

// What is looked at, computed once for a choice of heads.
function headNumbers(view, chosen) {
  const [n, m] = [view.queries.length, view.keys.length];
  let mean = view.values.subarray(chosen[0] * n * m, (chosen[0] + 1) * n * m);
  if (chosen.length > 1) {
    mean = new Float32Array(n * m);
    for (const map of chosen) for (let i = 0; i < n * m; i++) mean[i] += view.values[map * n * m + i] / chosen.length;
  }
  return { n, m, mean, chosen };
}

// Every line of the chosen heads that reaches the threshold, strongest first.
function headLines(view, { n, m, chosen }, threshold) {
  const { values, line_scale: scale } = view;
  const lines = [];
  let possible = 0;
  chosen.forEach((map, colour) => {
    for (let i = 0; i < n * m; i++) {
      const value = values[map * n * m + i];
      if (value === -Infinity || value === 0) continue;
      possible += 1;
      const weight = Math.min(1, Math.abs(value) / scale);
      if (weight >= threshold) lines.push({ map, colour, query: Math.floor(i / m), key: i % m, value, weight });
    }
  });
  lines.sort((a, b) => b.weight - a.weight);
  return { lines: lines.slice(0, MOST_LINES), reached: lines.length, possible };
}

function linesLayout(view, width) {
  const size = view.queries.length > 60 ? 12 : 15;
  const row = Math.max(size + 3, Math.min(30, Math.floor(400 / Math.max(view.queries.length, view.keys.length))));
  const longest = (labels) => Math.min(150, Math.ceil(Math.max(...labels.map((label) => textWidth(label, size)))) + 12);
  const left = longest(view.queries);
  const right = longest(view.keys);
  const gap = Math.max(70, Math.min(300, width - left - right - 40));
  const n = Math.max(view.queries.length, view.keys.length);
  return { size, row, left, gap, right, top: 6, width: left + gap + right + 40, height: 12 + n * row };
}

function paintLines(pen, layout, lines, colours, view, faint = 1) {
  const { left, gap, top, row } = layout;
  for (const { query, key, value, weight, colour, map } of lines) {
    const [y1, y2] = [top + (query + 0.5) * row, top + (key + 0.5) * row];
    const title = `${view.heads[map].name}: ${view.queries[query]} → ${view.keys[key]} ${number(value)}`;
    const [thick, opacity] = [0.75 + 4 * weight, Math.max(0.12, weight) * faint];
    pen.line(left, y1, left + gap, y2, colours[colour % colours.length], thick, opacity, title);
  }
}

function paintTokens(pen, layout, view, dark, sides = ["query", "key"]) {
  const { left, gap, right, top, row, size } = layout;
  const write = (labels, second, x, style) =>
    labels.forEach((label, i) => {
      pen.text(label, x, top + (i + 0.5) * row, { size, fill: second[i] ? secondInk(dark) : ink(dark), ...style });
    });
  if (sides.includes("query")) write(view.queries, view.second.query, left - 6, { align: "right", most: left - 8 });
  if (sides.includes("key")) write(view.keys, view.second.key, left + gap + 6, { most: right - 8 });
}

function headColours(view, dark, chosen) {
  return chosen.length === 1 ? [themed("line", dark)] : view.colours[dark ? "dark" : "light"];
}

// ---- the heatmap ----------------------------------------------------------------------------------------------------

export function heatmapLayout(view, width, tall) {
  const { queries, keys, cells, label_pixels: labelPixels } = view;
  const widest = (labels, size) => Math.max(...labels.map((label) => textWidth(label, size)));
  const left = Math.min(150, Math.ceil(widest(queries, 14)) + 12);
  const smallest = Math.max(queries.length, keys.length) <= view.labelled_tokens ? labelPixels : cells[0];
  let cell = cells[1];
  let size, longest, upright, tail;
  for (let tries = 0; tries < 2; tries++) {
    size = Math.max(11, Math.min(15, cell - 2));
    longest = widest(keys, size);
    upright = longest > cell - 4;
    tail = upright ? Math.min(80, Math.ceil(longest * 0.58)) : 0;
    const fits = Math.min((width - left - tail - 4) / keys.length, Math.max(22, tall / queries.length));
    cell = Math.max(smallest, Math.min(cells[1], Math.floor(fits)));
  }
  const labelled = cell >= labelPixels;
  const top = labelled ? Math.min(130, Math.ceil(upright ? longest * 0.82 + size : size) + 10) : 16;
  const [mapWidth, mapHeight] = [cell * keys.length, cell * queries.length];
  const [across, down] = [left + mapWidth + tail, top + mapHeight + 2];
  return { left, top, cell, size, upright, labelled, mapWidth, mapHeight, width: across, height: down };
}

export function paintHeatmap(pen, layout, view, values, table, dark) {
  const { queries, keys, low, high } = view;
  const { left, top, cell, size, upright, labelled, mapWidth, mapHeight } = layout;
  const fill = ink(dark);
  const title = (row, column) => `${queries[row]} → ${keys[column]}: ${number(values[row * keys.length + column])}`;
  const levelAt = (i) => levelOf(values[i], low, high);
  const image = new CellImage(queries.length, keys.length, levelAt, table, view.masked[dark ? "dark" : "light"], title);
  pen.cells(left, top, mapWidth, mapHeight, image);
  pen.box(left + 0.5, top + 0.5, mapWidth, mapHeight, themed("map-frame", dark));
  if (labelled) {
    const of = (side, i) => ({ size, fill: view.second[side][i] ? secondInk(dark) : fill });
    queries.forEach((label, i) => {
      pen.text(label, left - 6, top + (i + 0.5) * cell, { ...of("query", i), align: "right", most: left - 8 });
    });
    keys.forEach((label, i) => {
      const [x, y] = [left + (i + 0.5) * cell, top - (upright ? 6 : 10)];
      const turned = { align: upright ? "left" : "center", angle: upright ? -0.95 : 0 };
      pen.text(label, x, y, { ...of("key", i), ...turned, most: 150 });
    });
  } else {
    pen.text(`${queries.length} × ${keys.length}: point to read a cell`, left, 7, { size, fill });
  }
  if (cell < 30) return;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === -Infinity || (view.unit === "share" && values[i] < 0.05)) continue;
    const text = view.unit === "share" ? short(values[i]) : fixed(values[i], 1).replace(/^-(0\.0)$/, "$1");
    const [row, column] = [Math.floor(i / keys.length), i % keys.length];
    const on = readableOn(table, Math.max(0, levelAt(i)));
    const [x, y] = [left + (column + 0.5) * cell, top + (row + 0.5) * cell];
    pen.text(text, x, y, { size: Math.min(13, cell * 0.36), align: "center", fill: on });
  }
}

// For exports: what is on the screen, side by side.
function paintHead(pen, view, width, dark, memory = {}) {
  const numbers = headNumbers(view, memory.heads ?? view.shown);
  const threshold = memory.threshold ?? view.threshold;
  const table = paletteOf(view, dark);
  const colours = headColours(view, dark, numbers.chosen);
  const side = linesLayout(view, Math.min(520, width * 0.42));
  const map = heatmapLayout(view, Math.max(320, width - side.width - 24), 620);
  const { lines } = headLines(view, numbers, threshold);
  const picked = memory.picked?.length ? lines.filter((line) => memory.picked.includes(line[memory.side])) : lines;
  pen.group(0, map.top, () => {
    paintLines(pen, side, picked, colours, view);
    paintTokens(pen, side, view, dark);
  });
  pen.group(side.width + 24, 0, () => paintHeatmap(pen, map, view, numbers.mean, table, dark));
  let y = Math.max(side.height + map.top, map.height) + 10;
  if (numbers.chosen.length > 1) {
    let x = 0;
    numbers.chosen.forEach((i, colour) => {
      pen.rect(x, y, 14, 14, colours[colour % colours.length]);
      pen.text(view.heads[i].name, x + 18, y + 8, { size: 12, fill: ink(dark) });
      x += 26 + textWidth(view.heads[i].name, 12) + 10;
    });
    y += 22;
  }
  y = paintLegend(pen, y, table, number(view.low), number(view.high), view.unit_label, dark);
  return { width: side.width + 24 + map.width, height: y };
}

function headTable(view) {
  const numbers = headNumbers(view, view.shown);
  const value = (i, j) => number(numbers.mean[i * numbers.m + j]);
  const rows = view.queries.map((label, i) => [label, ...view.keys.map((_, j) => value(i, j))]);
  return { head: ["from \\ to", ...view.keys], rows };
}

// ---- on the screen --------------------------------------------------------------------------------------------------

function drawHead(body, view, width, send, dark, memory) {
  if (memory.sent !== JSON.stringify([view.shown, view.heads.map((head) => head.name), view.picked, view.threshold])) {
    memory.sent = JSON.stringify([view.shown, view.heads.map((head) => head.name), view.picked, view.threshold]);
    Object.assign(memory, {
      heads: [...view.shown], side: view.side, picked: [...view.picked], threshold: view.threshold,
    });
  }
  memory.heads ??= [...view.shown];
  const table = paletteOf(view, dark);
  const wide = width >= 860;
  const readout = addReadout(body, view.hint);
  const tools = add(body, "div", "tools");
  const columns = add(body, "div", wide ? "side-by-side" : "stacked");
  if (view.overview) drawOverview(add(columns, "div", "part"), view, send, dark, table);
  const taken = view.overview && wide ? 236 : 0;
  const forLines = wide ? Math.min(480, (width - taken) * 0.42) : width;
  const side = linesLayout(view, forLines);
  const tall = Math.max(window.innerHeight * 0.5, window.innerHeight - 440);
  const map = heatmapLayout(view, wide ? width - taken - side.width - 28 : width, tall);
  const parts = {
    lines: drawLines(add(columns, "div", "part"), view, send, dark, table, memory, side, wide ? map.top - 6 : 0),
    heatmap: drawHeatmap(add(columns, "div", "part"), view, send, dark, table, memory, map),
  };
  const redraw = () => {
    const numbers = headNumbers(view, memory.heads);
    parts.numbers = numbers;
    parts.lines.repaint(numbers, told);
    parts.heatmap.repaint(numbers);
    point({});
  };
  // What is under the pointer or the cursor, in both parts: a query, a key, or a cell of both.
  const point = ({ query, key }) => {
    parts.lines.point({ query, key });
    parts.heatmap.point({ query, key });
    readout.textContent = headSays(view, parts.numbers, memory, { query, key }) || view.hint;
  };
  const turn = view.turns ? (down, right) => send("turn", [down, right]) : null;
  parts.lines.connect(point, turn);
  parts.heatmap.connect(point, turn);
  const told = drawTools(tools, view, send, dark, memory, redraw);
  redraw();
  legend(body, table, number(view.low), number(view.high), view.unit_label);
}

function headSays(view, { n, m, mean }, memory, { query, key }) {
  if (query !== undefined && key !== undefined) {
    return `${view.queries[query]} → ${view.keys[key]}   ${number(mean[query * m + key])}`;
  }
  const pointed = query !== undefined ? ["query", [query]] : key !== undefined ? ["key", [key]] : null;
  const [side, picked] = pointed ?? [memory.side, memory.picked];
  if (!picked?.length) return "";
  const sums = headSums({ n, m, mean }, side, picked);
  const others = side === "query" ? view.keys : view.queries;
  const most = [...sums.keys()].filter((i) => sums[i] !== -Infinity).sort((a, b) => sums[b] - sums[a]).slice(0, 4);
  const names = picked.map((i) => (side === "query" ? view.queries : view.keys)[i]).join(" + ");
  const listed = most.map((i) => `${others[i]} ${short(sums[i])}`).join(",  ");
  return side === "query" ? `${names} → ${listed}` : `${listed}  → ${names}`;
}

// Summed attention of some queries on each key, or of each query on some keys.
function headSums({ n, m, mean }, side, picked) {
  const sums = new Float64Array(side === "query" ? m : n);
  for (const i of picked) {
    for (let j = 0; j < sums.length; j++) sums[j] += side === "query" ? mean[i * m + j] : mean[j * m + i];
  }
  return sums;
}

function drawTools(tools, view, send, dark, memory, redraw) {
  const buttons = add(tools, "div", "swatches");
  if (view.switches.length > 1) {
    buttons.setAttribute("role", "group");
    buttons.setAttribute("aria-label", "Heads whose lines are drawn");
  }
  const paint = () => {
    const colours = headColours(view, dark, memory.heads);
    for (const button of buttons.children) {
      const at = memory.heads.findIndex((i) => view.heads[i].head === Number(button.dataset.head));
      button.setAttribute("aria-pressed", String(at >= 0));
      button.style.background = at >= 0 ? colours[at % colours.length] : "none";
      button.style.color = at >= 0 ? themed(dark ? "on-light" : "on-dark") : "";
    }
  };
  const toggle = (head) => {
    const here = view.heads.findIndex((one) => one.head === head);
    let heads = memory.heads.map((i) => view.heads[i].head);
    heads = heads.includes(head) ? heads.filter((one) => one !== head) : [...heads, head];
    if (!heads.length) return;
    if (here >= 0) {
      memory.heads = heads.map((one) => view.heads.findIndex((known) => known.head === one));
      paint();
      redraw();
    }
    send("heads", heads);
  };
  if (view.switches.length > 1) {
    for (const head of view.switches) {
      addButton(buttons, "swatch", nameInLayer(head), nameInLayer(head), () => toggle(head)).dataset.head = head;
    }
  }
  buttons.hidden = view.switches.length < 2;
  paint();
  const label = add(tools, "label", "threshold", "Lines from ");
  const slider = add(label, "input");
  Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.01, value: memory.threshold });
  slider.dataset.key = "threshold";
  const reading = add(label, "span");
  const told = add(tools, "span", "told");
  const read = () => {
    const from = memory.threshold * view.line_scale;
    reading.textContent = ` ${from > 0 && from < 0.01 ? from.toPrecision(1) : short(from)}`;
    slider.setAttribute("aria-valuetext", reading.textContent);
  };
  read();
  slider.addEventListener("input", () => {
    memory.threshold = Number(slider.value);
    read();
    redraw();
  });
  slider.addEventListener("change", () => send("threshold", memory.threshold));
  if (view.badge) add(tools, "span", "badge", view.badge);
  addButton(tools, "clear", "Clear selection", "clear", () => {
    memory.picked = [];
    send("look", { side: memory.side, tokens: [] });
    redraw();
  });
  return ({ lines, reached, possible }) => {
    const most = reached > lines.length ? ", the strongest" : "";
    told.textContent = `${count(lines.length)} of ${count(possible)} lines drawn${most}`;
    tools.querySelector(".clear").hidden = !memory.picked.length;
  };
}

function drawLines(parent, view, send, dark, table, memory, layout, lower) {
  const { left, gap, right, top, row, size } = layout;
  const sides = [view.queries, view.keys];
  const most = Math.max(view.queries.length, view.keys.length);
  let point = () => {};
  let turn = null;
  let colours = [];
  let numbers = null;
  let lines = [];
  let tell = () => {};
  const pick = (token, column) => {
    const side = column ? "key" : "query";
    if (memory.side !== side) memory.picked = [];
    memory.side = side;
    const others = memory.picked.filter((one) => one !== token);
    memory.picked = memory.picked.includes(token) ? others : [...memory.picked, token];
    send("look", { side, tokens: memory.picked });
    point({});
    tell();
  };
  const { box, to } = stage(parent, "lines", `${view.label}, as lines`, most, 2, {
    go: (token, column) => {
      if (token < sides[column].length) point(column ? { key: token } : { query: token });
    },
    open: (token, column) => token < sides[column].length && pick(token, column),
    turn: (down, right_) => turn?.(down, right_),
    clear: () => {
      memory.picked = [];
      send("look", { side: memory.side, tokens: [] });
      point({});
      tell();
    },
  });
  box.style.width = `${layout.width}px`;
  box.style.cursor = "pointer";
  box.style.paddingTop = `${lower}px`;
  const svg = box.appendChild(document.createElementNS(SVG, "svg"));
  svg.setAttribute("width", layout.width);
  svg.setAttribute("height", layout.height);
  svg.setAttribute("aria-hidden", "true");
  const pen = new SvgPen(svg);
  const all = pen.element("g", { class: "all-lines" });
  const behind = pen.element("g", {});
  const active = pen.element("g", { class: "active-lines" });
  const labels = { query: pen.element("g", {}), key: pen.element("g", {}) };
  for (const side of ["query", "key"]) paintTokens(new SvgPen(labels[side]), layout, view, dark, [side]);

  const shade = (sums, side, picked) => {
    const largest = Math.max(view.unit === "share" ? 1 : 0, ...[...sums].filter(Number.isFinite).map(Math.abs)) || 1;
    const column = side === "query" ? 1 : 0;
    const under = new SvgPen(behind);
    const x = column ? left + gap + 2 : 2;
    const width = column ? right - 4 : left - 4;
    sums.forEach((sum, i) => {
      if (!Number.isFinite(sum)) return;
      const level = Math.max(0, Math.min(255, Math.round((Math.abs(sum) / largest) * 255)));
      const y = top + i * row;
      under.rect(x, y + 0.5, width, row - 1, css(table, level));
      const style = { size, fill: readableOn(table, level), most: width - 8 };
      const from = column ? left + gap + 6 : left - 6;
      new SvgPen(active).text(sides[column][i], from, y + row / 2, { ...style, align: column ? "left" : "right" });
      const text = short(sum);
      if (column && text !== ".00" && text !== "-.00") {
        const small = { size: Math.min(13, size), fill: ink(dark) };
        under.text(text, left + gap + right + 2, y + row / 2, small);
      }
    });
    for (const i of picked) {
      const [from, wide] = column ? [1, left - 2] : [left + gap + 1, right - 2];
      new SvgPen(active).box(from, top + i * row, wide, row, themed("mark"), 2);
    }
  };
  const highlight = ({ query, key }) => {
    behind.replaceChildren();
    active.replaceChildren();
    const pointed = query !== undefined || key !== undefined;
    const both = query !== undefined && key !== undefined;
    const side = query !== undefined ? "query" : key !== undefined ? "key" : memory.side;
    let picked = pointed ? [side === "query" ? query : key] : memory.picked;
    if (pointed && !both && memory.side === side && memory.picked.length) {
      picked = [...new Set([...memory.picked, ...picked])];
    }
    all.style.opacity = picked?.length ? 0.1 : 1;
    labels.query.style.display = picked?.length && side === "key" ? "none" : "";
    labels.key.style.display = picked?.length && side === "query" ? "none" : "";
    if (!picked?.length) return;
    const chosen = both
      ? lines.filter((line) => line.query === query && line.key === key)
      : lines.filter((line) => picked.includes(line[side]));
    paintLines(new SvgPen(active), layout, chosen, colours, view);
    shade(headSums(numbers, side, picked), side, picked);
  };
  const under = (event) => {
    const bounds = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top - top];
    const column = x < left + gap * 0.2 ? 0 : x > left + gap * 0.8 ? 1 : -1;
    const token = Math.floor(y / row);
    return column < 0 || token < 0 || token >= sides[column].length ? null : [token, column];
  };
  box.addEventListener("pointermove", (event) => {
    const cell = under(event);
    if (cell) to(...cell);
    else point({});
  });
  box.addEventListener("pointerleave", () => point({}));
  box.addEventListener("click", (event) => {
    const cell = under(event);
    if (cell) pick(...cell);
  });
  return {
    connect(pointer, turner) {
      point = pointer;
      turn = turner;
    },
    point: highlight,
    repaint(newNumbers, told) {
      numbers = newNumbers;
      colours = headColours(view, dark, numbers.chosen);
      const found = headLines(view, numbers, memory.threshold);
      lines = found.lines;
      all.replaceChildren();
      paintLines(new SvgPen(all), layout, lines, colours, view);
      tell = () => told(found);
      tell();
    },
  };
}

export function drawHeatmap(parent, view, send, dark, table, memory, layout, open) {
  const { queries, keys } = view;
  const { left, top, cell, mapWidth, mapHeight } = layout;
  let point = () => {};
  let turn = null;
  const { box, to } = stage(parent, view.key ?? "heatmap", view.label, queries.length, keys.length, {
    go: (query, key) => point({ query, key }),
    turn: (down, right) => turn?.(down, right),
    open,
  });
  box.style.width = `${layout.width}px`;
  const context = sharpCanvas(box, layout.width, layout.height);
  const pen = new CanvasPen(context);
  const bands = [add(box, "div", "band"), add(box, "div", "band")];
  const mark = add(box, "div", "mark");
  const under = (event) => {
    const bounds = box.getBoundingClientRect();
    const row = Math.floor((event.clientY - bounds.top - top) / cell);
    const column = Math.floor((event.clientX - bounds.left - left) / cell);
    return row < 0 || column < 0 || row >= queries.length || column >= keys.length ? null : [row, column];
  };
  box.addEventListener("pointermove", (event) => {
    const place_ = under(event);
    if (place_) to(...place_);
    else point({});
  });
  box.addEventListener("pointerleave", () => point({}));
  if (open) {
    box.style.cursor = "pointer";
    box.addEventListener("click", (event) => {
      const place_ = under(event);
      if (place_) open(...place_);
    });
  }
  return {
    connect(pointer, turner) {
      point = pointer;
      turn = turner;
    },
    point({ query, key }) {
      for (const element of [...bands, mark]) element.style.display = "none";
      if (query !== undefined) place(bands[0], left, top + query * cell, mapWidth, cell);
      if (key !== undefined) place(bands[1], left + key * cell, top, cell, mapHeight);
      if (query !== undefined && key !== undefined) place(mark, left + key * cell, top + query * cell, cell, cell);
    },
    repaint({ mean }) {
      context.clearRect(0, 0, layout.width, layout.height);
      paintHeatmap(pen, layout, view, mean, table, dark);
    },
  };
}

// The whole map, pooled, and the window that is shown in full: drag to choose another, or move it with the arrow keys.
function drawOverview(parent, view, send, dark, table) {
  const { overview_size: [rows, columns], window: [q0, q1, k0, k1], whole: [n, m] } = view;
  const size = 220;
  const [width, height] = [m >= n ? size : Math.max(40, (size * m) / n), n >= m ? size : Math.max(40, (size * n) / m)];
  add(
    parent, "p", "small",
    `All ${count(n)} × ${count(m)}, the largest in each cell. Drag to choose what is shown in full.`,
  );
  const label = `Overview of ${n} by ${m} positions; the arrow keys move the window`;
  const { box } = stage(parent, "overview", label, 1e9, 1e9, { go: () => {} });
  box.style.width = `${width}px`;
  const pen = new CanvasPen(sharpCanvas(box, width, height));
  const larger = (most, value) => (value === -Infinity ? most : Math.max(most, Math.abs(value)));
  const top = view.overview.reduce(larger, 0) || 1;
  const levelAt = (i) => levelOf(view.overview[i], view.low < 0 ? -top : 0, top);
  pen.cells(0, 0, width, height, new CellImage(rows, columns, levelAt, table, view.masked[dark ? "dark" : "light"]));
  pen.box(0.5, 0.5, width - 1, height - 1, themed("overview-frame", dark));
  const brush = add(box, "div", "brush");
  const draw = ([a, b, c, d]) => {
    const [wide, tall] = [Math.max(4, ((d - c) / m) * width), Math.max(4, ((b - a) / n) * height)];
    place(brush, (c / m) * width, (a / n) * height, wide, tall);
  };
  draw(view.window);
  const clamp = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  const moved = (a, c) => {
    const [tall, broad] = [q1 - q0, k1 - k0];
    const [from, at] = [clamp(a, n - tall), clamp(c, m - broad)];
    return [from, from + tall, at, at + broad];
  };
  let waiting = 0;
  let current = view.window;
  const choose = (next, wait = 0) => {
    current = next;
    draw(next);
    clearTimeout(waiting);
    waiting = setTimeout(() => send("window", next), wait);
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  box.addEventListener("keydown", (event) => {
    if (!(event.key in steps)) return;
    const [down, right] = steps[event.key];
    choose(moved(current[0] + (down * (q1 - q0)) / 2, current[2] + (right * (k1 - k0)) / 2), 350);
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  let start = null;
  const at = (event) => {
    const bounds = box.getBoundingClientRect();
    return [((event.clientY - bounds.top) / height) * n, ((event.clientX - bounds.left) / width) * m];
  };
  const dragged = (event) => {
    const [a, c] = start;
    const [b, d] = at(event);
    if (Math.abs(((b - a) / n) * height) < 5 && Math.abs(((d - c) / m) * width) < 5) {
      return moved(b - (q1 - q0) / 2, d - (k1 - k0) / 2);
    }
    const span = (x, y, most) => {
      const low_ = clamp(Math.min(x, y), most - 1);
      return [low_, Math.min(most, Math.max(low_ + 8, Math.min(clamp(Math.max(x, y), most), low_ + view.window_size)))];
    };
    return [...span(a, b, n), ...span(c, d, m)];
  };
  box.addEventListener("pointerdown", (event) => {
    start = at(event);
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    if (start) draw(dragged(event));
  });
  box.addEventListener("pointerup", (event) => {
    if (start) choose(dragged(event));
    start = null;
  });
}
