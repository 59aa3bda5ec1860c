// ---- tools: which heads are drawn, side by side or as their mean, and from where on lines are; part of a head's view

import { themed } from "./colours.js";
import { add, addButton } from "./elements.js";
import { addRamps } from "./legends.js";
import { gettext } from "./texts.js";
import { count, headName, layerName, nameInLayer, short } from "./wording.js";

export const same = ([layer, head]) => (other) => other[0] === layer && other[1] === head;

// Where a head stands among those whose numbers travelled along; -1 where they did not.
const sentAt = (view, place) => view.heads.findIndex((one) => same(place)([one.layer, one.head]));

const placesOf = (view, memory) => memory.heads.map((i) => [view.heads[i].layer, view.heads[i].head]);

// The same heads with one more, or without it; null where that cannot be.
export function toggled(heads, place, most) {
  const rest = heads.filter((other) => !same(place)(other));
  if (rest.length < heads.length) return rest.length ? rest : null;
  return heads.length < most ? [...heads, place] : null;
}

// "L3 H1, l5h11": [layer, head] each; null where that is no list of heads.
export function headsNamed(text) {
  const parts = text.split(",").map((part) => part.trim()).filter(Boolean);
  const read = parts.map((part) => /^L?(\d{1,4})(?:\s*H\s*|[\s.]+)(\d{1,4})$/i.exec(part));
  return parts.length && read.every(Boolean) ? read.map(([, layer, head]) => [Number(layer), Number(head)]) : null;
}

// What is said of heads that are asked for by name; "" where all of them are there.
export function faultOf(view, asked) {
  if (!asked) return gettext("Write heads by their names, with commas: L3 H1, L5 H11.");
  const headsOf = (layer) => view.offers.find(([at]) => at === layer)?.[1];
  const missing = asked.find(([layer, head]) => !headsOf(layer)?.includes(head));
  if (!missing) return "";
  const layers = view.offers.map(([layer]) => layer);
  const heads = headsOf(missing[0]) ?? view.offers[0][1];
  return gettext("There is no {head}: this model has {first_layer} to {last_layer}, {first_head} to {last_head}.", {
    head: headName(...missing),
    first_layer: layerName(layers[0]), last_layer: layerName(layers.at(-1)),
    first_head: nameInLayer(heads[0]), last_head: nameInLayer(heads.at(-1)),
  });
}

// All of them; returns what says how many lines are drawn and what bands stand for. `redraw` draws the lines anew,
// `anew` everything.
export function drawTools(tools, view, numbers, { send, memory, redraw, anew, say }) {
  const choose = (heads) => {
    const at = heads.map((place) => sentAt(view, place));
    if (at.every((i) => i >= 0)) {
      memory.heads = at;
      anew();
    }
    send("heads", heads);
  };
  const toggle = (place) => {
    const heads = toggled(placesOf(view, memory), place, view.most);
    if (heads) choose(heads);
    else if (memory.heads.length >= view.most) say(fullSays(view));
  };
  const label = (name) => add(tools, "label", "threshold", `${name} `);
  if (view.layers?.length > 1) drawLayers(label(gettext("Layer")), view, memory, choose);
  drawSwitches(add(tools, "div", "swatches"), view, numbers, memory, toggle);
  if (view.offers) drawField(add(tools, "form", "by-name"), view, memory, { choose, say });
  drawThreshold(label(gettext("Lines from")), view, send, memory, redraw);
  const drawn = add(tools, "span", "told");
  if (memory.heads.length > 1) addMean(tools, memory, send, anew);
  if (view.badge) add(tools, "span", "badge", view.badge);
  const clear = addButton(tools, "clear", gettext("Clear selection"), "clear", () => {
    memory.picked = [];
    send("look", { side: memory.side, tokens: [] });
    redraw();
  });
  return ({ lines, reached, possible }) => {
    const how = { n: count(lines.length), all: count(possible) };
    drawn.textContent = reached > lines.length
      ? gettext("{n} of {all} lines drawn, the strongest", how) : gettext("{n} of {all} lines drawn", how);
    clear.hidden = !memory.picked.length;
  };
}

