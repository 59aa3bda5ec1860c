// A picture that is pasted anywhere on the page is handed to an uploader, as if its file had been chosen there.

const FIELDS = "input, textarea, select, [contenteditable=true]";

export default function listen({ data, parentElement }) {
  const output = parentElement.querySelector("output");
  output.textContent = data.hint;
  const take = (event) => {
    const field = event.target.closest?.(FIELDS);
    if (field && field.type !== "file") return; // text is pasted there
    const given = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    const input = document.querySelector(`.st-key-${data.uploader} input[type=file]`);
    output.textContent = given ? data.hint : data.nothing;
    if (!given || !input) return;
    event.preventDefault();
    const held = new DataTransfer();
    held.items.add(given);
    input.files = held.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("paste", take);
  return () => document.removeEventListener("paste", take);
}
