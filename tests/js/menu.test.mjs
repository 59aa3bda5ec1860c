// The browser's buttons for back and forward, with an address bar that is a list.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { keepHistory, markReturn } from "../../assets/menu.js";

const STEPS = ["text", "head"];
let bar, told, listeners;

beforeEach(() => {
  delete globalThis.mhaVizHistory;
  [bar, told, listeners] = [["http://here/Explore?text=one&head=7"], [], {}];
  const go = (url) => (globalThis.location = new URL(url, globalThis.location ?? bar[0]));
  go(bar[0]);
  globalThis.history = {
    pushState: (state, title, url) => { go(url); bar.push(String(globalThis.location)); },
    replaceState: (state, title, url) => { go(url); bar[bar.length - 1] = String(globalThis.location); },
  };
  globalThis.addEventListener = (name, listener) => (listeners[name] = listener);
  globalThis.setTimeout = () => 0; // nothing is lost here
});

const draw = (answered) => keepHistory({ steps: STEPS, answered }, (name, value) => told.push([name, value]));
const write = (query) => globalThis.history.pushState({}, "", `?${query}`);
const goTo = (url) => { globalThis.location = new URL(url); listeners.popstate({ isTrusted: true }); };

test("what changes a step is one, and what the page filled in is none", () => {
  draw(0);
  write("text=one&head=7&layer=4");
  assert.deepEqual(bar, ["http://here/Explore?text=one&head=7&layer=4"]);
  write("text=two&head=7&layer=4");
  assert.equal(bar.length, 2);
});

test("until the server has answered a step back, nothing of what the page shows meanwhile is written", () => {
  draw(0);
  write("text=two&head=7");
  goTo(bar[0]);
  assert.deepEqual(told, [["went", { number: 1, query: "?text=one&head=7" }]]);
  draw(0); // the page as it stood, drawn once more
  write("text=two&head=7");
  assert.equal(bar.length, 2);
  assert.equal(globalThis.location.search, "?text=one&head=7");
  draw(1);
  write("text=three&head=7");
  assert.equal(bar.length, 3);
});

test("an answer to a step that another one has followed is none", () => {
  draw(0);
  write("text=two&head=7");
  goTo(bar[0]);
  goTo(bar[1]);
  draw(1);
  write("text=one&head=7");
  assert.equal(bar.length, 2);
  draw(2);
  write("text=one&head=7");
  assert.equal(bar.length, 3);
});

test("who was in another room comes back to Explore, who was in a lesson an hour later", () => {
  const cookies = new Map();
  globalThis.document = {
    get cookie() { return [...cookies].map((pair) => pair.join("=")).join("; "); },
    set cookie(text) { const [name, value] = text.split("; ")[0].split("="); cookies.set(name, value); },
  };
  const hour = Math.floor(Date.now() / 1000) + 3600;
  markReturn("mark", "/", true);
  const from = Number(cookies.get("mark"));
  assert.ok(Math.abs(from - hour) <= 1);
  markReturn("mark", "/", true);
  assert.equal(Number(cookies.get("mark")), from); // a lesson that goes on puts nothing off
  markReturn("mark", "/", false);
  markReturn("mark", "/", true);
  assert.equal(cookies.get("mark"), "1");
});
