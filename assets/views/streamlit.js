// ---- in Streamlit: the data comes with each run, clicks go back as triggers -----------------------------------------

import { show } from "./show.js";

export default function (component) {
  const root = component.parentElement.querySelector(".view") ?? component.parentElement;
  show(root, component.data, (name, value) => component.setTriggerValue(name, value));
}