const fullSays = (view) => gettext("{n} heads are the most at once: leave one out first.", { n: view.most });

// All that are drawn as one map, or side by side again.
function addMean(tools, memory, send, anew) {
  const button = addButton(tools, "clear", gettext("Mean of these heads"), "mean", () => {
    memory.mean = !memory.mean;
    anew();
    send("mean", memory.mean);
  });
  button.setAttribute("aria-pressed", String(memory.mean));
}

// In a page of its own: the same heads of another layer, as far as it has them.
function drawLayers(label, view, memory, choose) {
  const list = add(label, "select");
  list.dataset.key = "layer";
  for (const layer of view.layers) add(list, "option", "", layerName(layer)).value = layer;
  const [{ layer: here }] = memory.heads.map((i) => view.heads[i]);
  list.value = here;
  list.addEventListener("change", () => {
    const layer = Number(list.value);
    const there = view.heads.filter((one) => one.layer === layer).map(({ head }) => [layer, head]);
    const drawn = there.filter(([, head]) => memory.heads.some((i) => view.heads[i].head === head));
    choose(drawn.length ? drawn : there.slice(0, 1));
  });
  const absent = view.others.n_layers - view.layers.length;
  if (absent) add(label, "span", "", ` ${gettext("({n} more than this page has room for)", { n: count(absent) })}`);
}

// A switch for each head of the layer.
function drawSwitches(buttons, view, { colourOf }, memory, toggle) {
  buttons.hidden = view.switches.length < 2;
  if (buttons.hidden) return;
  buttons.setAttribute("role", "group");
  buttons.setAttribute("aria-label", gettext("Heads that are drawn"));
  for (const place of view.switches) {
    const name = nameInLayer(place[1]);
    const button = addButton(buttons, "swatch", name, name, () => toggle(place));
    paintSwitch(button, colourOf(memory.heads.indexOf(sentAt(view, place))));
  }
}

function paintSwitch(button, look) {
  button.setAttribute("aria-pressed", String(Boolean(look)));
  if (!look) return;
  button.style.background = look.colour;
  button.style.color = look.ink;
}

// Heads of any layer, by name.
function drawField(form, view, memory, { choose, say }) {
  const field = add(form, "input");
  Object.assign(field, { type: "text", placeholder: gettext("Add L3 H1, L5 H11"), size: 17, autocomplete: "off" });
  field.setAttribute("aria-label", gettext("Add heads by name, such as L3 H1, L5 H11"));
  field.dataset.key = "heads by name";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = headsNamed(field.value);
    const fault = faultOf(view, asked);
    if (fault) return say(fault);
    const heads = placesOf(view, memory);
    for (const place of asked) if (!heads.some(same(place))) heads.push(place);
    if (heads.length > view.most) return say(fullSays(view));
    field.value = "";
    return choose(heads);
  });
}

// Which colour is which head: a ramp each, the darker the more. Returns what says what that stands for.
export function drawHeadNames(row, { maps }, memory) {
  row.hidden = memory.heads.length < 2;
  if (row.hidden) return () => {};
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", gettext("Colours of the heads"));
  if (maps.length > 1) addRamps(row, maps.map(({ name, bands }) => [bands, name]));
  else add(row, "span", "entry", maps[0].name);
  const told = maps.length > 1 ? add(row, "span", "told") : null;
  return (text) => {
    if (told) told.textContent = text;
  };
}

export function inkOn(dark) {
  return themed(dark ? "on-light" : "on-dark");
}

function drawThreshold(label, view, send, memory, redraw) {
  const slider = add(label, "input");
  Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.01, value: memory.threshold });
  slider.dataset.key = "threshold";
  const reading = add(label, "span");
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
}
