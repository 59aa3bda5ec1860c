// A lesson on a projector: as large as fits without scrolling, full screen, blank while a class guesses; and the
// presenter's notes in a window of their own, which follows the step and hands its keys on.

const [SMALLEST, LARGEST] = [0.4, 1.75];
const FRAMES = 30; // milliseconds in which a picture has drawn itself anew
const TRIES = 8; // at one step: pictures come one after the other, and what never fits is left to be scrolled

export default function ({ data }) {
  const kept = (globalThis.mhaVizPresenter ??= begin());
  const isOther = kept.place !== data.place;
  Object.assign(kept, { place: data.place, presents: data.presents, lines: data.notes, blank: data.blank });
  writeNotes(kept);
  if (isOther) {
    showBlank(kept, false);
    kept.tries = TRIES;
  }
  watch(kept);
}

function begin() {
  const kept = { watched: new ResizeObserver(() => refitSoon(kept)) };
  globalThis.addEventListener("click", (event) => {
    if (event.target.closest?.(".st-key-present_begin button")) fillScreen();
    if (event.target.closest?.(".st-key-notes_window button")) openNotes(kept);
  }, true);
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && kept.presents) leave();
  });
  globalThis.addEventListener("keydown", (event) => whileKey(kept, event), true);
  globalThis.addEventListener("resize", () => refitSoon(kept));
  return kept;
}

const fillScreen = () => document.documentElement.requestFullscreen?.().catch(() => {});
const leave = () => document.querySelector(".st-key-present_end button")?.click();

// What remotes and presenters press beside going on and back, which the menu of the page takes.
function whileKey(kept, event) {
  const isTyping = event.composedPath()[0].closest?.("input, textarea, [contenteditable]");
  if (!kept.presents || !document.querySelector(".st-key-present_end") || isTyping || event.ctrlKey || event.metaKey) {
    return;
  }
  if (["ArrowLeft", "ArrowRight", "PageUp", "PageDown"].includes(event.key)) showBlank(kept, false);
  else if (event.key === "b" || event.key === ".") showBlank(kept, !kept.cover);
  else if (event.key === "n") openNotes(kept);
  else if (event.key === "f") fillScreen();
  else if (event.key === "Escape") leave();
}

// Nothing but the question, until the key comes again or somebody goes on.
function showBlank(kept, isBlank) {
  kept.cover?.remove();
  kept.cover = null;
  if (!isBlank) return;
  kept.cover = document.createElement("div");
  kept.cover.className = "mha-viz-blank";
  kept.cover.setAttribute("role", "status");
  kept.cover.textContent = kept.blank;
  document.querySelector("[data-testid=stMain]")?.append(kept.cover);
}

// ---- as large as fits -----------------------------------------------------------------------------------------------

function watch(kept) {
  const lesson = document.querySelector(".st-key-lesson");
  if (kept.lesson !== lesson) kept.watched.disconnect();
  kept.lesson = lesson;
  if (!lesson) return;
  if (kept.presents) kept.watched.observe(lesson);
  else {
    kept.watched.disconnect();
    kept.height = null;
    Object.assign(lesson.style, { zoom: "", visibility: "" });
    delete lesson.dataset.columns;
  }
}

function refitSoon(kept) {
  clearTimeout(kept.soon);
  kept.soon = setTimeout(() => {
    if (!kept.presents || kept.isFitting) return;
    const isOther = heightOf(kept) !== kept.height;
    if (isOther || (overflows() && kept.tries > 0)) fit(kept);
  }, 3 * FRAMES);
}

const main = () => document.querySelector("[data-testid=stMain]");
const heightOf = ({ lesson }) => [lesson.offsetHeight, globalThis.innerWidth, globalThis.innerHeight].join();
const contentOf = ({ lesson }) => `${lesson.childElementCount} ${lesson.textContent}`;
const overflows = () => main().scrollHeight > main().clientHeight || main().scrollWidth > main().clientWidth;

// Whether everything fits at this size, once the pictures have drawn themselves anew.
async function at(kept, zoom) {
  kept.lesson.style.zoom = zoom;
  for (let i = 0, last = null; i < 10 && main().scrollHeight !== last; i++) {
    last = main().scrollHeight;
    await new Promise((done) => setTimeout(done, FRAMES));
  }
  return overflows();
}

async function fit(kept) {
  kept.isFitting = true;
  kept.tries -= 1;
  const before = contentOf(kept);
  kept.lesson.style.visibility = "hidden";
  const narrow = await largest(kept, 1);
  const zoom = narrow < 1 ? await largest(kept, 2) : 0;
  if (zoom < narrow) await largest(kept, 1);
  kept.lesson.style.visibility = "";
  kept.height = contentOf(kept) === before ? heightOf(kept) : null; // something came, or what was there before went
  kept.isFitting = false;
  refitSoon(kept);
}

// The largest size in so many columns at which everything fits.
async function largest(kept, columns) {
  kept.lesson.dataset.columns = columns;
  let [low, high] = [SMALLEST, LARGEST];
  if (!(await at(kept, high))) low = high;
  for (let i = 0; i < 4 && low < high; i++) {
    const middle = (low + high) / 2;
    if (await at(kept, middle)) high = middle;
    else low = middle;
  }
  for (let i = 0; i < 8 && (await at(kept, low)); i++) low *= 0.95; // a picture that drew itself late
  return low;
}

// ---- the notes ------------------------------------------------------------------------------------------------------

const GOES = { ArrowLeft: "PageUp", ArrowRight: "PageDown", PageUp: "PageUp", PageDown: "PageDown", b: "b", ".": "b" };

function openNotes(kept) {
  kept.window = window.open("", "mha_viz_notes", "popup,width=520,height=640");
  if (!kept.window) return;
  kept.window.onkeydown = (event) => {
    if (!(event.key in GOES)) return;
    event.preventDefault();
    globalThis.dispatchEvent(new globalThis.KeyboardEvent("keydown", { key: GOES[event.key] }));
  };
  writeNotes(kept);
  kept.window.focus();
}

function writeNotes({ window: other, lines }) {
  if (!other || other.closed) return;
  const { body } = other.document;
  other.document.title = lines[0][1];
  body.style.cssText = "font: 1.25rem/1.45 system-ui, sans-serif; margin: 1.5rem; color-scheme: light dark";
  const written = lines.map(([kind, text]) => Object.assign(other.document.createElement(kind), { textContent: text }));
  body.replaceChildren(...written);
}
