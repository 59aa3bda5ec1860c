// ---- the steps of a lesson as pictures: the page puts them in its own place, and whoever opened it takes them ------

import { add } from "./elements.js";
import { CanvasPen, NoPen, SvgPen } from "./pens.js";
import { ground, paintStep, svgOf, viewIn } from "./sheets.js";

const SHARP = 2; // pixels of a PNG for each of its sheet, as long as no side is longer than a canvas takes
const LONGEST = 16000;
const SIZES = { of: 13, terms: 13, elsewhere: 13, question: 19 };

function stepIn(section) {
  const of = document.querySelector("header .of").textContent;
  const parts = [{ text: of, size: SIZES.of }];
  const question = section.querySelector(".question");
  if (question) parts.push({ text: question.textContent.trim(), size: SIZES.question, bold: true });
  for (const element of section.querySelectorAll(".shown > *, .terms > *")) parts.push(...partsIn(element));
  return { title: section.querySelector("h2").textContent, parts };
}

function partsIn(element) {
  if (element.matches("[data-buffer]")) return [{ view: viewIn(element) }];
  if (element.matches("h3")) return [{ text: element.textContent, bold: true }];
  const paragraphs = [...element.querySelectorAll("p, li")];
  const texts = (paragraphs.length ? paragraphs : [element]).map((part) => part.textContent.trim());
  const size = SIZES[element.className || element.parentElement.className];
  return texts.filter(Boolean).map((text) => ({ text, size }));
}

function svgText(step) {
  const svg = svgOf((pen) => {
    const size = paintStep(new NoPen(), step);
    pen.rect(0, 0, size.width, size.height, ground());
    return paintStep(pen, step);
  });
  new SvgPen(svg).element("title", {}, step.title);
  return new XMLSerializer().serializeToString(svg);
}

function pngAddress(step) {
  const { width, height } = paintStep(new NoPen(), step);
  const scale = Math.min(SHARP, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const pen = new CanvasPen(context);
  pen.rect(0, 0, width, height, ground());
  paintStep(pen, step);
  return canvas.toDataURL("image/png");
}

const sections = [...document.querySelectorAll("section.step")];
const steps = sections.map((section) => [section.dataset.name, stepIn(section)]);
const made = steps.flatMap(([name, step]) => [[`${name}.svg`, svgText(step)], [`${name}.png`, pngAddress(step)]]);
document.body.replaceChildren();
for (const [name, text] of made) add(document.body, "pre", "", text).dataset.name = name;
