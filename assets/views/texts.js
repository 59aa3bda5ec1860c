// What pictures say in the language of the page: messages in English → what the catalogue has for them, which comes
// with the view (mha_viz/views/style/texts.py). The function is called what gettext's tools look for.

let said = {};

export function speak(texts) {
  said = texts ?? {};
}

export function gettext(message, values = {}) {
  return (said[message] ?? message).replace(/\{(\w+)\}/g, (name, key) => (key in values ? apart(values[key]) : name));
}

// In text from the right each value keeps to itself, or .13 would be 13.
function apart(value) {
  return globalThis.document?.documentElement?.dir === "rtl" ? `\u2068${value}\u2069` : `${value}`;
}
