// ---- in a page of its own (a saved file, a notebook): the data stands in the page -----------------------------------

import { savingButtons } from "./saving.js";
import { parse, show } from "./show.js";

for (const holder of document.querySelectorAll("[data-buffer]")) {
  const binary = atob(holder.dataset.buffer);
  const root = holder.parentElement.querySelector(".view");
  const data = () => Uint8Array.from(binary, (character) => character.charCodeAt(0));
  show(root, data(), () => false); // nobody is there to be told
  savingButtons(holder.parentElement.querySelector(".below"), () => ({ root, view: parse(data()) }), null);
}
