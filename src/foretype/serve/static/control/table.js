/**
 * Tables and lists of facts out of rows of text.
 *
 * Everything goes in as text, never as markup. It does not know what the rows mean.
 */

import { make, setText } from "../dom.js";

/** A table. `columns`: [{name, of, number}]; `of(row)` gives the cell's text, or a node. */
export function tableOf(caption, columns, rows) {
  const head = make("tr", {}, ...columns.map(({ name, number }) => make("th", { scope: "col", ...(number ? { class: "number" } : {}) }, name)));
  const body = rows.map((row) => make("tr", {}, ...columns.map((column, at) => cell(column, at, row))));
  return make("table", {}, make("caption", { class: "hidden" }, caption), make("thead", {}, head), make("tbody", {}, ...body));
}

/** Draw a table in place of what stood there, or a sentence when there are no rows. Unchanged ones stay untouched. */
export function drawTable(place, caption, columns, rows, none) {
  const fresh = rows.length ? tableOf(caption, columns, rows) : make("p", { class: "note" }, none);
  if (place.firstElementChild?.outerHTML !== fresh.outerHTML) place.replaceChildren(fresh);
}

/** Draw facts [[name, value, note], ...] into a <dl>, changing only what changed. */
export function drawFacts(place, facts) {
  while (place.children.length > facts.length) place.lastElementChild.remove();
  facts.forEach(([name, value, note], at) => {
    const row = place.children[at] ?? place.appendChild(make("div", {}, make("dt"), make("dd", { class: "value" }), make("dd", { class: "aside" })));
    const [term, figure, aside] = row.children;
    setText(term, name);
    setText(figure, value);
    setText(aside, note ?? "");
  });
}

function cell({ of, number }, at, row) {
  const content = of(row);
  const kind = number ? { class: "number" } : {};
  return at ? make("td", kind, content) : make("th", { scope: "row", ...kind }, content);
}
