// ---- in the app: what Streamlit's own widgets say, in the language of the page; they know no other than English ---

const SPOKEN = ["title", "placeholder", "aria-label"];
const written = new WeakMap(); // a node → { attribute, or "" of a text: [what Streamlit wrote, what stands there now] }
let saidOf = () => null;
let observer = null;

// Rows of [English, what it is here] → what a text is here, or null; a name in braces stands for whatever is there.
export function wordsOf(rows) {
  const exact = new Map(rows);
  const open = rows.filter(([english]) => english.includes("{")).map(([english, here]) => {
    const [before, after] = english.split(/\{\w+\}/);
    return { before, after, here };
  });
  return (text) => {
    if (exact.has(text)) return exact.get(text);
    const fits = ({ before, after }) =>
      text.length > before.length + after.length && text.startsWith(before) && text.endsWith(after);
    const found = open.find(fits);
    if (!found) return null;
    const name = text.slice(found.before.length, text.length - found.after.length);
    return found.here.replace(/\{\w+\}/, () => name);
  };
}

// From now on, and what stands there already; without rows as Streamlit wrote it.
export function sayWidgets(rows) {
  if (!rows && !observer) return;
  saidOf = wordsOf(rows ?? []);
  observer ??= watch();
  walk(document.body);
}

function watch() {
  const watching = new globalThis.MutationObserver((changes) => {
    for (const { type, target, attributeName, addedNodes } of changes) {
      if (type === "attributes") say(target, attributeName);
      else if (type === "characterData") say(target, "");
      else addedNodes.forEach(walk);
    }
  });
  const what = { subtree: true, childList: true, characterData: true, attributeFilter: SPOKEN };
  watching.observe(document.body, what);
  return watching;
}

function walk(root) {
  if (root.nodeType === 3) return say(root, "");
  if (root.nodeType !== 1) return null;
  for (const element of [root, ...root.querySelectorAll(SPOKEN.map((name) => `[${name}]`).join())]) {
    for (const name of SPOKEN) if (element.hasAttribute(name)) say(element, name);
  }
  const texts = document.createTreeWalker(root, globalThis.NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) say(texts.currentNode, "");
  return null;
}

function say(node, name) {
  const now = name ? node.getAttribute(name) : node.data;
  const kept = written.get(node)?.[name];
  const source = kept?.[1] === now ? kept[0] : now;
  const here = saidOf(source) ?? source;
  if (here === now) return;
  written.set(node, { ...written.get(node), [name]: [source, here] });
  if (name) node.setAttribute(name, here);
  else node.data = here;
}
