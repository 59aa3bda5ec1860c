// ---- in the app: the words of all pages, explained ------------------------------------------------------------------

import { GLOSSARY } from "./glossary.js";
import { explainTerms } from "./terms.js";
import { sayWidgets } from "./widgets.js";

if (!globalThis.mhaVizTerms?.explains) explainTerms(GLOSSARY);
globalThis.mhaVizWidgets ??= sayWidgets;
