// One renderer for every view. It gets one buffer: a JSON header and the numbers it describes (see mha_viz/views.py).
// Text from users only ever becomes textContent or canvas text, never markup.

const RENDERERS = { heatmap: drawHeatmap, grid: drawGrid, strips: drawStrips, panels: drawPanels };

export default function (component) {
  const root = component.parentElement.querySelector(".view") ?? component.parentElement;
  const view = parse(component.data);
  const send = (name, value) => component.setTriggerValue(name, value);
  root.replaceChildren();
  root.dataset.view = view.kind;
  const figure = root.appendChild(document.createElement("figure"));
  if (view.caption) add(figure, "p", "caption", view.caption);
  let width = 0;
  const draw = () => {
    width = Math.floor(root.clientWidth) || 600;
    figure.querySelector(".body")?.remove();
    const body = add(figure, "div", "body"); // in the page before it is drawn, so that it has colours and fonts
    RENDERERS[view.kind](body, view, width, send, isDark(root));
    root.dataset.drawn = String(Math.round(performance.now()));
  };
  draw();
  root.observer?.disconnect(); // this function runs again on every change of the data, without a clean-up before
  root.observer = new ResizeObserver(() => {
    if (root.isConnected && Math.abs(root.clientWidth - width) > 8) draw();
  });
  root.observer.observe(root);
}

function parse(data) {
  const bytes = new Uint8Array(data).slice(); // a copy of its own starts at an aligned address
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const view = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const types = { f4: Float32Array, u1: Uint8Array };
  for (const [name, { type, offset, count }] of Object.entries(view.arrays)) {
    view[name] = new types[type](bytes.buffer, 4 + length + offset, count);
  }
  return view;
}

function add(parent, tag, className, text) {
  const element = parent.appendChild(document.createElement(tag));
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// ---- colour ------------------------------------------------------------------------------------------------------

function isDark(root) {
  const probe = add(root, "span");
  probe.style.color = getComputedStyle(root).getPropertyValue("--st-background-color") || "#ffffff";
  const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  probe.remove();
  return r + g + b < 384;
}

function rgb(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// 256 colours between the given ones.
function ramp(stops) {
  const colours = stops.map(rgb);
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colours.length - 1);
    const low = Math.min(Math.floor(at), colours.length - 2);
    for (let c = 0; c < 3; c++) {
      table[i * 3 + c] = colours[low][c] + (colours[low + 1][c] - colours[low][c]) * (at - low);
    }
  }
  return table;
}

function css(table, level) {
  return `rgb(${table[level * 3]},${table[level * 3 + 1]},${table[level * 3 + 2]})`;
}

function readableOn(table, level) {
  const linear = [0, 1, 2].map((c) => (table[level * 3 + c] / 255) ** 2.2);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.2 ? "#14161a" : "#ffffff";
}

function paletteOf(view, dark) {
  return ramp(view.palette[dark ? "dark" : "light"]);
}

function number(value) {
  if (value === -Infinity) return "masked";
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(3);
}

function short(share) {
  return share.toFixed(2).replace(/^0/, "");
}

