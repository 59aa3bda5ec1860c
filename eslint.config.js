// How `make lint` reads the JavaScript.

import js from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";

// Of a browser's names those in use: among all of them are `name`, `event`, `top` and others that are mostly mistakes.
const BROWSER = [
  "Blob", "CSS", "DataTransfer", "Event", "ImageData", "OffscreenCanvas", "PopStateEvent", "ResizeObserver",
  "TextDecoder", "URL", "XMLSerializer", "atob", "clearTimeout", "dispatchEvent", "document",
  "getComputedStyle", "history", "location", "navigator", "performance", "requestAnimationFrame",
  "setTimeout", "window",
];

// What reads text as markup, which the text of users never becomes.
const MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "srcdoc"];

const globals = Object.fromEntries(BROWSER.map((name) => [name, "readonly"]));

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: { globals, sourceType: "module" },
    plugins: { stylistic },
    rules: {
      "array-callback-return": "error",
      eqeqeq: "error",
      "no-eval": "error",
      "no-restricted-properties": ["error", ...MARKUP.map((property) => ({ property, message: "Use textContent." }))],
      "no-self-compare": "error",
      "no-shadow": ["error", { builtinGlobals: true }],
      "no-template-curly-in-string": "error",
      "no-var": "error",
      "prefer-const": "error",
      "stylistic/max-len": ["error", { code: 120 }],
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 40 }],
    },
  },
];
