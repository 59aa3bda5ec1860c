// How `make lint` reads the JavaScript. A view's files are put together into one module (mha_viz/views/scripts.py), so
// what each of them may use of the others, and what the others use of it, is read from the files themselves.

import { readFileSync } from "node:fs";
import js from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";
import { Linter } from "eslint";

const FOLDER = "assets/views";
const SHARED = ["base", "saving"];
const ENTRIES = ["streamlit", "standalone"];

// Of a browser's names those in use: among all of them are `name`, `event`, `top` and others that are mostly mistakes.
const BROWSER = [
  "Blob", "CSS", "ImageData", "OffscreenCanvas", "PopStateEvent", "ResizeObserver", "TextDecoder", "URL",
  "XMLSerializer", "atob", "clearTimeout", "dispatchEvent", "document", "getComputedStyle", "history", "location",
  "navigator", "performance", "requestAnimationFrame", "setTimeout", "window",
];

// What reads text as markup, which the text of users never becomes.
const MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "srcdoc"];

const read = (path) => readFileSync(`${import.meta.dirname}/${path}`, "utf8");
const named = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

// The files of each kind of view, beside those of all: [["grid"], …, ["head", "compare"], …].
function rowsOfRenderers() {
  const [, table] = read("mha_viz/views/scripts.py").match(/^RENDERERS = \{\n(.*?)^\}/ms);
  return [...table.matchAll(/^ +"\w+": \((.*)\),$/gm)].map(([, files]) => files.match(/\w+/g) ?? []);
}

// What a file declares at its top, and what it uses without declaring it.
function namesOf(file) {
  const linter = new Linter();
  linter.verify(read(`${FOLDER}/${file}.js`), {});
  const code = linter.getSourceCode();
  if (!code) return { declared: [], used: new Set() }; // it is no JavaScript, and ESLint will say where
  const [everywhere, module] = code.scopeManager.scopes;
  return {
    declared: module.variables.map((variable) => variable.name),
    used: new Set(everywhere.through.map((reference) => reference.identifier.name)),
  };
}

const rows = rowsOfRenderers();
const names = new Map([...SHARED, ...ENTRIES, ...rows.flat()].map((file) => [file, namesOf(file)]));

// The files that stand in every module in which this one does.
function beside(file) {
  const own = rows.filter((row) => row.includes(file));
  const always = own.length ? own[0].filter((other) => own.every((row) => row.includes(other))) : [];
  return [...SHARED, ...always].filter((other) => other !== file);
}

function view(file) {
  const { declared } = names.get(file);
  const elsewhere = [...names].filter(([other]) => other !== file);
  const exported = declared.filter((name) => elsewhere.some(([, { used }]) => used.has(name)));
  const globals = named([...BROWSER, ...beside(file).flatMap((other) => names.get(other).declared)]);
  return {
    files: [`${FOLDER}/${file}.js`],
    languageOptions: { globals },
    rules: { "no-unused-vars": ["error", { varsIgnorePattern: `^(${exported.join("|")})$` }] },
  };
}

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
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
      "max-lines-per-function": ["warn", { max: 40 }],
    },
  },
  { files: ["assets/menu.js"], languageOptions: { globals: named(BROWSER) } },
  ...[...names.keys()].map(view),
];
