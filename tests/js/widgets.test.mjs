// What Streamlit's widgets say, in the language of the page.

import assert from "node:assert/strict";
import test from "node:test";

import { wordsOf } from "../../assets/views/widgets.js";

test("a text is known whole, or by what stands round a name; everything else is left as it is", () => {
  const said = wordsOf([["Open", "Öffnen"], ["Help for {name}", "Hilfe zu „{name}“"], ["{keys}+Enter", "{keys} $& ⏎"]]);
  const texts = ["Open", "Open it", "Help for Model $&", "Help for ", "Ctrl+Enter", "Reopen", ""];
  assert.deepEqual(texts.map(said), ["Öffnen", null, "Hilfe zu „Model $&“", null, "Ctrl $& ⏎", null, null]);
});
