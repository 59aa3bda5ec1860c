// What pictures say in the language of the page: messages in English → what the catalogue has for them, which comes
// with the view (mha_viz/views/style/texts.py). The function is called what gettext's tools look for.

let said = {};

// Of several kinds of views on one page each brings its own; none in English.
export function speak(texts) {
  said = texts ? { ...said, ...texts } : {};
}

export function gettext(message, values = {}) {
  return filled(said[message] ?? message, values);
}

// Whether pictures speak another language than English.
export const isTranslated = () => Object.keys(said).length > 0;

// A text with what it speaks of.
export function filled(text, values) {
  const whole = text.replace(/\{(\w+)\}/g, (name, key) => (key in values ? apart(values[key]) : name));
  return whole.replace(/\u2069([ \u00a0\u202f]?%)/g, "$1\u2069"); // the unit of a number goes with it
}

// In text from the right each value keeps to itself, or .13 would be 13.
function apart(value) {
  return pageFromRight() ? `\u2068${value}\u2069` : `${value}`;
}

// Whether the page is in a language that is written from right to left.
export function pageFromRight() {
  return globalThis.document?.documentElement?.dir === "rtl";
}
