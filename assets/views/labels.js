// What there is to say of a label: how the tokenizer writes the token, or the pieces of the word, and their numbers.

// `said` has a list, or a table by label, for each axis; for keys only where they are not what queries are.
export function saidOf({ said }, side, at) {
  return (said?.[side] ?? said?.query)?.[at] ?? "";
}

// Of what is pointed at, `[side, label, where said has it]` each; each thing once.
export function labelsSay(view, labels) {
  const told = labels.map(([side, label, at]) => [label, saidOf(view, side, at)]);
  return [...new Set(told.filter(([, said]) => said).map(([label, said]) => `${label}: ${said}`))].join(";  ");
}

// The same for a query, a key, or a cell of both, by their places.
export function placesSay(view, { query, key }) {
  const labels = [["query", view.queries, query], ["key", view.keys, key]];
  const pointed = labels.filter(([, , at]) => at !== undefined);
  return labelsSay(view, pointed.map(([side, names, at]) => [side, names[at], at]));
}

// Hebrew, Arabic and their kin. What is isolated stays as it is beside others, whichever way they run (see
// mha_viz/inputs/pieces.py).
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
export function runsFromRight(text) {
  return FROM_RIGHT.test(text);
}

export function isolated(text) {
  return runsFromRight(text) && !text.startsWith("\u2068") ? `\u2068${text}\u2069` : text;
}

// A word in a line: signs and numbers run as the line does, so that brackets open the right way.
export function inLine(word, rightToLeft) {
  return rightToLeft && !/\p{L}/u.test(word) ? `\u2067${word}\u2069` : isolated(word);
}

// What a reading says, and behind it what its labels stand for.
export function together(...parts) {
  return parts.filter(Boolean).join("   ");
}
