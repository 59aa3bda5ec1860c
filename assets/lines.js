// Lines that are pasted into a field of one line are handed over as they are: the browser would join them to one.

export default function listen({ data, setTriggerValue }) {
  const take = (event) => {
    const field = event.target.closest?.(`.st-key-${data.field} input`);
    const pasted = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r\n?/g, "\n");
    if (!field || !pasted.trim().includes("\n")) return; // one line, with or without its end, is the browser's
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = field;
    setTriggerValue("lines", value.slice(0, selectionStart) + pasted + value.slice(selectionEnd));
  };
  document.addEventListener("paste", take, true);
  return () => document.removeEventListener("paste", take, true);
}
