// The menu of every page as one element: ten of Streamlit's own links are ten messages with every run. Five rooms; of
// the room that one is in, its pages.

export default function ({ parentElement, data, setTriggerValue }) {
  keepHistory(data, setTriggerValue);
  globalThis.mhaVizFacts = data.facts; // of the models that fields hold, by their keys
  globalThis.mhaVizTerms?.speak?.(data.languages.chosen, data.terms);
  globalThis.mhaVizWidgets?.(data.widgets);
  turnWithEveryKey();
  const nav = parentElement.querySelector("nav");
  const links = () => [...nav.querySelectorAll("a")];
  const focused = links().findIndex((link) => link === nav.getRootNode().activeElement);
  const [, folder, here] = location.pathname.match(/^(.*\/)([^/]*)$/);
  const known = data.rooms.some(([, pages]) => pages.some(([path]) => path === here));
  const base = known ? folder : `${location.pathname.replace(/\/$/, "")}/`;
  const current = known ? here : "";
  listen(data.feed, base, setTriggerValue);
  const linked = ([path, label], marked) => {
    const link = document.createElement("a");
    link.textContent = label;
    link.href = `${base}${path}?${data.query}`;
    if (marked) link.setAttribute("aria-current", marked);
    link.addEventListener("click", follow);
    return link;
  };
  const isIn = ([, pages]) => pages.some(([path]) => path === current);
  const rooms = group("rooms", data.rooms.map((room) => linked([room[1][0][0], room[0]], isIn(room) && "true")));
  const [, pages] = data.rooms.find(isIn);
  const inside = pages.map((page) => linked(page, page[0] === current && "page"));
  if (data.mark) markReturn(data.mark, base, isIn(data.rooms[0]));
  const brand = Object.assign(document.createElement("strong"), { textContent: data.name });
  const focus = nav.getRootNode().activeElement;
  const isChoosing = focus !== null && focus === nav.querySelector("select");
  const choice = languages(data.languages, setTriggerValue);
  nav.setAttribute("aria-label", data.pages_label);
  const rest = [pages.length > 1 && group("pages", inside), choice.options.length > 0 && choice];
  nav.replaceChildren(brand, rooms, ...rest.filter(Boolean));
  (isChoosing ? choice : links()[focused])?.focus({ preventScroll: true });
}

const LATER = 3600; // seconds after which whoever began a lesson comes back, and does not only load it anew

// Who comes back begins on Explore: from which second on, the server reads here where the bare address is asked for. At
// once after another room than the first. For a year; nothing of a text is in it.
export function markReturn(mark, path, isInFirst) {
  if (isInFirst && document.cookie.includes(`${mark}=`)) return;
  const from = isInFirst ? Math.floor(Date.now() / 1000) + LATER : 1;
  document.cookie = `${mark}=${from}; path=${path}; max-age=31536000; samesite=lax`;
}

// The language of the app: each by its own name. The page says which it is in, and from which side it is read.
function languages({ all, chosen, direction, label }, setTriggerValue) {
  Object.assign(document.documentElement, { lang: chosen, dir: direction });
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", label);
  choice.append(...all.map(([code, name]) => Object.assign(new globalThis.Option(name, code), { lang: code })));
  choice.value = chosen;
  choice.addEventListener("change", () => setTriggerValue("spoken", choice.value));
  return choice;
}

function group(name, links) {
  const list = document.createElement("div");
  list.className = name;
  list.append(...links);
  return list;
}

// Back undoes the last change of what the page shows: Streamlit writes every change into the address as a step of its
// own and asks for nothing when the browser goes back to one. Here a step is what changes one of `steps` (what the page
// filled in by itself is none), and whoever goes back or forward on the same page has it drawn as it was. Meanwhile
// Streamlit has the page drawn as it stands, and would write that into the address: until the server has drawn what was
// gone to (its menu says which it was told last), nothing else is written, however long that takes.
const LOST = 60_000; // milliseconds: what a server did not hear, as it was started anew, it never answers

export function keepHistory({ steps, answered }, setTriggerValue) {
  const kept = (globalThis.mhaVizHistory ??= { number: 0 });
  const changed = (one, other) => steps.some((key) => one.get(key) !== null && one.get(key) !== other.get(key));
  const tell = (number) => setTriggerValue("went", { number, query: location.search });
  Object.assign(kept, { tell, path: location.pathname });
  if (answered === kept.wanted?.number) kept.wanted = null;
  if (kept.push) return;
  kept.push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const [before, after] = [new URL(location), new URL(url ?? location, location)];
    const isHere = before.pathname === after.pathname;
    if (isHere && kept.wanted && changed(kept.wanted.here, after.searchParams)) return;
    if (!isHere || changed(before.searchParams, after.searchParams)) kept.push(state, title, url);
    else history.replaceState(state, title, url);
  };
  globalThis.addEventListener("popstate", (event) => {
    if (!event.isTrusted || location.pathname !== kept.path) return;
    const wanted = { number: (kept.number += 1), here: new globalThis.URLSearchParams(location.search) };
    kept.wanted = wanted;
    setTimeout(() => kept.wanted === wanted && (kept.wanted = null), LOST);
    kept.tell(wanted.number);
  });
}

// While a class is led, the server says whenever the teacher goes on; whoever follows asks for what the teacher shows.
// Whether a class is led at all, everybody wants to know.
function listen(feed, base, setTriggerValue) {
  const kept = (globalThis.mhaVizFeed ??= {});
  Object.assign(kept, { feed, tell: (number) => setTriggerValue("led", number) });
  if (!feed || kept.source) return;
  kept.heard = feed.number; // of what this page was made after
  kept.source = new globalThis.EventSource(`${base}${feed.address}`);
  kept.source.addEventListener("message", ({ data }) => {
    const { number, leads } = JSON.parse(data);
    if (!kept.feed || number === kept.heard) return;
    kept.heard = number;
    if (kept.feed.follows || leads !== kept.feed.leads) kept.tell(number);
  });
}

// A lesson goes on and back by Page Down and Page Up too, which is what a presenter's remote sends, and by the arrow
// keys also after a choice was clicked, which would take them for itself. Fields and open menus keep their keys.
function turnWithEveryKey() {
  if (globalThis.mhaVizTurns) return;
  globalThis.mhaVizTurns = true;
  globalThis.addEventListener("keydown", (event) => {
    const buttons = document.querySelectorAll(".st-key-story_row .st-key-step_bar [data-testid=stButton] button");
    const at = event.composedPath()[0];
    const isAt = (selector) => at.closest?.(selector);
    if (!buttons.length || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (isAt("textarea, [contenteditable], [role=slider], [role=listbox], input[aria-expanded=true]")) return;
    const isChoice = isAt("[data-testid=stButtonGroup], [role=radiogroup], [role=combobox], [data-testid=stPopover]");
    const isPresented = document.querySelector(".st-key-present_end") && !isAt("input");
    const turns = { PageUp: 0, PageDown: 1, ...((isChoice || isPresented) && { ArrowLeft: 0, ArrowRight: 1 }) };
    if (!(event.key in turns)) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[turns[event.key]].click();
  }, true);
}

// As the browser's buttons for back and forward do it: the page changes, the session stays. Whoever wants a new tab
// gets one.
function follow(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState({}, "", event.currentTarget.href);
  dispatchEvent(new PopStateEvent("popstate"));
}
