// Which file draws which kind of view; what is sent of a view holds its own kind alone. A renderer is
// { draw(body, view, width, send, dark, memory), paint(pen, view, width, dark, memory), table(view) }.

export { renderer as arcs } from "./arcs.js";
export { renderer as atlas } from "./atlas.js";
export { renderer as claims } from "./claims.js";
export { renderer as compare } from "./compare.js";
export { renderer as effect } from "./effect.js";
export { renderer as gallery } from "./gallery.js";
export { renderer as grid } from "./grid.js";
export { renderer as head } from "./head.js";
export { renderer as heads_apart } from "./heads_apart.js";
export { renderer as layers } from "./layers.js";
export { renderer as painted } from "./painted.js";
export { renderer as panels } from "./panels.js";
export { renderer as passages } from "./passages.js";
export { renderer as picture } from "./picture.js";
export { renderer as pruning } from "./pruning.js";
export { renderer as saving } from "./saving.js";
export { renderer as scores } from "./scores.js";
export { renderer as strips } from "./strips.js";
export { renderer as timeline } from "./timeline.js";
export { renderer as trail } from "./trail.js";
export { renderer as words_on_picture } from "./words_on_picture.js";
