// ---- in the app: the words of all pages, explained ------------------------------------------------------------------

import { GLOSSARY } from "./glossary.js";
import { explainTerms } from "./terms.js";

if (!globalThis.mhaVizTerms?.explains) explainTerms(GLOSSARY);