// An image of levels (0 to 255; -1 for masked), one pixel a cell.
function cellImage(rows, columns, levelAt, table, masked) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const [mr, mg, mb] = rgb(masked);
  for (let i = 0; i < rows * columns; i++) {
    const level = levelAt(i);
    image.data[i * 4] = level < 0 ? mr : table[level * 3];
    image.data[i * 4 + 1] = level < 0 ? mg : table[level * 3 + 1];
    image.data[i * 4 + 2] = level < 0 ? mb : table[level * 3 + 2];
    image.data[i * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function sharpCanvas(parent, width, height) {
  const canvas = add(parent, "canvas");
  const scale = Math.min(window.devicePixelRatio || 1, 16000 / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.imageSmoothingEnabled = false;
  return context;
}

function place(element, left, top, width, height) {
  Object.assign(element.style, {
    display: "block", left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
  });
}

// A focusable stage with a readout that screen readers hear; arrow keys move a cell, Enter opens it.
function stage(body, label, rows, columns, { show, open }) {
  const readout = add(body, "output", "readout");
  readout.setAttribute("aria-live", "polite");
  const scroll = add(body, "div", "scroll");
  const box = add(scroll, "div", "stage");
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-roledescription", "map");
  box.setAttribute("aria-label", label);
  const state = { row: -1, column: -1 };
  const go = (row, column) => {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return;
    Object.assign(state, { row, column });
    readout.textContent = show(row, column);
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  box.addEventListener("keydown", (event) => {
    if (event.key in steps) {
      const [down, right] = steps[event.key];
      if (state.row < 0) go(0, 0);
      else go(state.row + down, state.column + right);
      event.preventDefault();
    } else if (event.key === "Enter" && open && state.row >= 0) {
      open(state.row, state.column);
      event.preventDefault();
    }
  });
  return { box, readout, go };
}

// ---- heatmap: one head, queries down, keys across -----------------------------------------------------------------

function drawHeatmap(body, view, width, send, dark) {
  const { queries, keys, values, low, high, cells, label_pixels: labelPixels } = view;
  const table = paletteOf(view, dark);
  const level = (value) => {
    if (value === -Infinity) return -1;
    return Math.max(0, Math.min(255, Math.round(((value - low) / (high - low || 1)) * 255)));
  };
  const measure = document.createElement("canvas").getContext("2d");
  const font = (size) => `${size}px ${getComputedStyle(document.body).fontFamily}`;
  const textWidth = (labels, size) => {
    measure.font = font(size);
    return Math.max(...labels.map((label) => measure.measureText(label).width));
  };
  const left = Math.min(160, Math.ceil(textWidth(queries, 14)) + 12);
  const fits = Math.min((width - left - 24) / keys.length, Math.max(22, (window.innerHeight * 0.6) / queries.length));
  const smallest = Math.max(queries.length, keys.length) <= view.labelled_tokens ? labelPixels : cells[0];
  const cell = Math.max(smallest, Math.min(cells[1], Math.floor(fits)));
  const labelled = cell >= labelPixels;
  const size = Math.max(11, Math.min(15, cell - 2));
  const longest = textWidth(keys, size);
  const upright = longest > cell - 4;
  const top = labelled ? Math.min(150, Math.ceil(upright ? longest * 0.82 + size : size) + 10) : 16;
  const tail = upright ? Math.min(90, Math.ceil(longest * 0.58)) : 0;
  const mapWidth = cell * keys.length;
  const mapHeight = cell * queries.length;

  const bands = [];
  const move = (row, column) => {
    place(bands[0], left, top + row * cell, mapWidth, cell);
    place(bands[1], left + column * cell, top, cell, mapHeight);
    place(mark, left + column * cell, top + row * cell, cell, cell);
    return `${queries[row]} → ${keys[column]}   ${number(values[row * keys.length + column])}`;
  };
  const { box, readout, go } = stage(body, view.label, queries.length, keys.length, { show: move });
  readout.textContent = view.hint;
  box.style.width = `${left + mapWidth + tail}px`;
  const context = sharpCanvas(box, left + mapWidth + tail, top + mapHeight + 2);
  bands.push(add(box, "div", "band"), add(box, "div", "band"));
  const mark = add(box, "div", "mark");

  const image = cellImage(queries.length, keys.length, (i) => level(values[i]), table, view.masked[dark ? "dark" : "light"]);
  context.drawImage(image, left, top, mapWidth, mapHeight);
  context.strokeStyle = dark ? "#555" : "#bbb";
  context.strokeRect(left + 0.5, top + 0.5, mapWidth, mapHeight);
  context.fillStyle = getComputedStyle(box).color;
  context.font = font(size);
  context.textBaseline = "middle";
  if (labelled) {
    queries.forEach((label, i) => {
      context.textAlign = "right";
      context.fillText(label, left - 6, top + (i + 0.5) * cell, left - 8);
    });
    keys.forEach((label, i) => {
      context.save();
      context.textAlign = upright ? "left" : "center";
      context.translate(left + (i + 0.5) * cell, top - (upright ? 6 : 10));
      if (upright) context.rotate(-0.95);
      context.fillText(label, 0, 0, 170);
      context.restore();
    });
  } else {
    context.textAlign = "left";
    context.fillText(`${queries.length} × ${keys.length}: point to read a cell`, left, 7);
  }
  if (cell >= 30) {
    context.textAlign = "center";
    context.font = font(Math.min(13, cell * 0.36));
    for (let i = 0; i < values.length; i++) {
      const step = level(values[i]);
      if (values[i] === -Infinity || (view.unit === "share" && values[i] < 0.05)) continue;
      context.fillStyle = readableOn(table, Math.max(0, step));
      const text = view.unit === "share" ? short(values[i]) : values[i].toFixed(1).replace(/^-(0\.0)$/, "$1");
      const [row, column] = [Math.floor(i / keys.length), i % keys.length];
      context.fillText(text, left + (column + 0.5) * cell, top + (row + 0.5) * cell);
    }
  }
  box.addEventListener("pointermove", (event) => {
    const bounds = box.getBoundingClientRect();
    go(Math.floor((event.clientY - bounds.top - top) / cell), Math.floor((event.clientX - bounds.left - left) / cell));
  });
  legend(body, table, number(low), number(high), view.unit_label);
  if (view.note) add(body, "p", "note", view.note);
}

function legend(body, table, low, high, unit) {
  const row = add(body, "div", "legend");
  add(row, "span", "", low);
  const bar = add(row, "span", "ramp");
  const stops = Array.from({ length: 9 }, (_, i) => css(table, Math.round((i / 8) * 255)));
  bar.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  add(row, "span", "", high);
  add(row, "span", "", unit);
}

// ---- grid: every head of a model, layers down, heads across ---------------------------------------------------------

function drawGrid(body, view, width, send, dark) {
  const { n_layers: nLayers, n_heads: nHeads, rows, columns, levels, strongest, chosen } = view;
  const table = paletteOf(view, dark);
  const [left, top, gap] = [36, 22, 4];
  const side = Math.max(9, Math.min(78, Math.floor((width - left) / nHeads) - gap));
  const step = side + gap;
  const at = (layer, head) => [left + head * step, top + layer * step];
  const mark = document.createElement("div");
  mark.className = "mark";
  const move = (layer, head) => {
    const [x, y] = at(layer, head);
    place(mark, x - 2, y - 2, side + 4, side + 4);
    const [query, key, value] = strongest[layer * nHeads + head];
    return `${view.names ? view.names[head] : `L${layer} H${head}`}   strongest: ${query} → ${key}   ${number(value)}`;
  };
  const open = view.names ? () => {} : (layer, head) => send("open", [layer, head]);
  const { box, readout, go } = stage(body, view.label, nLayers, nHeads, { show: move, open });
  readout.textContent = view.hint;
  const full = [left + nHeads * step, top + nLayers * step];
  box.style.width = `${full[0]}px`;
  if (!view.names) box.style.cursor = "pointer";
  const context = sharpCanvas(box, ...full);
  box.appendChild(mark);
  const atlas = cellImage(nLayers * nHeads * rows, columns, (i) => levels[i], table, view.masked[dark ? "dark" : "light"]);
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  context.fillStyle = getComputedStyle(box).color;
  context.textBaseline = "middle";
  for (let layer = 0; layer < nLayers; layer++) {
    const [, y] = at(layer, 0);
    context.textAlign = "right";
    if (!view.names) context.fillText(`L${layer}`, left - 6, y + side / 2);
    for (let head = 0; head < nHeads; head++) {
      const [x] = at(layer, head);
      context.drawImage(atlas, 0, (layer * nHeads + head) * rows, columns, rows, x, y, side, side);
      context.strokeStyle = dark ? "#555" : "#ccc";
      context.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
    }
  }
  context.textAlign = "center";
  for (let head = 0; head < nHeads; head++) {
    if (side >= 20 || head % 4 === 0) context.fillText(view.names?.[head] ?? `H${head}`, at(0, head)[0] + side / 2, 10);
  }
  if (chosen) {
    const [x, y] = at(...chosen);
    context.strokeStyle = "#e0560b";
    context.lineWidth = 2;
    context.strokeRect(x - 2, y - 2, side + 4, side + 4);
  }
  const headUnder = (event) => {
    const bounds = box.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left - left, event.clientY - bounds.top - top];
    return x < 0 || y < 0 ? [-1, -1] : [Math.floor(y / step), Math.floor(x / step)];
  };
  box.addEventListener("pointermove", (event) => go(...headUnder(event)));
  box.addEventListener("click", (event) => {
    const [layer, head] = headUnder(event);
    if (layer >= 0 && head >= 0 && layer < nLayers && head < nHeads) open(layer, head);
  });
  legend(body, table, "0", "1", "attention, largest in each cell");
  if (view.note) add(body, "p", "note", view.note);
}

// ---- strips: what one word looks at, one line a head ----------------------------------------------------------------

function drawStrips(body, view, width, send, dark) {
  const { words, query, target, heads, values, from_others: fromOthers } = view;
  const table = paletteOf(view, dark);
  const needed = words.reduce((sum, word) => sum + Math.max(38, word.length * 9 + 14), 0); // pixels at 16 a line
  body.style.fontSize = `${Math.max(16, Math.min(26, (16 * (width - 130)) / needed))}px`;
  const sentence = add(body, "div", "strip sentence");
  sentence.setAttribute("role", "group");
  sentence.setAttribute("aria-label", "The sentence: choose the word that looks");
  if (query >= 0) add(sentence, "span", "name", "click a word:");
  const row = add(sentence, "div", "words");
  words.forEach((word, i) => {
    const button = add(row, "button", "word", word);
    button.type = "button";
    button.setAttribute("aria-pressed", String(i === query));
    button.addEventListener("click", () => send("look_from", i));
  });
  heads.forEach(([layer, head], h) => {
    const strip = add(body, "div", "strip");
    const name = add(strip, "button", "name", `L${layer} H${head}`);
    name.type = "button";
    name.title = "Open this head";
    name.addEventListener("click", () => send("open", [layer, head]));
    if (fromOthers[h] !== null) {
      name.title = `Open this head. On average the other words give “${words[target]}” ${number(fromOthers[h])} here.`;
      add(name, "small", "others", `others ${short(fromOthers[h])}`);
    }
    const line = add(strip, "div", "words");
    words.forEach((word, i) => {
      const value = values[h * words.length + i];
      const level = Math.max(0, Math.min(255, Math.round(value * 255)));
      const cell = add(line, "span", "word", word);
      cell.style.background = css(table, level);
      cell.style.color = readableOn(table, level);
      cell.title = `${word}: ${number(value)}`;
      if (i === target || value >= 0.15) add(cell, "span", "value", short(value));
    });
  });
  legend(body, table, "0", "1", "share of the attention of the marked word");
  if (view.note) add(body, "p", "note", view.note);
}

// ---- panels: the numbers of one step, as matrices (rows are positions or heads) or as bars ---------------------------

function drawPanels(body, view, width, send, dark) {
  const stack = add(body, "div", "panels");
  view.panels.forEach((panel) => {
    const values = view.values.subarray(panel.offset, panel.offset + panel.rows.length * panel.columns);
    const box = add(stack, "section", "panel");
    if (panel.share < 1 && width >= 640) box.style.maxWidth = `${panel.share * width - 12}px`;
    add(box, "h3", "", panel.title);
    if (panel.kind === "bars") drawBars(box, panel, values, paletteOf(panel, dark));
    else drawMatrix(box, panel, values, width < 640 ? width : Math.min(width, panel.share * width - 12), paletteOf(panel, dark), view.masked[dark ? "dark" : "light"]);
  });
  if (view.note) add(body, "p", "note", view.note);
}

function levelOf(value, low, high) {
  return value === -Infinity ? -1 : Math.max(0, Math.min(255, Math.round(((value - low) / (high - low || 1)) * 255)));
}

function drawMatrix(box, panel, values, width, table, masked) {
  const { rows, columns, marked, low, high } = panel;
  const left = 92;
  const height = Math.max(14, Math.min(24, Math.floor((window.innerHeight * 0.4) / rows.length)));
  const cell = Math.max(1, Math.min(height, (width - left) / columns));
  let mark = null;
  const show = (row, column) => {
    place(mark, left + column * cell - 1, row * height, Math.max(4, cell + 2), height);
    return `${rows[row]}, ${panel.column_name} ${column}:  ${number(values[row * columns + column])}`;
  };
  const { box: area, readout, go } = stage(box, `${panel.title}: ${rows.length} rows, ${columns} columns`, rows.length, columns, { show });
  readout.textContent = panel.shape;
  area.style.width = `${left + cell * columns + 2}px`;
  const context = sharpCanvas(area, Math.ceil(left + cell * columns + 2), rows.length * height + 2);
  mark = add(area, "div", "mark");
  const image = cellImage(rows.length, columns, (i) => levelOf(values[i], low, high), table, masked);
  context.drawImage(image, left, 0, cell * columns, rows.length * height);
  context.font = `${Math.min(14, height - 2)}px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  rows.forEach((label, i) => {
    context.fillStyle = i === marked ? "#d9480f" : getComputedStyle(area).color;
    context.fillText(label, left - 6, (i + 0.5) * height, left - 10);
  });
  if (marked >= 0) {
    context.strokeStyle = "#e0560b";
    context.lineWidth = 2;
    context.strokeRect(left + 1, marked * height + 1, cell * columns - 1, height - 1);
  }
  area.addEventListener("pointermove", (event) => {
    const bounds = area.getBoundingClientRect();
    go(Math.floor((event.clientY - bounds.top) / height), Math.floor((event.clientX - bounds.left - left) / cell));
  });
  const clipped = panel.largest > Math.max(-low, high) * 1.001 ? `; colours end here, the largest is ${number(panel.largest)}` : "";
  legend(box, table, number(low), number(high), panel.unit + clipped);
}

function drawBars(box, panel, values, table) {
  const list = add(box, "ul", panel.share < 1 ? "bars narrow" : "bars");
  const largest = Math.max(Math.abs(panel.low), Math.abs(panel.high)) || 1;
  panel.rows.forEach((label, i) => {
    const item = add(list, "li", i === panel.marked ? "marked" : "");
    add(item, "span", "label", label);
    const track = add(item, "span", "track");
    const bar = add(track, "span", "bar");
    const value = values[i];
    const share = value === -Infinity ? 0 : Math.abs(value) / largest;
    bar.style.width = `${share * (panel.low < 0 ? 50 : 100)}%`;
    if (panel.low < 0) bar.style.marginLeft = `${value < 0 ? 50 - share * 50 : 50}%`;
    bar.style.background = css(table, value < 0 ? 40 : 200);
    add(item, "span", "number", number(value));
  });
}
