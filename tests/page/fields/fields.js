/** Attaches every field but the last one, as a page would: one line each. `reset` makes all fields new. */

import { attach } from "/package/index.js";

const NAMES = ["area", "line", "rich", "word", "card", "code", "quiet"];
const main = document.querySelector("main");
const markup = main.innerHTML;

function attachAll() {
  window.attached = Object.fromEntries(NAMES.map((name) => [name, attach(document.getElementById(name), { user: "me" })]));
}

window.attach = attach;
window.attachTo = (name, options) => {
  window.attached[name].detach();
  window.attached[name] = attach(document.getElementById(name), options);
};
window.reset = () => {
  for (const each of Object.values(window.attached)) each.detach();
  main.innerHTML = markup;
  attachAll();
};
attachAll();
