// Elements of a page, where they are put, and how often what moves is drawn.

export function add(parent, tag, className, text) {
  const element = parent.appendChild(document.createElement(tag));
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function addButton(parent, className, text, key, click) {
  const button = add(parent, "button", className, text);
  button.type = "button";
  button.dataset.key = key;
  button.addEventListener("click", click);
  return button;
}

// One of several, named by what stands before it: `options` are [value, words].
export function addSelect(parent, label, key, options, value, chosen) {
  const select = add(add(parent, "label", "", label), "select");
  for (const [name, words] of options) Object.assign(add(select, "option", "", words), { value: name });
  select.value = value;
  select.dataset.key = key;
  select.addEventListener("change", () => chosen(select.value));
}

export function place(element, left, top, width, height) {
  Object.assign(element.style, {
    display: "block", left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
  });
}

// Say that there are new words in an element: whoever explains terms marks them, as soon as it is there.
export function noteWords(element) {
  (globalThis.mhaVizTerms ??= new Set()).add(element);
}

// Other words in an element, of which the terms are marked too.
export function sayAnew(element, text) {
  element.textContent = text;
  noteWords(element.parentElement);
}

// Nothing is laid out anew for this; CSS gives such an element a layer of its own.
export function move(element, x, y) {
  element.style.transform = `translate(${x}px, ${y}px)`;
}

// A pointer moves more often than a screen is drawn: do only what came last, once a frame, when nothing else of the
// page has to be laid out for it.
export function oncePerFrame(act) {
  let last = null;
  return (...args) => {
    if (!last) {
      requestAnimationFrame(() => {
        const latest = last;
        last = null;
        act(...latest);
      });
    }
    last = args;
  };
}

// A card that stands beside what is pointed at: a title and lines.
export function fillTip(card, title, lines) {
  card.replaceChildren();
  add(card, "strong", "", title);
  for (const line of lines) add(card, "div", "", line);
  card.style.display = "block";
}

// What a finger has met, beside it: it cannot point, and a readout above may be out of sight.
export function addTip(box, width) {
  const card = add(box, "div", "card tip narrow");
  return {
    show([x, y], title, lines) {
      fillTip(card, title, lines);
      Object.assign(card.style, { left: `${Math.max(0, Math.min(x, width - card.offsetWidth))}px`, top: `${y}px` });
    },
    hide: () => (card.style.display = "none"),
  };
}

// Where a picture is narrow, what is said of it has room from the beginning: else the picture moves away under the
// pointer that asks.
const NARROW = 900;

// What one can do with a picture: a finger taps where a pointer points and clicks.
export const hintOf = (view) => (view.tap && isTouched() ? view.tap : view.hint ?? "");

export const isTouched = () => window.matchMedia("(hover: none)").matches;

export function addReadout(body, hint) {
  const readout = add(body, "output", body.clientWidth < NARROW ? "readout roomy" : "readout", hint);
  readout.setAttribute("aria-live", "polite");
  return readout;
}
