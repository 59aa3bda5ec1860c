// ---- in a page of its own (a saved file, a notebook): the data stands in the page ------------------------------------

for (const holder of document.querySelectorAll("[data-buffer]")) {
  const binary = atob(holder.dataset.buffer);
  const root = holder.parentElement.querySelector(".view");
  show(root, Uint8Array.from(binary, (character) => character.charCodeAt(0)), () => false); // nobody is there to be told
  savingButtons(holder.parentElement.querySelector(".below"), () => ({ root, view: parse(Uint8Array.from(binary, (c) => c.charCodeAt(0))) }), null);
}
